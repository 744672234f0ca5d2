"""A fold from a valid `start` on, given only what `lookback` promises, equals the fold over all history.

The caller is played as it works: episodes of an earlier state of the record are stored, the record changes (readings
come late, are taken away, are attributed anew), and only what may have changed is computed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flags.states import episode_of, so_far_of
from thresholds import RULES
from thresholds.types import Amount, Case, Fact, Found, Limit, Rule, Sample

pytestmark = pytest.mark.slow  # many examples each; `make test` runs them

ORIGIN = datetime(2026, 10, 20, 8, tzinfo=UTC)  # clocks go back in Paris five days later
BEGINNING = ORIGIN - timedelta(days=999)
FACTS = (
    Fact("condition", "heart_failure", BEGINNING, ORIGIN + timedelta(days=40)),
    Fact("medication", "insulin", ORIGIN + timedelta(days=3), ORIGIN + timedelta(days=9)),
    Fact("symptom", "dizziness", ORIGIN + timedelta(days=1), ORIGIN + timedelta(days=4)),
    Fact("medication", "diuretic", ORIGIN + timedelta(days=1), ORIGIN + timedelta(days=30)),
    Fact("goal", "weight_loss", ORIGIN + timedelta(days=12), ORIGIN + timedelta(days=20)),
    Fact("dry_weight", "80", ORIGIN + timedelta(days=2)),
    Fact("birth_date", "1950-01-01", BEGINNING),
    Fact("glucose_gap_hours", "12", ORIGIN + timedelta(days=2)),
    Fact("condition", "pregnancy", ORIGIN + timedelta(days=6), ORIGIN + timedelta(days=20)),
    Fact("medication", "sglt2", ORIGIN + timedelta(days=1)),
    Fact("therapy", "cpap", ORIGIN + timedelta(days=1), ORIGIN + timedelta(days=50)),
)
DAYS = [0, 3600, 43200, 86400, 90000, 172801, 259201, 432001, 604800, 950400]
MINUTES = [0, 30, 59, 60, 150, 298, 300, 300, 302, 450, 451, 900, 901, 7200]
PRESSURES = ["120 80 45 0 mmHg", "165 100 95 1 mmHg", "175 90 52 1 mmHg", "185 100 132 0 mmHg", "24.0 10.0 kPa",
             "142 111 115 1 mmHg", "88 58 39 0 mmHg", "75 50 mmHg"]  # fmt: skip
STREAMS = {
    "blood_pressure": (PRESSURES, MINUTES + DAYS + [14400, 57600]),
    "glucose": (["LO mg/dL", "50 mg/dL", "60 mg/dL", "3.8 mmol/L", "90 mg/dL", "22.2 mmol/L", "HI mg/dL"], DAYS),
    "cgm": (["LO mg/dL", "50 mg/dL", "51 mg/dL", "2.8 mmol/L", "54 mg/dL", "70 mg/dL", "90 mg/dL"], MINUTES),
    "weight": (["80.0 kg", "82.0 kg", "82.1 kg", "184.41 lb", "84.2 kg", "78.5 kg"], DAYS),
    "sleep": (["1 /h", "4.9 /h", "6 /h", "16 /h", "31 /h", "none"], DAYS),
}
HIGH = (["200 mg/dL", "250 mg/dL", "251 mg/dL", "14.0 mmol/L", "HI mg/dL"], DAYS)
FOR_MEALS = (["60 mg/dL", "95 mg/dL", "105 mg/dL", "125 mg/dL", "7.8 mmol/L", "181 mg/dL", "HI mg/dL"], DAYS)
SENSOR = [60, 298, 300, 300, 300, 300, 302, 450, 451, 600, 900, 900, 1350, 1351, 7200]
HIGH_ON_SENSOR = (["260 mg/dL"] * 5 + ["14.0 mmol/L", "HI mg/dL", "250 mg/dL", "180 mg/dL", "170 mg/dL"], SENSOR)
LOW_ON_SENSOR = (["LO mg/dL", "50 mg/dL", "2.8 mmol/L", "54 mg/dL", "69 mg/dL", "70 mg/dL", "90 mg/dL"], SENSOR)
VERY_LOW_ON_SENSOR = (["50 mg/dL"] * 6 + ["2.8 mmol/L", "60 mg/dL", "90 mg/dL"], SENSOR)
FALLING = ([f"{value} mg/dL" for value in range(50, 130, 7)] + ["LO mg/dL", "4.0 mmol/L"], SENSOR)
STANDING = (["145 85 mmHg", "150 80 mmHg", "126 74 mmHg", "129 79 mmHg", "16.0 10.0 kPa"], [0, 59, 60, 120, 181, 86280])
WEEKS = (
    ["110 60 60 0 mmHg", "135 80 70 1 mmHg", "150 85 80 0 mmHg", "18.0 10.0 kPa"],
    [3600, 28800, 43200, 90000, 604800],
)
OF_RULES = dict.fromkeys(("BP-HOME-EU", "BP-HOME-US", "BP-DROP", "BP-RISE", "BP-PP", "HR-TREND"), WEEKS) | {
    "BP-ORTHO": STANDING
}
MONTHS = (["80.0 kg", "76.0 kg", "75.9 kg", "74.0 kg", "72.0 kg", "163.1 lb"], [0, 86400, 604800, 1987200, 2592000])
OF_RULES |= dict.fromkeys(("WT-LOSS-30", "WT-LOSS-90", "WT-LOSS-180"), MONTHS)
OF_RULES |= {
    "GLU-VHI": HIGH, "GLU-HI": FOR_MEALS, "GLU-PREG": FOR_MEALS, "CGM-H2": HIGH_ON_SENSOR, "CGM-L2": LOW_ON_SENSOR,
    "CGM-L1": LOW_ON_SENSOR, "CGM-PROL": VERY_LOW_ON_SENSOR, "CGM-ROC": FALLING, "CGM-ULS": FALLING,
}  # fmt: skip
IN_A_ROW = {"cgm": [1, 1, 2, 3, 9, 25]}  # how often a sample may come again, at the same distance
CONTEXT = {
    "glucose": [{"meal": meal} for meal in ("fasting", "after_meal", "before_meal", "casual")],
    "blood_pressure": [{"posture": posture} for posture in ("sitting", "standing")],
}
OWN_UNIT = {"pulse": "/min", "irregular": "1"}
BED = (["300 420 min", "8 8.2 h", "410 480 min", "650 660 min", "300 min"], DAYS)
OXYGEN = (["4 min", "6 600 min", "5 min", "190 600 min"], DAYS)
OF_RULES |= {
    "SLP-CPAP-USE": (["100 min", "239 min", "4 h", "300 min"], [43200, 86400, 86400, 172800]), "SLP-T90": OXYGEN,
    "SLP-SPO2-88": OXYGEN, "SLP-NADIR": (["92 %", "85 %", "79 %"], DAYS), "SLP-ODI": (["14 /h", "15 /h"], DAYS),
    "SLP-SHORT": BED, "SLP-LONG": BED, "SLP-EFF": BED,
}  # fmt: skip
NAMES = {"blood_pressure": ("systolic", "diastolic", "pulse", "irregular"), "weight": ("weight",), "sleep": ("ahi",)}
NAMES |= {"SLP-CPAP-USE": ("therapy_time",), "SLP-T90": ("t90", "time_in_bed"), "SLP-SPO2-88": ("t88",)}
NAMES |= {"SLP-NADIR": ("spo2_min",), "SLP-ODI": ("odi",)}
NAMES |= dict.fromkeys(("SLP-SHORT", "SLP-LONG", "SLP-EFF"), ("total_sleep", "time_in_bed"))
# Each sample is in the record before the change, after it, or both (twice as likely, so that changes stay few).
BEFORE, AFTER, BOTH = "before", "after", "both"
WHEN = st.sampled_from([BEFORE, AFTER, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH])


@st.composite
def changes(draw: st.DrawFn, rule: Rule) -> tuple[list[Sample], list[Sample]]:
    """The record before and after a change, both ordered by (at, id)."""
    stream = rule.stream
    values, steps = OF_RULES.get(rule.id) or STREAMS[stream]
    said = st.sampled_from(CONTEXT.get(stream, [{}]))
    rarely, at, records = 3 if stream in IN_A_ROW else 1, ORIGIN, ([], [])
    for _ in range(draw(st.integers(1, 8 if stream in IN_A_ROW else 30))):
        step = timedelta(seconds=draw(st.sampled_from(steps)))
        *numbers, unit = draw(st.sampled_from(values)).split()
        named = zip(NAMES.get(rule.id) or NAMES.get(stream, ["glucose"]), numbers, strict=False)
        amounts = {name: Amount(text, OWN_UNIT.get(name, unit)) for name, text in named}
        for _ in range(draw(st.sampled_from(IN_A_ROW.get(stream, [1])))):
            at += step
            context = draw(said) | ({"kind": "test"} if draw(st.integers(0, 11 * rarely)) == 0 else {})
            doubtful = draw(st.integers(0, 7 * rarely)) == 0
            one = Sample(UUID(int=draw(st.integers(0, 2**128 - 1))), at, amounts, context, doubtful)
            when = draw(WHEN)
            records[0].extend([one] if when != AFTER else [])
            records[1].extend([one] if when != BEFORE else [])
    before, after = (sorted(record, key=lambda sample: (sample.at, sample.id)) for record in records)
    return before, after


@st.composite
def limits(draw: st.DrawFn, rule: Rule) -> list[Limit]:
    """None in two cases of three; otherwise a few, each a little off what is published, some ending."""
    if not rule.parameters or draw(st.integers(0, 2)):
        return []
    return [draw(limit(rule)) for _ in range(draw(st.integers(1, 3)))]


@st.composite
def limit(draw: st.DrawFn, rule: Rule) -> Limit:
    parameter = draw(st.sampled_from(rule.parameters))
    figure = Decimal(parameter.pairs[0].text) * draw(st.sampled_from([Decimal("0.9"), Decimal("1.1")]))
    begin, end = (draw(st.sampled_from(hours)) for hours in ([0, 1, 30, 200], [None, 10, 400]))
    until = None if end is None else ORIGIN + timedelta(hours=begin + end)
    amount = Amount(str(figure), parameter.pairs[0].unit)
    since = ORIGIN + timedelta(hours=begin)
    return Limit(rule.id, parameter.name, amount, since, until, role="provider", reason="known")


def start_for(rule: Rule, stored: Sequence[Found], since: datetime) -> datetime:
    """Where the caller begins: before what may start earlier, and at the start of what was under way there."""
    earliest = since - rule.entry
    under_way = [
        each.started_at
        for each in stored
        if each.started_at < earliest and (each.ended_at is None or each.ended_at >= earliest)
    ]
    return min([earliest, *under_way])


def promised(rule: Rule, samples: Sequence[Sample], start: datetime, case: Case) -> list[Sample]:
    """Only what the contract promises: from `lookback` before `start`, where something after it is of interest, and
    the newest older one that counts."""
    of_interest = rule.interest is None or any(map(rule.interest(case), (each for each in samples if each.at >= start)))
    begin = start - rule.lookback if of_interest else start
    older = [each for each in samples if each.at < begin and not each.doubtful and "kind" not in each.context]
    return older[-1:] + [each for each in samples if each.at >= begin]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
@settings(max_examples=100)
@given(data=st.data())
def test_folding_from_start_equals_folding_everything(rule: Rule, data: st.DataObject) -> None:
    before, after = data.draw(changes(rule))
    changed = [sample.at for sample in [*before, *after] if (sample in before) != (sample in after)]
    assume(changed)
    earlier, later = sorted(data.draw(st.tuples(st.sampled_from(changed), st.integers(-901, 9**7).map(seconds_on))))
    set_limits = data.draw(limits(rule))
    stored = rule.fold(before, BEGINNING, Case("Europe/Paris", earlier, FACTS, data.draw(st.booleans()), set_limits))
    case = Case("Europe/Paris", later, FACTS, data.draw(st.booleans()), set_limits)
    start = start_for(rule, stored, min(changed))
    kept = [each for each in stored if each.started_at < start]
    assert kept + rule.fold(promised(rule, after, start, case), start, case) == rule.fold(after, BEGINNING, case)


def seconds_on(seconds: int) -> datetime:
    return ORIGIN + timedelta(seconds=seconds)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
@settings(max_examples=40)
@given(data=st.data())
def test_more_history_than_promised_changes_nothing(rule: Rule, data: st.DataObject) -> None:
    _, samples = data.draw(changes(rule))
    case = Case("Europe/Paris", ORIGIN + timedelta(days=99), FACTS, limits=data.draw(limits(rule)))
    everything = rule.fold(samples, BEGINNING, case)
    for start in (each.started_at for each in everything):
        wanted = [each for each in everything if each.started_at >= start]
        assert rule.fold(samples, start, case) == wanted
        assert rule.fold(promised(rule, samples, start, case), start, case) == wanted


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
@settings(max_examples=40)
@given(data=st.data())
def test_episodes_of_a_rule_neither_overlap_nor_touch(rule: Rule, data: st.DataObject) -> None:
    _, samples = data.draw(changes(rule))
    found = rule.fold(samples, BEGINNING, Case("Europe/Paris", ORIGIN + timedelta(days=99), FACTS, open_gap=True))
    assert all(one.ended_at and one.ended_at < two.started_at for one, two in pairwise(found))
    assert all(one.started_at <= one.last_at for one in found)


@pytest.mark.parametrize("rule", [each for each in RULES.values() if not each.closes_itself], ids=lambda rule: rule.id)
@settings(max_examples=30)
@given(data=st.data())
def test_an_episode_that_lasts_is_gone_on_with(rule: Rule, data: st.DataObject) -> None:
    """From how it stood before anything changed, as the record keeps it; which instant is kept is not promised."""
    _, after = data.draw(changes(rule))
    assume(after)
    known = data.draw(st.integers(0, len(after)))
    earlier, later = sorted(data.draw(st.tuples(*[st.integers(-901, 9**7).map(seconds_on)] * 2)))
    set_limits = data.draw(limits(rule))
    stored = rule.fold(after[:known], BEGINNING, Case("Europe/Paris", earlier, FACTS, limits=set_limits))
    stood = so_far_of(episode_of(stored[-1])) if stored else None
    if stood is None or any(each.at <= stood.at for each in after[known:]):
        return
    case = Case("Europe/Paris", later, FACTS, limits=set_limits)
    begin = stood.at - rule.lookback
    older = [each for each in after if each.at < begin and not each.doubtful and "kind" not in each.context]
    samples = older[-1:] + [each for each in after if each.at >= begin]
    start = stood.at + timedelta(microseconds=1)
    gone_on = rule.fold(samples, start, replace(case, under_way=stood))
    everything = rule.fold(after, BEGINNING, case)
    assert told(gone_on) == told(each for each in everything if each.started_at >= stored[-1].started_at)


def told(found: Iterable[Found]) -> list[dict[str, object]]:
    """As the record keeps it."""
    return [asdict(episode_of(replace(each, so_far=None))) for each in found]
