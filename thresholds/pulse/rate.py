"""A pulse too slow or too fast: HR-BRADY and HR-TACHY (clinical reference §3.2)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import ge, gt, le, lt
from typing import Final, NamedTuple

from models.measures import BLOOD_PRESSURE
from thresholds.compare import component_of, converted
from thresholds.fold import Breach, moments
from thresholds.repeat import Repeat, Verdict, fold_repeated
from thresholds.types import Case, Found, Rule, Sample

PULSE: Final = component_of(BLOOD_PRESSURE, "pulse")
MODERATE: Final = "MOD"  # the tier that wants a repeat; the others stand alone
NEXT: Final = Repeat(after=timedelta(minutes=1), within=timedelta(hours=24))

Compare = Callable[[Decimal, Decimal], bool]


class Tier(NamedTuple):
    """A pulse for which `compare` holds with `figure`, in /min, has this severity."""

    compare: Compare
    figure: Decimal
    severity: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Tiers from the worst on, and the rate to which the pulse must return to end an episode: 10 % inside the outermost
    limit. `sign` makes worse more."""

    rule: str
    tiers: tuple[Tier, ...]
    returned: Tier
    sign: int

    def breach(self, sample: Sample) -> Breach | None:
        pulse = rate(sample)
        severity = next((tier.severity for tier in self.tiers if tier.compare(pulse, tier.figure)), None)
        shown = f"{sample.values[PULSE.name].text} /min"
        return Breach(sample, severity, pulse * self.sign, shown) if severity else None

    def has_returned(self, sample: Sample) -> bool:
        return self.returned.compare(rate(sample), self.returned.figure)


def rate(sample: Sample) -> Decimal:
    return converted(sample.values[PULSE.name], PULSE)


def with_pulse(samples: Sequence[Sample]) -> Iterator[Sample]:
    return (sample for sample in samples if PULSE.name in sample.values)


def verdicts(rates: Rates, samples: Sequence[Sample]) -> Iterator[Verdict]:
    """Readings with a doubtful clock are judged too: critical does not wait for a clock."""
    for moment in moments(with_pulse(samples)):
        breaches = [breach for sample in moment if (breach := rates.breach(sample))]
        alone = any(breach.severity != MODERATE for breach in breaches)
        yield Verdict(moment[0].at, breaches, alone, over=all(map(rates.has_returned, moment)))


def fold_rate(rates: Rates, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Readings without a pulse say nothing. A rate between the limit and that of return neither joins nor ends."""
    return fold_repeated(rates.rule, verdicts(rates, samples), start, NEXT)


SLOW: Final = Rates(
    "HR-BRADY",
    (Tier(lt, Decimal(40), "CRIT"), Tier(lt, Decimal(50), MODERATE)),
    returned=Tier(ge, Decimal(55), MODERATE),
    sign=-1,
)
FAST: Final = Rates(
    "HR-TACHY",
    (Tier(ge, Decimal(131), "CRIT"), Tier(gt, Decimal(120), "HIGH"), Tier(gt, Decimal(100), MODERATE)),
    returned=Tier(le, Decimal(90), MODERATE),
    sign=1,
)

HR_BRADY: Final = Rule(
    id=SLOW.rule,
    words="Slow pulse at rest: < 50 /min, and again at the next reading within 24 h; CRIT below 40 in one reading",
    limit="50, 40 /min",
    stream="blood_pressure",
    severity=MODERATE,
    source="2018 ACC/AHA/HRS: sinus bradycardia < 50 /min; NEWS2 ≤ 40",
    standing="(unverified); the repeat at least 1 min later, end at 55 /min (design)",
    fold=partial(fold_rate, SLOW),
    entry=NEXT.within,
    on=False,
)
HR_TACHY: Final = Rule(
    id=FAST.rule,
    words="Fast pulse at rest: > 100 /min, and again at the next reading within 24 h; HIGH above 120 and CRIT from 131"
    " in one reading",
    limit="100, 120, 131 /min",
    stream="blood_pressure",
    severity=MODERATE,
    source="≥ 131: NEWS2 score 3; > 100 and > 120: our own",
    standing="NEWS2 (unverified); > 100 and > 120, the repeat at least 1 min later, end at 90 /min (design)",
    fold=partial(fold_rate, FAST),
    entry=NEXT.within,
    on=False,
)
