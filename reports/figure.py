"""A figure with all that it takes to trust it."""

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is unrounded and None when there is none; shares are in percent. `n` counts what it was made from.

    `why` says what is lacking when the figure is not `sufficient`. `since` and `until` differ from the report's where
    they are set.
    """

    value: float | None
    unit: str
    n: int
    sufficient: bool = True
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None


def figure(value: Any, unit: str, n: Any, why: str = "", **more: Any) -> Figure:
    """A figure of whatever pandas answered; `why`, when given, makes it insufficient, as no value at all does."""
    known = finite(value)
    lacking = why or ("" if known is not None else "no readings to make it from")
    return Figure(known, unit, int(n), not lacking, lacking, **more)


def finite(value: Any) -> float | None:
    """A plain number; None for what is missing, NaN or infinite, so that no report can say NaN."""
    if value is None:
        return None
    number = float(value)
    return number if isfinite(number) else None


def share(part: Any, whole: Any) -> float | None:
    """In percent; None of nothing."""
    return 100 * float(part) / float(whole) if whole else None
