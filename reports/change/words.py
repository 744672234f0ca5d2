"""A change in words, made from its figures: never that nothing changed, where nothing is known."""

from collections.abc import Sequence
from typing import Final

from reports.change.judge import CHANGED, IMPROVED, UNKNOWN, WITHIN, WORSENED, Change
from reports.figure import Figure

FORM: Final = ".1f"


def sentences(changes: Sequence[Change], earlier: str) -> list[str]:
    """What changed first, then what did not by the threshold, then what cannot be compared; `earlier` names the period
    before, such as: the period before. Streams without any reading are named in one sentence."""
    order = (WORSENED, IMPROVED, CHANGED, WITHIN, UNKNOWN)
    known = sorted((each for each in changes if each.known), key=lambda each: order.index(each.verdict))
    said = [sentence(each, earlier) for each in known]
    streams = {each.of.stream for each in changes} - {each.of.stream for each in known}
    none = [each for each in dict.fromkeys(each.of.stream for each in changes) if each in streams]
    return said + ([f"No readings in either period, so nothing to compare: {', '.join(none)}."] if none else [])


def sentence(change: Change, earlier: str) -> str:
    """Such as: Systolic mean fell by 12.4 mmHg, from 148.2 (n = 28) to 135.8 (n = 30): nearer to 90 to 130."""
    if change.verdict == UNKNOWN:
        lacking = [f"in {name} {each.why}" for name, each in _periods(change, earlier) if not each.sufficient]
        return f"{change.of.words}: not enough readings to compare; {'; '.join(lacking)}."
    before, now, moved = change.before, change.now, change.difference or 0.0
    unit = "points" if change.of.unit == "%" else change.of.unit
    if change.verdict == WITHIN:
        counts = f"{change.of.threshold:g} {'%' if change.of.relative else unit}"
        both = f"{_number(now)} after {_number(before)} {change.of.unit}"
        return f"{change.of.words}: {both}; the difference is less than the {counts} that count as a change."
    way = "rose" if moved > 0 else "fell"
    path = f"from {_number(before)} to {_number(now)} {change.of.unit}"
    return f"{change.of.words} {way} by {abs(moved):{FORM}} {unit}, {path}: {_towards(change)}."


def _number(each: Figure) -> str:
    return f"{each.value:{FORM}} (n = {each.n})"


def _periods(change: Change, earlier: str) -> list[tuple[str, Figure]]:
    return [(earlier, change.before), ("this period", change.now)]


def _towards(change: Change) -> str:
    if change.range is None:
        return "nothing on record says which way is better"
    wanted = range_words(change.range)
    if change.verdict == CHANGED:
        return f"no nearer to {wanted} and no farther from it"
    return f"nearer to {wanted}" if change.verdict == IMPROVED else f"farther from {wanted}"


def range_words(wanted: tuple[float | None, float | None]) -> str:
    low, high = wanted
    if low is None:
        return f"{high:g} or less"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"
