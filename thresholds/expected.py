"""How often a reading of each stream is expected: the gap beyond which a silence has a severity (§3.8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from models.measures import Factor
from thresholds.facts import stated
from thresholds.limits import Bounds
from thresholds.parameters import DAYS, HOURS, Parameter, parameter
from thresholds.types import SEVERITIES, Fact

GAP_HOURS: Final = "glucose_gap_hours"
PRESCRIBED_GAPS: Final = 2
MICROSECOND: Final = timedelta(microseconds=1)
LONG: Final = {"d": timedelta(days=1), "h": timedelta(hours=1)}
NAMED: Final = {"info": "INFO", "moderate": "MOD", "high": "HIGH"}


class Tier(NamedTuple):
    """A gap longer than `limit` has this severity."""

    limit: timedelta
    severity: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a stream may be silent: a parameter for each severity, named after it. `prescribed`: an INFO tier may
    come from the patient's facts. `needs`: a fact without which nobody expects readings."""

    rule: str
    parameters: tuple[Parameter, ...]
    prescribed: bool = False
    needs: tuple[str, str] | None = None

    def tiers_at(self, bounds: Bounds, facts: Sequence[Fact], at: datetime) -> tuple[Tier, ...]:
        """The tiers in force at `at`, by rising limit and severity."""
        tiers = [Tier(span(bounds[each.name].number, each.pairs[0].unit), NAMED[each.name]) for each in self.parameters]
        gap = prescribed_gap(facts, at) if self.prescribed else None
        return rising(tiers if gap is None else [Tier(gap * PRESCRIBED_GAPS, "INFO"), *tiers])


def rising(tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """By limit, without those that a worse one precedes: who sets a limit may put a mild tier after a severe one."""
    ordered: list[Tier] = []
    for tier in sorted(tiers, key=lambda each: (each.limit, SEVERITIES.index(each.severity))):
        if not ordered or SEVERITIES.index(tier.severity) < SEVERITIES.index(ordered[-1].severity):
            ordered.append(tier)
    return tuple(ordered)


@lru_cache(1000)
def span(count: Decimal, unit: str) -> timedelta:
    return timedelta(microseconds=round(count * (LONG[unit] // MICROSECOND)))


def gaps_of(measured: Mapping[str, Factor], **pairs: str) -> tuple[Parameter, ...]:
    """Name of the tier → the gap beyond which it begins."""
    return tuple(
        parameter(name, f"gap beyond which it is {NAMED[name]}", pair, "lower", measured)
        for name, pair in pairs.items()
    )


WEIGHT: Final = Expected(
    "NODATA-WT", gaps_of(DAYS, info="2 d", moderate="3 d", high="5 d"), needs=("condition", "heart_failure")
)
BLOOD_PRESSURE: Final = Expected("NODATA-BP", gaps_of(DAYS, info="3 d", moderate="7 d"))
GLUCOSE: Final = Expected("NODATA-GLU", gaps_of(DAYS, moderate="3 d", high="7 d"), prescribed=True)
SENSOR: Final = Expected("CGM-GAP", gaps_of(HOURS, info="0.5 h", moderate="3 h", high="24 h"))
SLEEP: Final = Expected("NODATA-SLP", gaps_of(DAYS, info="3 d", moderate="7 d"))
EXPECTED: Final = {
    "weight": WEIGHT, "blood_pressure": BLOOD_PRESSURE, "glucose": GLUCOSE, "cgm": SENSOR, "sleep": SLEEP,
}  # fmt: skip


def prescribed_gap(facts: Sequence[Fact], at: datetime) -> timedelta | None:
    """The prescribed time between fingersticks in force at `at`; None without one that is a whole number of hours."""
    hours = stated(facts, GAP_HOURS, at)
    return timedelta(hours=hours) if isinstance(hours, int) else None
