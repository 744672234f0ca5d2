"""What is said of a figure in two periods: pure, and by the numbers of `reports.change.table` alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from reports.change.streams import BEFORE, NOW
from reports.change.table import ACTIVE, COMPARED, COVERED, DRY, Compared
from reports.figure import Figure, figure

IMPROVED, WORSENED, CHANGED = "improved", "worsened", "changed"
WITHIN: Final = "below_threshold"
UNKNOWN: Final = "not_comparable"
ROUNDING: Final = 1e-9
Range = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Person:
    """What the ranges of a patient depend on: the dry weight in kg where one is stated, and a pregnancy."""

    dry: float | None = None
    pregnant: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """`verdict`: improved (nearer to the range), worsened (farther from it), changed (neither can be said),
    below_threshold, or not_comparable."""

    of: Compared
    before: Figure
    now: Figure
    range: Range | None
    verdict: str

    @property
    def difference(self) -> float | None:
        return _difference(self.before, self.now)

    @property
    def known(self) -> bool:
        """Whether there is any reading of it."""
        return bool(self.before.n or self.now.n)


def sides(table: pd.DataFrame) -> dict[tuple[str, str], dict[str, Figure]]:
    """(patient, when) → the figures that are compared, by name; from the rows of `reports.change.figures`. Those
    without a reading are not among them."""
    found: dict[tuple[str, str], dict[str, tuple[float, int, int]]] = {}
    for patient, when, name, value, n, dates in table.itertuples(index=False):
        found.setdefault((patient, when), {})[name] = (value, int(n), int(dates))
    return {key: {each.figure: _figure(each, rows) for each in COMPARED} for key, rows in found.items()}


def _figure(each: Compared, rows: Mapping[str, tuple[float, int, int]]) -> Figure:
    value, n, dates = rows.get(each.figure, (None, 0, 0))
    return figure(value, each.unit, n, _lacking(each, n, dates, rows) if n else "no readings")


def _lacking(each: Compared, n: int, dates: int, rows: Mapping[str, tuple[float, int, int]]) -> str:
    """Why so many are not enough; empty when they are."""
    if each.figure.startswith("cgm_") and rows[ACTIVE][0] < COVERED:
        return f"the sensor covered {rows[ACTIVE][0]:.1f} % of the period, and {COVERED} % are needed"
    if n >= each.readings and dates >= each.dates:
        return ""
    if each.counted == "readings":
        return f"{n} readings on {dates} dates, and {each.readings} on {each.dates} are needed"
    return f"{n} {each.counted}, and {each.readings} are needed"


NOTHING: Final = {each.figure: figure(None, each.unit, 0, "no readings") for each in COMPARED}


def changes(before: Mapping[str, Figure], now: Mapping[str, Figure], person: Person) -> list[Change]:
    """One a figure of the table, in its order."""
    return [_change(each, before[each.figure], now[each.figure], range_of(each, person)) for each in COMPARED]


def range_of(each: Compared, person: Person) -> Range | None:
    """None where nothing says which way is better."""
    if (each.not_pregnant and person.pregnant) or (each.around == DRY and person.dry is None):
        return None
    middle = person.dry or 0.0 if each.around == DRY else 0.0
    return tuple(None if end is None else middle + end for end in (each.low, each.high))  # type: ignore[return-value]  # a pair of a pair


def _change(each: Compared, before: Figure, now: Figure, wanted: Range | None) -> Change:
    return Change(each, before, now, wanted, _verdict(each, before, now, wanted))


def _difference(before: Figure, now: Figure) -> float | None:
    return None if before.value is None or now.value is None else now.value - before.value


def _verdict(each: Compared, before: Figure, now: Figure, wanted: Range | None) -> str:
    if not (before.sufficient and now.sufficient) or before.value is None or now.value is None:
        return UNKNOWN
    threshold = before.value * each.threshold / 100 if each.relative else each.threshold
    if abs(now.value - before.value) < threshold - ROUNDING:
        return WITHIN
    if wanted is None:
        return CHANGED
    nearer = _distance(before.value, wanted) - _distance(now.value, wanted)
    return CHANGED if abs(nearer) <= ROUNDING else IMPROVED if nearer > 0 else WORSENED


def _distance(value: float, wanted: Range) -> float:
    """From the range; 0 in it."""
    low, high = wanted
    below = low - value if low is not None else 0.0
    above = value - high if high is not None else 0.0
    return max(below, above, 0.0)


def line(change: Change) -> dict[str, Any]:
    """For JSON."""
    low, high = change.range or (None, None)
    said = {"figure": change.of.figure, "verdict": change.verdict, "difference": change.difference}
    rule = {"threshold": change.of.threshold, "threshold_unit": "%" if change.of.relative else change.of.unit}
    both = {BEFORE: _side(change.before), NOW: _side(change.now)}
    return said | both | rule | {"range": [low, high] if change.range else None, "source": change.of.source}


def _side(each: Figure) -> dict[str, Any]:
    said = {"value": each.value, "unit": each.unit, "n": each.n, "sufficient": each.sufficient}
    return said if each.sufficient else said | {"why": each.why}
