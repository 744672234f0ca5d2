"""A pulse too slow or too fast: HR-BRADY and HR-TACHY (clinical reference §3.2)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import ge, gt, le, lt
from typing import Final, NamedTuple

from models.measures import BLOOD_PRESSURE
from thresholds.compare import EXACT, component_of, converted
from thresholds.fold import Breach, moments
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import parameter
from thresholds.repeat import Repeat, Verdict, fold_repeated
from thresholds.types import Case, Found, Rule, Sample

PULSE: Final = component_of(BLOOD_PRESSURE, "pulse")
MODERATE: Final = "MOD"  # the tier that wants a repeat; the others stand alone
NEXT: Final = Repeat(after=timedelta(minutes=1), within=timedelta(hours=24))

Compare = Callable[[Decimal, Decimal], bool]


class Tier(NamedTuple):
    """A pulse for which `compare` holds with the parameter `name` has this severity."""

    compare: Compare
    name: str
    severity: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Tiers from the worst on, and how the pulse must compare with `share` of the outermost limit, 10 % inside it, to
    end an episode. `sign` makes worse more."""

    rule: str
    tiers: tuple[Tier, ...]
    returned: Compare
    share: Decimal
    sign: int

    def breach(self, sample: Sample, bounds: Bounds) -> Breach | None:
        pulse = rate(sample)
        severity = next((each.severity for each in self.tiers if each.compare(pulse, bounds[each.name].number)), None)
        shown = f"{sample.values[PULSE.name].text} /min"
        return Breach(sample, severity, pulse * self.sign, shown) if severity else None

    def has_returned(self, sample: Sample, bounds: Bounds) -> bool:
        return self.returned(rate(sample), EXACT.multiply(self.share, bounds["moderate"].number))


def rate(sample: Sample) -> Decimal:
    return converted(sample.values[PULSE.name], PULSE)


def with_pulse(samples: Sequence[Sample]) -> Iterator[Sample]:
    return (sample for sample in samples if PULSE.name in sample.values)


def verdicts(rates: Rates, samples: Sequence[Sample], case: Case) -> Iterator[Verdict]:
    """Readings with a doubtful clock are judged too: critical does not wait for a clock."""
    bounds_at = bounds_of(RATES[rates.rule], case)
    for moment in moments(with_pulse(samples)):
        bounds = bounds_at(moment[0].at)
        breaches = [breach for sample in moment if (breach := rates.breach(sample, bounds))]
        alone = any(breach.severity != MODERATE for breach in breaches)
        yield Verdict(moment[0].at, breaches, alone, over=all(rates.has_returned(sample, bounds) for sample in moment))


def fold_rate(rates: Rates, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Readings without a pulse say nothing. A rate between the limit and that of return neither joins nor ends."""
    return fold_repeated(rates.rule, verdicts(rates, samples, case), start, NEXT, case.under_way)


SLOW: Final = Rates(
    "HR-BRADY",
    (Tier(lt, "critical", "CRIT"), Tier(lt, "moderate", MODERATE)),
    returned=ge,
    share=Decimal("1.1"),
    sign=-1,
)
FAST: Final = Rates(
    "HR-TACHY",
    (Tier(ge, "critical", "CRIT"), Tier(gt, "high", "HIGH"), Tier(gt, "moderate", MODERATE)),
    returned=le,
    share=Decimal("0.9"),
    sign=1,
)

HR_BRADY: Final = Rule(
    id="HR-BRADY",
    words="Slow pulse at rest: < 50 /min, and again at the next reading within 24 h; CRIT below 40 in one reading",
    limit="50, 40 /min",
    stream="blood_pressure",
    severity=MODERATE,
    source="2018 ACC/AHA/HRS: sinus bradycardia < 50 /min; NEWS2 ≤ 40",
    standing="(unverified); the repeat at least 1 min later, end at 55 /min (design)",
    fold=partial(fold_rate, SLOW),
    entry=NEXT.within,
    parameters=(
        parameter("moderate", "pulse below which it is slow, when it is again", "50 /min", "higher", PULSE, "40 /min"),
        parameter("critical", "pulse below which one reading is CRIT", "40 /min", "higher", PULSE, "40 /min"),
    ),
)
HR_TACHY: Final = Rule(
    id="HR-TACHY",
    words="Fast pulse at rest: > 100 /min, and again at the next reading within 24 h; HIGH above 120 and CRIT from 131"
    " in one reading",
    limit="100, 120, 131 /min",
    stream="blood_pressure",
    severity=MODERATE,
    source="≥ 131: NEWS2 score 3; > 100 and > 120: our own",
    standing="NEWS2 (unverified); > 100 and > 120, the repeat at least 1 min later, end at 90 /min (design)",
    fold=partial(fold_rate, FAST),
    entry=NEXT.within,
    parameters=(
        parameter("moderate", "pulse above which it is fast, when it is again", "100 /min", "lower", PULSE, "131 /min"),
        parameter("high", "pulse above which one reading is HIGH", "120 /min", "lower", PULSE, "131 /min"),
        parameter("critical", "pulse from which on one reading is CRIT", "131 /min", "lower", PULSE, "131 /min"),
    ),
)
RATES: Final = {each.id: each for each in (HR_BRADY, HR_TACHY)}
