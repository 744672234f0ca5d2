"""The numbers of a rule, and the limits that are set in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from models.measures import Factor


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
    safer: Literal["lower", "higher"]
    accepts: Mapping[str, Factor]
    widest: Amount | None = None
    component: str | None = None


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
