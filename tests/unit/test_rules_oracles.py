"""Four rules against definitions written down again, slowly and otherwise: every pair, every window, in fractions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from statistics import median, median_low
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from thresholds import RULES
from thresholds.types import Amount, Case, Fact, Found, Sample

ORIGIN = datetime(2026, 3, 27, 8, tzinfo=UTC)  # clocks go forward in Paris two days later
ALWAYS = ORIGIN - timedelta(days=999)
Told = tuple[datetime, datetime | None, str, str, int]
KILOGRAMS = {"kg": Fraction(1), "lb": Fraction("0.45359237"), "jin": Fraction(1, 2), "g": Fraction(1, 1000)}


def streams(names: Sequence[str], values: Sequence[str], steps: Sequence[int]) -> st.SearchStrategy[list[Sample]]:
    """Streams of samples whose values ("185 100 mmHg") and distances (s) lie about the limits."""
    taken = st.tuples(st.sampled_from(steps), st.sampled_from(values), st.booleans(), st.integers(0, 9))

    def build(items: list[tuple[int, str, bool, int]]) -> list[Sample]:
        at, samples = ORIGIN, []
        for index, (step, value, doubtful, kind) in enumerate(items):
            at += timedelta(seconds=step)
            *numbers, unit = value.split()
            amounts = {name: Amount(number, unit) for name, number in zip(names, numbers, strict=True)}
            context = {"kind": "test"} if kind == 0 else {}
            samples.append(Sample(UUID(int=index), at, amounts, context, doubtful and kind < 4))
        return samples

    return st.lists(taken, max_size=40).map(build)


def told(episodes: Iterable[Found]) -> list[Told]:
    return [(each.started_at, each.ended_at, each.state, each.severity, each.breaches) for each in episodes]


def patients(samples: Iterable[Sample], *, good: bool = False) -> list[Sample]:
    return [sample for sample in samples if "kind" not in sample.context and not (good and sample.doubtful)]


def runs(verdicts: Sequence[tuple[datetime, str | None]]) -> list[Told]:
    """Episodes of a rule without a hysteresis; a verdict is one sample's severity, None when it does not breach."""
    ats = sorted({at for at, _ in verdicts})
    worst = {at: [severity for when, severity in verdicts if when == at and severity] for at in ats}
    found: list[Told] = []
    for breaching, group in groupby(ats, key=lambda at: bool(worst[at])):
        inside = list(group)
        if breaching:
            severities = [severity for at in inside for severity in worst[at]]
            end = next((at for at in ats if at > inside[-1]), None)
            severity = min(severities, key=["HIGH", "MOD", "INFO"].index)
            found.append((inside[0], end, "ended" if end else "lasting", severity, len(severities)))
    return found


PRESSURES = ["120 80 mmHg", "169 109 mmHg", "170 100 mmHg", "160 110 mmHg", "175 90 mmHg", "179 119 mmHg",
             "180 80 mmHg", "150 120 mmHg", "190 125 mm[Hg]", "24.0 10.0 kPa", "23.9 10.0 kPa"]  # fmt: skip


def severe_by_definition(samples: list[Sample], now: datetime) -> list[Told]:
    ats = sorted({sample.at for sample in samples})

    def mmhg(sample: Sample, name: str) -> Fraction:
        text, unit = sample.values[name]
        return Fraction(text) * (Fraction("7.500615758") if unit == "kPa" else 1)

    def at_once(at: datetime, systolic: int, diastolic: int) -> int:
        pairs = [(mmhg(each, "systolic"), mmhg(each, "diastolic")) for each in samples if each.at == at]
        return sum(one >= systolic or other >= diastolic for one, other in pairs)

    breaches = {at: at_once(at, 180, 120) for at in ats}
    clear = {at: at_once(at, 170, 110) == 0 for at in ats}
    found: list[Told] = []
    while begin := next((at for at in ats if breaches[at] and (not found or at > (found[-1][1] or ats[-1]))), None):
        later = [at for at in ats if at - begin >= timedelta(minutes=1)]
        repeats = [at for at in later if at - begin <= timedelta(minutes=15)]
        confirmed = bool(repeats) or now >= begin + timedelta(minutes=15)
        end = next((two for one, two in pairwise(later) if confirmed and clear[one] and clear[two]), None)
        state = "ended" if end else "lasting" if confirmed else "awaiting"
        if repeats and not breaches[repeats[0]]:
            end, state = repeats[0], "not_confirmed"
        joined = sum(breaches[at] for at in later if end is None or at <= end)
        found.append((begin, end, state, "CRIT", breaches[begin] + joined))
    return found


@given(streams(["systolic", "diastolic"], PRESSURES, [0, 30, 59, 60, 120, 420, 900, 901, 7200]), st.integers(0, 9000))
def test_severe_pressure_is_what_its_definition_says(samples: list[Sample], seconds: int) -> None:
    now = ORIGIN + timedelta(seconds=seconds)
    found = RULES["BP-SEV"].fold(samples, ORIGIN, Case("UTC", now))
    assert told(found) == severe_by_definition(patients(samples), now)


SENSOR = ["LO mg/dL", "53 mg/dL", "2.9 mmol/L", "45 mg/dL", "50 mg/dL", "54 mg/dL", "3.0 mmol/L", "69 mg/dL",
          "70 mg/dL", "3.9 mmol/L", "90 mg/dL", "HI mg/dL"]  # fmt: skip


def next_to(ats: list[datetime], one: datetime, two: datetime) -> bool:
    """Whether no sample is missing between two neighbours, by the rhythm of the samples up to then."""
    recent = [at for at in ats if timedelta(0) <= two - at <= timedelta(hours=3)][-9:]
    spacings = [(late - early).total_seconds() / 60 for early, late in pairwise(recent)]
    rhythm = min(round(median_low(spacings)), 15) if len(spacings) >= 3 else 5
    return two - one <= timedelta(minutes=1.5 * max(rhythm, 5))


def event_by_definition(samples: list[Sample]) -> list[Told]:
    ats = sorted({sample.at for sample in samples})

    def milligrams(sample: Sample) -> float:
        text, unit = sample.values["glucose"]
        published = {"3.0": 54.0, "3.9": 70.0, "2.9": 53.0}
        return {"LO": 1.0, "HI": 999.0}.get(text) or (published[text] if unit == "mmol/L" else float(text))

    lows = {at: sum(milligrams(each) < 54 for each in samples if each.at == at) for at in ats}
    high = {at: all(milligrams(each) >= 70 for each in samples if each.at == at) for at in ats}

    def complete(of: dict[datetime, bool], after: datetime) -> tuple[datetime, datetime] | None:
        """The first instant that completes 15 min in a row after `after`, with the first of its run."""
        rest = [at for at in ats if at > after]
        for last in range(len(rest)):
            for first in range(last):
                row = rest[first : last + 1]
                near = all(next_to(ats, one, two) for one, two in pairwise(row))
                if near and all(of[at] for at in row) and row[-1] - row[0] >= timedelta(seconds=570):
                    return row[0], row[-1]
        return None

    found: list[Told] = []
    after = ALWAYS
    while begin := complete({at: lows[at] > 0 for at in ats}, after):
        end = complete(high, begin[1])
        inside = sum(lows[at] for at in ats if at >= begin[0] and (end is None or at <= end[1]))
        found.append((begin[0], end[1] if end else None, "ended" if end else "lasting", "CRIT", inside))
        if end is None:
            break
        after = end[1]
    return found


@given(
    streams(
        ["glucose"], SENSOR[:5] + SENSOR, [0, 150, 298, 300, 300, 302, 450, 451, 600, 900, 900, 900, 1350, 1351, 9900]
    )
)
def test_a_sensor_event_is_what_its_definition_says(samples: list[Sample]) -> None:
    found = RULES["CGM-L2"].fold(samples, ORIGIN, Case("UTC", ORIGIN))
    assert told(found) == event_by_definition(patients(samples))


WEIGHTS = ["80.0 kg", "81.9 kg", "82.0 kg", "82.1 kg", "84.2 kg", "180.00 lb", "184.40 lb", "184.41 lb", "164 jin",
           "164.1 jin", "80000 g", "82000 g", "82001 g"]  # fmt: skip


@given(streams(["weight"], WEIGHTS, [0, 3600, 86399, 86400, 129600, 259200, 259201]), st.integers(0, 20))
def test_a_gain_is_what_its_definition_says(samples: list[Sample], known_until: int) -> None:
    fact = Fact("condition", "heart_failure", ALWAYS, ORIGIN + timedelta(days=known_until))
    counted = patients(samples, good=True)

    def kilograms(sample: Sample) -> Fraction:
        return Fraction(sample.values["weight"].text) * KILOGRAMS[sample.values["weight"].unit]

    def verdict(sample: Sample) -> str | None:
        known = sample.at < ORIGIN + timedelta(days=known_until)
        before = [kilograms(each) for each in counted if timedelta(0) < sample.at - each.at <= timedelta(days=3)]
        return "HIGH" if known and before and kilograms(sample) - min(before) > 2 else None

    found = RULES["WT-HF-3D"].fold(samples, ORIGIN, Case("UTC", ORIGIN, (fact,)))
    assert told(found) == runs([(sample.at, verdict(sample)) for sample in counted])


INDICES = ["1 /h", "4.9 /h", "5 /h", "5.1 {events}/h", "14.99 /h", "15 /h", "29 /h", "30 /h", "31 {events}/h"]
ZONES = ["Europe/Paris", "Pacific/Honolulu", "Pacific/Kiritimati"]


@given(streams(["ahi"], INDICES, [0, 3600, 57600, 82800, 86400, 86400, 90000, 172800, 518400]), st.sampled_from(ZONES))
def test_disturbed_breathing_is_what_its_definition_says(samples: list[Sample], zone: str) -> None:
    counted = patients(samples, good=True)

    def night(sample: Sample) -> int:
        return sample.at.astimezone(ZoneInfo(zone)).date().toordinal()

    def week(sample: Sample) -> list[Sample]:
        return [each for each in counted if each.at <= sample.at and night(sample) - 6 <= night(each)]

    def verdict(sample: Sample) -> str | None:
        middle = median([Fraction(each.values["ahi"].text) for each in week(sample)])
        return "HIGH" if middle >= 30 else "MOD" if middle >= 15 else "INFO" if middle >= 5 else None

    found = RULES["SLP-AHI"].fold(samples, ORIGIN, Case(zone, ORIGIN))
    assert told(found) == runs([(sample.at, verdict(sample)) for sample in counted if len(week(sample)) >= 4])
