"""What a rule's window holds at a reading, in words: the figure that was compared, of what, and whether it is enough.

The windows are those of the folds, looked at as a fold has just moved them, so the figure is the one that was judged.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from thresholds.blood_pressure.home import figure_of
from thresholds.blood_pressure.repeated import Days
from thresholds.blood_pressure.trend import Rising
from thresholds.cgm.rate import Recent
from thresholds.estimates.home_week import ENOUGH_DAYS, ENOUGH_READINGS, home_mean
from thresholds.estimates.means import ByDate, RecentAndBefore, Span, shown
from thresholds.facts import decimal_fact
from thresholds.glucose.high import Highs
from thresholds.glucose.low import LowWeek
from thresholds.glucose.pregnancy import OutsideWeek
from thresholds.pulse.irregular import LastTen
from thresholds.sleep.nights import ENOUGH as ENOUGH_NIGHTS
from thresholds.sleep.nights import Medians, Nights
from thresholds.types import Case, Rule, Sample
from thresholds.weight.scale import Extreme, Nearest, gain
from thresholds.weight.scale import shown as kilograms_shown

SIX: Final = 6
TEN_DAYS: Final = 10
NO_DISCARD: Final = "BP-HOME-US"


@dataclass(frozen=True, slots=True)
class Figure:
    """`text` is what was compared, empty where it is the reading alone. `enough`: the rule could judge by it.
    It is made of the readings of these instants (`of`) or local dates (`days`), without those `skipped`."""

    text: str
    enough: bool = True
    of: frozenset[datetime] = frozenset()
    days: frozenset[date] = frozenset()
    skipped: frozenset[date] = frozenset()


ALONE: Final = Figure("")
Say = Callable[[Any, Sample, Rule, Case], Figure]


def figure_at(rule: Rule, sample: Sample, window: object, case: Case) -> Figure:
    """The figure that the rule's window shows at the sample."""
    say = SAY.get(type(window))
    return say(window, sample, rule, case) if say else _alone(sample, rule, case)


def _alone(sample: Sample, rule: Rule, case: Case) -> Figure:
    """One reading against a fact, where the rule has one that is a number."""
    numbers = [name for name in rule.facts if name == "dry_weight"]
    dry = decimal_fact(case, numbers[0], sample.at) if numbers else None
    return Figure(f"dry weight {dry} kg") if dry is not None else ALONE


def _mean_of_week(window: ByDate, sample: Sample, rule: Rule, case: Case) -> Figure:
    """Without its first day where the rule leaves that out."""
    discard = rule.id != NO_DISCARD
    days = sorted(window.means)
    used, skipped = frozenset(days[discard:]), frozenset(days[:discard])
    mean = home_mean(window.means, discard_first_day=discard)
    if mean:
        return Figure(figure_of(mean), days=used, skipped=skipped)
    readings = sum(window.means[day].count for day in used)
    wanted = f"{ENOUGH_READINGS} on {ENOUGH_DAYS} are wanted"
    return Figure(f"{readings} readings on {len(used)} days; {wanted}", enough=False, days=used, skipped=skipped)


def _change(window: RecentAndBefore, sample: Sample, rule: Rule, case: Case) -> Figure:
    recent, before = window.split()
    newer, older = _means(recent), _means(before)
    of, enough = frozenset((*recent.dated, *before.dated)), _both_enough(window)
    if window.lengths[1] == window.lengths[0]:
        return Figure(f"mean {newer} in 7 days", enough, of)
    return Figure(f"mean {newer} in 7 days against {older} in the 28 before", enough, of)


def _both_enough(window: RecentAndBefore) -> bool:
    """Without days before there is nothing to compare with, and nothing that could lack."""
    recent, before = window.split()
    alone = window.lengths[1] == window.lengths[0]
    return (recent.count if alone else min(recent.count, before.count)) >= SIX


def _means(span: Span) -> str:
    if not span.count:
        return "of no readings"
    numbers = "/".join(shown(span.of(place), ROUND_DOWN) for place in range(span.passed.width))
    return f"{numbers} of {span.count} readings"


def _rising(window: Rising, sample: Sample, rule: Rule, case: Case) -> Figure:
    """The slope needs ten days, which are enough where the means are not."""
    weeks = _change(window.weeks, sample, rule, case)
    days = len(window.days.means)
    return Figure(f"{weeks.text}; {days} days for the slope, 10 are wanted", weeks.enough or days >= TEN_DAYS, weeks.of)


def _days(window: Days, sample: Sample, rule: Rule, case: Case) -> Figure:
    return Figure(f"{len(window.dates)} of the last 3 days with such a reading")


def _week(past: str, instants: Callable[[Any], Iterable[datetime]]) -> Say:
    def say(window: Any, sample: Sample, rule: Rule, case: Case) -> Figure:
        seen = list(instants(window))
        return Figure(f"{len(seen)} {past} in 7 days", of=frozenset(seen))

    return say


def _last_ten(window: LastTen, sample: Sample, rule: Rule, case: Case) -> Figure:
    return Figure(f"{window.irregular} of {len(window.seen)} readings", of=frozenset(at for at, _ in window.seen))


def _median(window: Medians, sample: Sample, rule: Rule, case: Case) -> Figure:
    count, days = len(window.sorted), frozenset(day for day, _ in window.dated)
    if not window.has_enough():
        return Figure(f"of nights {count}; {ENOUGH_NIGHTS} are wanted", enough=False, days=days)
    return Figure(f"median {window.median().quantize(Decimal('0.01'), ROUND_DOWN)} /h of {count} nights", days=days)


def _nights(window: Nights, sample: Sample, rule: Rule, case: Case) -> Figure:
    count = len(window.means)
    wanted = "" if count >= window.enough else f"; {window.enough} are wanted"
    return Figure(f"of {count} nights{wanted}", not wanted, days=frozenset(window.means))


def _compared(window: Extreme | Nearest, sample: Sample, rule: Rule, case: Case) -> Figure:
    before = window.before
    if before is None:
        return Figure("no earlier weight to compare with", enough=False)
    at = before.at.astimezone(ZoneInfo(case.zone))
    change = kilograms_shown(gain(before, sample))
    return Figure(f"{change} against {at:%a %d %b %H:%M}", of=frozenset({before.at}))


def _line(window: Recent, sample: Sample, rule: Rule, case: Case) -> Figure:
    of = frozenset(each.at for each in window.points)
    if window.line is None:
        return Figure(f"{len(window.points)} samples in 20 min; 3 over 15 min are wanted", enough=False, of=of)
    return Figure(f"{window.line.rate()} mg/dL per min", of=of)


SAY: Final[Mapping[type, Say]] = {
    ByDate: _mean_of_week,
    RecentAndBefore: _change,
    Rising: _rising,
    Days: _days,
    Highs: _week("above the limit", lambda window: window.week),
    LowWeek: _week("of level 1", lambda window: window.lows),
    OutsideWeek: _week("outside the target", lambda window: window.outside),
    LastTen: _last_ten,
    Medians: _median,
    Nights: _nights,
    Extreme: _compared,
    Nearest: _compared,
    Recent: _line,
}
ENOUGH: Final[Mapping[type, Callable[[Any, Rule], bool]]] = {
    ByDate: lambda window, rule: bool(home_mean(window.means, discard_first_day=rule.id != NO_DISCARD)),
    RecentAndBefore: lambda window, _rule: _both_enough(window),
    Rising: lambda window, _rule: len(window.days.means) >= TEN_DAYS or _both_enough(window.weeks),
    Medians: lambda window, _rule: window.median() is not None,
    Nights: lambda window, _rule: len(window.means) >= window.enough,
    Extreme: lambda window, _rule: window.before is not None,
    Nearest: lambda window, _rule: window.before is not None,
    Recent: lambda window, _rule: window.judged,
}
"""Windows of which there may be too little to judge by: `figure_at(…).enough`, without the words."""
