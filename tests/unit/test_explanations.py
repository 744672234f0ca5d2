"""What an explanation says of each reading, and why there was no flag."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flags.explain.explanation import Explanation, Verdict, explain
from flags.states import episode_of
from thresholds import RULES
from thresholds.doubt import OTHER_PERSON, words
from thresholds.types import Amount, Awaited, Case, Fact, Sample

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=400)
HEART_FAILURE = Fact("condition", "heart_failure", LONG_AGO)
HOSPITAL = Fact("paused", "hospital", NOON - timedelta(days=1))
PREGNANCY = Fact("condition", "pregnancy", LONG_AGO)
NAMES = {"blood_pressure": ("systolic", "diastolic", "pulse"), "weight": ("weight",), "sleep": ("ahi",)}


def sample(stream: str, before: timedelta, value: str, *, kind: str = "", doubtful: bool = False) -> Sample:
    """`value` such as "185 100 mmHg"; a third number is the pulse."""
    *numbers, unit = value.split()
    amounts = zip(NAMES.get(stream, ("glucose",)), numbers, strict=False)
    values = {name: Amount(number, "/min" if name == "pulse" else unit) for name, number in amounts}
    return Sample(
        UUID(int=before // timedelta(seconds=1)), NOON - before, values, {"kind": kind} if kind else {}, doubtful
    )


def ago(**span: float) -> timedelta:
    return timedelta(**span)


def asked(
    rule_id: str, *samples: Sample, facts: tuple[Fact, ...] = (), now: datetime = NOON, on: bool = True
) -> Explanation:
    rule = replace(RULES[rule_id], on=on)
    return explain(rule, samples, LONG_AGO, Case("Europe/Paris", now, facts))


def reasons(said: Explanation) -> list[tuple[bool, str]]:
    return [(line.counted, line.why) for line in said.readings]


def test_a_crisis_counts_its_breaches_and_says_what_came_too_early() -> None:
    pressures = [
        sample("blood_pressure", ago(minutes=10), "185 100 mmHg"),
        sample("blood_pressure", ago(minutes=9, seconds=30), "150 90 mmHg"),
        sample("blood_pressure", ago(minutes=8), "190 100 mmHg", kind="test"),
        sample("blood_pressure", ago(minutes=5), "186 99 mmHg", doubtful=True),
    ]
    said = asked("BP-SEV", *pressures)
    assert said.verdict is Verdict.BREACHED
    assert reasons(said) == [
        (True, "breach"), (False, "too early to confirm"), (False, "not the patient's own (test)"), (True, "breach"),
    ]  # fmt: skip


def test_a_crisis_that_waits_for_its_repeat_says_so() -> None:
    said = asked("BP-SEV", sample("blood_pressure", ago(minutes=5), "185 100 mmHg"))
    assert (said.verdict, said.because) == (Verdict.BREACHED, "awaiting confirmation")


@pytest.mark.parametrize(
    ("hours", "why"), [(5, "a breach, awaits its repeat"), (30, "a breach, not repeated within 1 d")]
)
def test_a_breach_that_wants_a_repeat_is_not_an_episode(hours: float, why: str) -> None:
    said = asked("BP-G3", sample("blood_pressure", ago(hours=hours), "182 111 mmHg"))
    assert (said.episode, reasons(said)) == (None, [(False, why)])


def test_a_trend_leaves_out_a_doubtful_clock_and_the_first_day() -> None:
    pressures = [
        sample("blood_pressure", ago(days=day, hours=hour), "128 80 mmHg", doubtful=(day, hour) == (3, 1))
        for day in (5, 4, 3, 2, 1)
        for hour in (4, 3, 2, 1)
    ]
    said = asked("BP-HOME-EU", *pressures)
    assert said.figure == "mean 128.0/80.0 mmHg of 15 readings on 4 days"
    whys = [line.why for line in said.readings]
    assert whys[:4] == ["first day, left out"] * 4
    assert whys.count("in the figure") == 15
    assert whys.count("doubtful clock") == 1
    assert said.verdict is Verdict.NOT_BREACHED


def test_a_gain_names_the_weight_it_is_compared_with() -> None:
    weights = [
        sample("weight", ago(days=9), "77 kg"),
        sample("weight", ago(days=2), "81 kg"),
        sample("weight", ago(days=1), "82 kg"),
        sample("weight", ago(hours=1), "82.5 kg"),
    ]
    said = asked("WT-HF-3D", *weights, facts=(HEART_FAILURE,))
    assert (said.verdict, said.figure) == (Verdict.NOT_BREACHED, "+1.50 kg against Wed 18 Mar 13:00")
    assert reasons(said)[0] == (True, "in the figure")
    assert said.outside == 1
    assert [fact.value for fact in said.facts] == ["heart_failure"]


def test_a_reading_without_what_the_rule_reads_is_named() -> None:
    readings = [
        sample("blood_pressure", ago(hours=3), "120 80 112 mmHg"),
        sample("blood_pressure", ago(hours=2), "120 80 mmHg"),
        sample("blood_pressure", ago(hours=1), "120 80 113 mmHg"),
    ]
    assert reasons(asked("HR-TACHY", *readings)) == [(True, "breach"), (False, "lacks pulse"), (True, "breach")]


def test_a_reading_says_which_doubt_it_was_left_out_for_and_which_part_it_lacks() -> None:
    weights = [sample("weight", ago(days=days), "80 kg") for days in (5, 4, 3)]
    other = replace(sample("weight", ago(hours=1), "95 kg"), doubts=(OTHER_PERSON,))
    assert reasons(asked("WT-HF-3D", *weights, other, facts=(HEART_FAILURE,)))[-1] == (
        False, f"doubtful: {words((OTHER_PERSON,))}",
    )  # fmt: skip
    assert reasons(asked("GLU-HI", sample("glucose", ago(hours=1), "250 mg/dL"))) == [(False, "lacks its meal")]


def test_a_silence_says_which_reading_was_the_last() -> None:
    said = asked("NODATA-BP", sample("blood_pressure", ago(days=4), "120 80 mmHg"))
    assert (said.verdict, said.figure) == (Verdict.BREACHED, "4 d since the newest reading")
    assert reasons(said) == [(True, "the last before the gap")]


@pytest.mark.parametrize(
    ("rule", "samples", "facts", "answer"),
    [
        ("BP-SEV", [("blood_pressure", "150 90 mmHg", 1)], (), (Verdict.NOT_BREACHED, "")),
        ("BP-SEV", [("blood_pressure", "150 90 mmHg", 100)], (), (Verdict.NOT_ENOUGH, "no reading for 4 d 4 h")),
        ("BP-SEV", [], (), (Verdict.NOT_ENOUGH, "no reading that it could judge")),
        ("WT-HF-3D", [("weight", "80 kg", 1)], (), (Verdict.NOT_FOR_PATIENT, "only with heart failure")),
        (
            "WT-HF-3D", [("weight", "80 kg", 1)], (HEART_FAILURE,),
            (Verdict.NOT_ENOUGH, "no earlier weight to compare with"),
        ),
        ("SLP-AHI", [("sleep", "31 /h", 1)], (), (Verdict.NOT_ENOUGH, "of nights 1; 4 are wanted")),
        ("BP-SEV", [("blood_pressure", "150 90 mmHg", 100)], (HOSPITAL,), (Verdict.PAUSED, "hospital")),
        ("BP-SEV", [("blood_pressure", "150 90 mmHg", 1)], (HOSPITAL,), (Verdict.NOT_BREACHED, "")),
        ("NODATA-BP", [("blood_pressure", "150 90 mmHg", 100)], (HOSPITAL,), (Verdict.PAUSED, "hospital")),
    ],
)  # fmt: skip
def test_where_there_is_no_episode_it_says_why(
    rule: str, samples: list[tuple[str, str, int]], facts: tuple[Fact, ...], answer: tuple[Verdict, str]
) -> None:
    taken = [sample(stream, ago(hours=hours), value) for stream, value, hours in samples]
    said = asked(rule, *taken, facts=facts)
    assert (said.verdict, said.because) == answer


@pytest.mark.parametrize(
    ("rule", "stream", "facts", "because"),
    [
        ("WT-HF-DRY", "weight", (HEART_FAILURE,), "switched on it would say: cannot judge (no dry weight)"),
        (
            "BP-G3", "blood_pressure", (PREGNANCY,),
            "switched on it would say: rule not for this patient (not with pregnancy)",
        ),
    ],
)  # fmt: skip
def test_a_rule_that_is_off_says_what_it_would(rule: str, stream: str, facts: tuple[Fact, ...], because: str) -> None:
    value = "120 80 mmHg" if stream == "blood_pressure" else "80 kg"
    said = asked(rule, sample(stream, ago(hours=1), value), facts=facts, on=False)
    assert (said.verdict, said.because) == (Verdict.OFF, because)


def test_of_an_episode_that_is_over_it_says_what_ended_it() -> None:
    sugars = [
        sample("glucose", ago(days=3), "50 mg/dL"), sample("glucose", ago(days=2), "52 mg/dL"),
        sample("glucose", ago(days=1), "90 mg/dL"), sample("glucose", ago(hours=1), "91 mg/dL"),
    ]  # fmt: skip
    case = Case("Europe/Paris", NOON)
    [found] = RULES["GLU-L2"].fold(sugars, LONG_AGO, case)
    said = explain(RULES["GLU-L2"], sugars, LONG_AGO, case, episode_of(found))
    assert (said.verdict, said.because) == (Verdict.BREACHED, "ended")
    assert reasons(said) == [(True, "breach"), (True, "breach"), (False, "ended the episode")]
    assert said.closes.endswith("the flag stays until somebody resolves it")


def test_a_silence_can_be_judged_before_any_reading_where_a_programme_awaits_one() -> None:
    awaited = Awaited("blood_pressure", NOON - timedelta(days=2))
    said = explain(RULES["NODATA-BP"], [], LONG_AGO, Case("Europe/Paris", NOON, awaited=(awaited,)))
    assert (said.verdict, said.figure) == (Verdict.NOT_BREACHED, "2 d since enrolment, and no reading ever")
    longer = replace(awaited, from_at=NOON - timedelta(days=4))
    assert explain(RULES["NODATA-BP"], [], LONG_AGO, Case("UTC", NOON, awaited=(longer,))).verdict is Verdict.BREACHED
