"""Ranges of glucose and the goals for the time in them (§3.5), compared in the unit as sent (§0 T1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import pandas as pd

from thresholds.compare import number
from thresholds.types import Amount

Pair = Mapping[str, Decimal]  # unit → the published figure; neither converts into the other
SOURCE: Final = "Battelino 2019, Diabetes Care 42:1593, as tabled by ADA"
OLDER_SOURCE: Final = "Battelino 2019, older or at high risk (unverified)"


def pair(milligrams: int, millimoles: str) -> Pair:
    return MappingProxyType({"mg/dL": Decimal(milligrams), "mmol/L": Decimal(millimoles)})


LEVEL_2: Final = pair(54, "3.0")
LEVEL_1: Final = pair(70, "3.9")
IN_RANGE: Final = pair(180, "10.0")
VERY_HIGH: Final = pair(250, "13.9")


@dataclass(frozen=True, slots=True)
class Goal:
    """A cumulative share of time: `less` than `percent`, else more than it. All below 70 count as below 70, those below
    54 too; the band of 54 to 69 is another figure (§0 T3)."""

    figure: str
    less: bool
    percent: int

    def met(self, value: float) -> bool:
        return value < self.percent if self.less else value > self.percent

    def words(self) -> str:
        return f"goal {'<' if self.less else '>'} {self.percent} %"


@dataclass(frozen=True, slots=True)
class Group:
    """Target range [low, high] with what lies beyond; `very_high` None where none is published."""

    name: str
    words: str
    low: Pair
    high: Pair
    very_high: Pair | None
    goals: tuple[Goal, ...]
    cv: int | None
    source: str

    def figures(self) -> dict[str, tuple[str, ...]]:
        """Cumulative figure → the bands it adds up, named as the limits in mg/dL whatever the unit."""
        low, high = self.low["mg/dL"], self.high["mg/dL"]
        named: dict[str, tuple[str, ...]] = {
            f"tir_{low}_{high}": ("target",),
            f"tbr_below_{low}": ("very_low", "low"),
            "tbr_below_54": ("very_low",),
            f"tar_above_{high}": ("high", "very_high"),
        }
        return named | ({"tar_above_250": ("very_high",)} if self.very_high else {})

    def band(self, amount: Amount) -> str:
        """LO is below every number and HI above."""
        value, unit = number(amount), amount.unit
        if value < self.low[unit]:
            return "very_low" if value < LEVEL_2[unit] else "low"
        if self.very_high is not None and value > self.very_high[unit]:
            return "very_high"
        return "high" if value > self.high[unit] else "target"


ADULT: Final = Group(
    "adult", "adults with type 1 or type 2 diabetes", LEVEL_1, IN_RANGE, VERY_HIGH,
    (
        Goal("tir_70_180", less=False, percent=70), Goal("tbr_below_70", less=True, percent=4),
        Goal("tbr_below_54", less=True, percent=1), Goal("tar_above_180", less=True, percent=25),
        Goal("tar_above_250", less=True, percent=5),
    ),
    36, SOURCE,
)  # fmt: skip
OLDER: Final = Group(
    "older", "older people or high risk of low glucose", LEVEL_1, IN_RANGE, VERY_HIGH,
    (
        Goal("tir_70_180", less=False, percent=50), Goal("tbr_below_70", less=True, percent=1),
        Goal("tar_above_180", less=True, percent=50), Goal("tar_above_250", less=True, percent=10),
    ),
    36, OLDER_SOURCE,
)  # fmt: skip
PREGNANCY: Final = Group(
    "pregnancy", "pregnancy with type 1 diabetes", pair(63, "3.5"), pair(140, "7.8"), None,
    (
        Goal("tir_63_140", less=False, percent=70), Goal("tbr_below_63", less=True, percent=4),
        Goal("tbr_below_54", less=True, percent=1), Goal("tar_above_140", less=True, percent=25),
    ),
    None, SOURCE,
)  # fmt: skip
GROUPS: Final[Mapping[str, Group]] = MappingProxyType({each.name: each for each in (ADULT, OLDER, PREGNANCY)})
BANDS: Final = ("very_high", "high", "target", "low", "very_low")


def bands_of(frame: pd.DataFrame, group: Group) -> pd.Series:
    """The band of each reading. What was sent repeats, so each distinct amount is compared once."""
    amounts = list(zip(frame["sent_0"], frame["sent_1"], strict=True))
    known = {each: group.band(Amount(*each)) for each in set(amounts)}
    return pd.Series([known[each] for each in amounts], index=frame.index, dtype=object)


def bounds(group: Group, unit: str) -> tuple[Decimal, Decimal]:
    """Ends of the target range as published in the unit."""
    return group.low[unit], group.high[unit]
