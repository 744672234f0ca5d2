"""The numbers of a rule, and the limits that are set in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from models.measures import SAME, Component, Factor

DAYS: Final = {"d": SAME, "h": Factor(by=Decimal(24))}
HOURS: Final = {"h": SAME, "min": Factor(by=Decimal(60)), "d": Factor(Decimal(24))}
Safer = Literal["lower", "higher"]


class Amount(NamedTuple):
    """A value as sent: decimal text, or LO or HI, with the unit that came with it."""

    text: str
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A number of a rule that a clinician may set.

    `pairs`: the published figure, one amount a unit and none converted into another; the first is in the own unit.
    `accepts`: each unit it may be set in, with the way into the own unit.
    `safer`: the direction that flags more. `widest`: the absolute safety limit; see `thresholds.limits`.
    `component`: of the reading, where the number is compared with one.
    """

    name: str
    words: str
    pairs: tuple[Amount, ...]
    safer: Safer
    accepts: Mapping[str, Factor]
    widest: Amount | None = None
    component: Component | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A number set for one patient, half-open [from_at, until_at). `origin`: patient, or programme:NAME."""

    rule: str
    parameter: str
    amount: Amount
    from_at: datetime
    until_at: datetime | None = None
    origin: str = "patient"
    author: str = ""
    role: str = ""
    reason: str = ""


def parameter(
    name: str,
    words: str,
    pairs: str,
    safer: Safer,
    measured: Component | Mapping[str, Factor],
    widest: str | None = None,
) -> Parameter:
    """`pairs` as people write them: 54 mg/dL, 3.0 mmol/L. `measured`: the component that it is compared with, or the
    units of any other number."""
    published = tuple(amount(each) for each in pairs.split(", "))
    limit = amount(widest) if widest else None
    if isinstance(measured, Component):
        return Parameter(name, words, published, safer, measured.accepts, limit, measured)
    return Parameter(name, words, published, safer, measured, limit)


def amount(text: str) -> Amount:
    """180 mm[Hg] as an amount."""
    figure, _, unit = text.partition(" ")
    return Amount(figure, unit)
