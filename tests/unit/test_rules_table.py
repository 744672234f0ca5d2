"""The table of rules, and what an episode tells beyond its time: first, worst and newest reading, figure."""

import runpy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest

import thresholds
from models.measures import BLOOD_PRESSURE, CATALOGUE, SLEEP, stream_of
from thresholds import RULES, rules_for
from thresholds.compare import component_of, converted, number
from thresholds.silence import awaited_since, first_limit, length
from thresholds.types import SEVERITIES, Amount, Awaited, Case, Fact, Limit, Rule, Sample

ORIGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
HEART_FAILURE = Fact("condition", "heart_failure", ORIGIN - timedelta(days=99))


def days(count: float) -> timedelta:
    return timedelta(days=count)


def sample(index: int, at: timedelta, **values: str) -> Sample:
    amounts = {name: Amount(*text.split()) for name, text in values.items()}
    return Sample(UUID(int=index), ORIGIN + at, amounts)


def case(**changes: object) -> Case:
    return Case(**({"zone": "UTC", "now": ORIGIN + days(9), "facts": (HEART_FAILURE,)} | changes))


def test_every_rule_of_every_file_is_in_the_table() -> None:
    room = Path(thresholds.__file__).parent
    names = [".".join(path.relative_to(room.parent).with_suffix("").parts) for path in room.rglob("*.py")]
    modules = [import_module(name.removesuffix(".__init__")) for name in names]
    defined = {value.id for module in modules for value in vars(module).values() if isinstance(value, Rule)}
    assert set(RULES) == defined


def test_every_rule_reads_a_stream_of_the_catalogue() -> None:
    streams = {stream_of(code, {"specimen": given}) for code in CATALOGUE for given in ("capillary", "interstitial")}
    assert {rule.stream for rule in RULES.values()} == streams


def test_rules_for_a_stream_are_those_that_read_it() -> None:
    for stream in ("glucose", "cgm", "weight", "sleep", "blood_pressure"):
        assert rules_for(stream) == tuple(rule for rule in RULES.values() if rule.stream == stream and rule.on)
    assert {"GLU-L2", "GLU-L1", "GLU-XHI", "NODATA-GLU"} <= {rule.id for rule in rules_for("glucose")}
    assert "BP-LOW-DIA" not in {rule.id for rule in rules_for("blood_pressure")}
    assert rules_for("temperature") == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_says_what_it_is_and_how_far_its_source_was_seen(rule: Rule) -> None:
    assert rule.severity in SEVERITIES
    assert all((rule.words, rule.limit, rule.source, rule.standing))
    assert any(word in rule.standing for word in ("seen", "(unverified)", "(design)"))
    assert rule.closes_itself == (rule.id.startswith("NODATA-") or rule.id == "CGM-GAP")


def test_the_page_of_rules_is_the_table_as_it_stands() -> None:
    render = runpy.run_path(str(ROOT / "docs" / "make_rules.py"))["render"]
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == render(), "run: python docs/make_rules.py"


def test_a_conversion_keeps_every_digit() -> None:
    systolic = component_of(BLOOD_PRESSURE, "systolic")
    assert converted(Amount("24.0", "kPa"), systolic) == Decimal("180.0147781920")
    assert converted(Amount("180." + "0" * 60 + "1", "mmHg"), systolic) > 180
    assert converted(Amount("90", "s"), component_of(SLEEP, "total_sleep")) == Decimal("1.5")


def test_lo_is_below_and_hi_above_every_number() -> None:
    assert number(Amount("LO", "mg/dL")) < number(Amount("-1e99", "mg/dL"))
    assert number(Amount("HI", "mmol/L")) > number(Amount("1e99", "mmol/L"))


def test_the_worst_pressure_is_furthest_beyond_its_limit_and_the_earliest_of_equals() -> None:
    pressures = [("185", "100"), ("200", "90"), ("181", "130"), ("150", "140")]
    samples = [
        sample(index, timedelta(minutes=2 * index), systolic=f"{systolic} mmHg", diastolic=f"{diastolic} mmHg")
        for index, (systolic, diastolic) in enumerate(pressures)
    ]
    (episode,) = RULES["BP-SEV"].fold(samples, ORIGIN, case())
    assert (episode.first, episode.worst, episode.newest) == (samples[0], samples[1], samples[3])
    assert episode.last_at == samples[3].at


def test_the_worst_low_is_the_lowest_across_units_and_lo_the_lowest_of_all() -> None:
    samples = [sample(1, days(0), glucose="50 mg/dL"), sample(2, days(1), glucose="2.2 mmol/L")]
    (episode,) = RULES["GLU-L2"].fold(samples, ORIGIN, case())
    assert episode.worst == samples[1]
    samples.append(sample(3, days(2), glucose="LO mg/dL"))
    (episode,) = RULES["GLU-L2"].fold([*samples, sample(4, days(3), glucose="10 mg/dL")], ORIGIN, case())
    assert episode.worst == samples[2]


def test_a_gain_is_told_in_kilograms_and_never_reads_like_its_limit() -> None:
    samples = [sample(1, days(0), weight="180.00 lb"), sample(2, days(1), weight="184.41 lb")]
    (episode,) = RULES["WT-HF-3D"].fold(samples, ORIGIN, case())
    assert episode.figure == "+2.01 kg in 3 days"


def test_a_median_is_told_with_its_nights_and_never_reads_like_a_tier_not_reached() -> None:
    samples = [sample(night, days(night), ahi="14.999 /h") for night in range(5)]
    (episode,) = RULES["SLP-AHI"].fold(samples, ORIGIN, case())
    assert (episode.severity, episode.figure) == ("INFO", "median 14.99 /h of 5 nights")


def test_a_silence_is_told_by_its_length() -> None:
    samples = [sample(index, at, weight="80 kg") for index, at in enumerate([days(0), days(3.25), days(6.25)])]
    found = RULES["NODATA-WT"].fold(samples, ORIGIN, case(open_gap=True))
    assert [each.figure for each in found] == ["3 d 6 h", "3 d", "more than 2 d"]
    assert [each.last_at for each in found] == [ORIGIN + days(3.25), ORIGIN + days(6.25), ORIGIN + days(8.25)]
    assert (
        [each.first for each in found] == [each.worst for each in found] == [each.newest for each in found] == samples
    )


def test_an_open_silence_is_told_by_the_last_limit_it_passed() -> None:
    samples = [sample(1, days(0), weight="80 kg")]
    (episode,) = RULES["NODATA-WT"].fold(samples, ORIGIN, case(now=ORIGIN + days(4), open_gap=True))
    assert (episode.figure, episode.last_at, episode.recheck_at) == (
        "more than 3 d",
        ORIGIN + days(3),
        ORIGIN + days(5),
    )


def test_a_silence_comes_to_light_with_the_reading_that_ends_it() -> None:
    samples = [sample(1, days(0), weight="80 kg"), sample(2, days(9), weight="80 kg")]
    (episode,) = RULES["NODATA-WT"].fold(samples, samples[1].at, case())
    assert (episode.started_at, episode.ended_at) == (ORIGIN + days(2), ORIGIN + days(9))


@pytest.mark.parametrize(
    ("stream", "limit"),
    [("weight", 2), ("blood_pressure", 3), ("glucose", 3), ("sleep", 3), ("cgm", 1 / 48), ("temperature", None)],
)
def test_the_first_limit_of_a_silence_tells_when_to_look_again(stream: str, limit: float | None) -> None:
    assert first_limit(stream, case(facts=()), ORIGIN) == (None if limit is None else days(limit))


def test_a_prescribed_gap_brings_the_first_limit_forward_while_it_is_in_force() -> None:
    prescribed = (Fact("glucose_gap_hours", "12", ORIGIN, ORIGIN + days(1)),)
    assert first_limit("glucose", case(facts=prescribed), ORIGIN) == days(1)
    assert first_limit("glucose", case(facts=prescribed), ORIGIN + days(1)) == days(3)
    assert first_limit("weight", case(facts=prescribed), ORIGIN) == days(2)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 min"), (59, "0 min"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (90060, "1 d 1 h"), (86400, "1 d")],
)
def test_a_gap_is_told_in_whole_units_and_never_as_longer_than_it_is(seconds: int, words: str) -> None:
    assert length(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("rule", "name", "of_interest", "not_any_more"),
    [
        ("GLU-VHI", "glucose", "250.1 mg/dL", "250 mg/dL"),
        ("GLU-L1", "glucose", "69.9 mg/dL", "70 mg/dL"),
        ("CGM-H2", "glucose", "250.1 mg/dL", "250 mg/dL"),
        ("CGM-L1", "glucose", "69.9 mg/dL", "70 mg/dL"),
        ("CGM-L2", "glucose", "2.9 mmol/L", "3.0 mmol/L"),
    ],
)
def test_history_is_of_interest_from_where_the_rule_breaches(
    rule: str, name: str, of_interest: str, not_any_more: str
) -> None:
    interest = RULES[rule].interest
    assert interest
    judged = interest(case())
    assert judged(sample(1, days(0), **{name: of_interest}))
    assert not judged(sample(1, days(0), **{name: not_any_more}))


@pytest.mark.parametrize(("rule", "low"), [("GLU-L2", "50 mg/dL"), ("CGM-L2", "50 mg/dL")])
def test_a_fold_counts_what_was_measured_at_its_start(rule: str, low: str) -> None:
    samples = [sample(number, days(number / 288), glucose=low) for number in range(3)]
    assert [found.started_at for found in RULES[rule].fold(samples, ORIGIN, case())] == [ORIGIN]


def test_a_repeat_counts_when_the_first_was_measured_at_the_start() -> None:
    samples = [sample(number, days(number / 288), pulse="110 /min") for number in range(2)]
    assert [found.started_at for found in RULES["HR-TACHY"].fold(samples, ORIGIN, case())] == [ORIGIN]


def test_a_limit_set_for_the_patient_brings_the_first_limit_forward() -> None:
    sooner = Limit("NODATA-WT", "info", Amount("36", "h"), ORIGIN)
    assert first_limit("weight", case(limits=[sooner]), ORIGIN) == days(1.5)
    assert first_limit("weight", case(limits=[sooner]), ORIGIN - days(1)) == days(2)


@pytest.mark.parametrize(
    ("stream", "begin", "end", "silent"),
    [
        ("weight", 0, None, True),
        ("weight", 0, 4, True),
        ("weight", 0, 3.9, False),
        ("weight", 4, None, False),
        ("sleep", 0, None, False),
    ],
)
def test_a_programme_awaits_the_first_reading_while_it_lasts(
    stream: str, begin: float, end: float | None, silent: bool
) -> None:
    awaited = Awaited(stream, ORIGIN + days(begin), None if end is None else ORIGIN + days(end))
    first = sample(1, days(4), weight="80 kg")
    found = RULES["NODATA-WT"].fold([first], ORIGIN, case(awaited=[awaited]))
    assert [each.started_at for each in found] == ([ORIGIN + days(2)] if silent else [])


def test_a_programme_that_begins_with_the_reading_awaited_nothing() -> None:
    both = [Awaited("weight", ORIGIN + days(4)), Awaited("weight", ORIGIN + days(3))]
    assert awaited_since("weight", case(awaited=both[:1]), ORIGIN + days(4)) == ORIGIN + days(4)
    assert awaited_since("weight", case(awaited=both), ORIGIN + days(4)) == ORIGIN + days(3)
    assert awaited_since("weight", case(awaited=both[:1]), ORIGIN + days(3)) is None


def test_a_mild_tier_set_after_a_severe_one_is_none() -> None:
    later = Limit("NODATA-WT", "info", Amount("4", "d"), ORIGIN)
    samples = [sample(1, days(0), weight="80 kg"), sample(2, days(4.5), weight="80 kg")]
    (episode,) = RULES["NODATA-WT"].fold(samples, ORIGIN, case(limits=[later]))
    assert (episode.severity, episode.started_at) == ("MOD", ORIGIN + days(3))
