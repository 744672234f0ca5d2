"""The whole patient as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from charts import axis, palette
from charts.layers import Band, Bars, Dots, Layer, Limit, Line
from charts.strips import Lane, Span, Strip, Strips, draw_strips
from reports.agp.bands import ADULT, bounds
from reports.patient.daily import Row, dates_a_point, thinned
from thresholds.types import SEVERITIES

if TYPE_CHECKING:
    from reports.patient.make import Whole
    from reports.report import Ask

MOST_POINTS: Final = 400
MOST_LANES: Final = 12
COLOURS: Final = dict(zip(SEVERITIES, (palette.VERY_HIGH, palette.HIGH, palette.MIDDLE, palette.LIGHT), strict=True))
SIGNS: Final = {"acknowledged": "a", "in_progress": "p", "resolved": "r"}
TITLE: Final = "All readings on one time axis"
Points = list[tuple[float, float | None]]


class Axis:
    """Days since the first local date of both periods; `ask` is of both."""

    def __init__(self, ask: Ask) -> None:
        self.zone, dates = ZoneInfo(ask.period.zone), ask.period.dates()
        self.first, self.last, self.count = dates[0], dates[-1], len(dates)

    def at(self, instant: datetime) -> float:
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        return min(max((local - datetime.combine(self.first, time())).total_seconds() / 86_400, 0.0), self.count)


def picture(found: Whole, ask: Ask) -> str:
    """SVG, as text."""
    x = Axis(found.whole)
    points = thinned(found.days, x.first, x.count, MOST_POINTS)
    lanes = [*_flags(found, x), *_medicines(found, x)]
    words = f"{len(found.days)} dates with readings from {x.first} to {x.last}; {len(found.flags)} flags."
    step = dates_a_point(x.count, MOST_POINTS)
    said = "A point is a date." if step == 1 else f"A point is {step} dates."
    present = {SIGNS[act["act"]]: act["act"].replace("_", " ") for act in found.acts if act["act"] in SIGNS}
    signs = ", ".join(f"{sign} {name}" for sign, name in sorted(present.items()))
    names = _names(ask)
    sheet = Strips(
        TITLE, words, axis.dates(x.first, x.last), _strips(points, found, ask), lanes, x.at(ask.period.since), names,
        f"{said} In the lanes of flags: {signs}." if signs else said,
    )  # fmt: skip
    return draw_strips(sheet)


def _names(ask: Ask) -> tuple[str, str]:
    return ("the period before", "this period") if ask.period.days > 1 else ("before", "now")


def _strips(points: Sequence[tuple[float, Row]], found: Whole, ask: Ask) -> list[Strip]:
    """Those that have readings."""
    made = [_pressure(points, ask), _pulse(points), _glucose(points, ask), _weight(points, ask), *_sleep(points)]
    return [each for each in made if any(_some(layer) for layer in each.layers)]


def _some(layer: Layer) -> bool:
    return any(None not in point for point in layer.points)


def _of(points: Sequence[tuple[float, Row]], name: str) -> Points:
    return [(x, row[name]) for x, row in points]


def _axis(
    points: Sequence[tuple[float, Row]], names: Sequence[str], words: str = "", more: Sequence[float] = ()
) -> Any:
    values = [row[name] for _, row in points for name in names if row[name] is not None]
    return axis.numbers([*values, *(more if values else ())], words, about=4)


def _pressure(points: Sequence[tuple[float, Row]], ask: Ask) -> Strip:
    layers = (
        Dots("systolic", _of(points, "systolic"), palette.DARK, "disc", 2.1),
        Dots("diastolic", _of(points, "diastolic"), palette.SECOND, "triangle", 2),
    )
    over, under = (ask.subject.limit("BP-HOME-EU", name, ask.period.until) for name in ("systolic", "diastolic"))
    limits = [Limit(over, f"{over:g}", palette.DARK), Limit(under, f"{under:g}", palette.SECOND)]
    return Strip("Pressure, mmHg", _axis(points, ("systolic", "diastolic"), more=(over, under)), layers, limits)


def _pulse(points: Sequence[tuple[float, Row]]) -> Strip:
    return Strip("Pulse, /min", _axis(points, ("pulse",)), (Dots("pulse", _of(points, "pulse"), size=2.1),), (), 52)


def _glucose(points: Sequence[tuple[float, Row]], ask: Ask) -> Strip:
    low, high = (float(each) for each in bounds(ADULT, ask.options.unit))
    spread = [(x, row["cgm_p5"], row["cgm_p95"]) for x, row in points]
    sensor = (
        Band("5 to 95 %", spread, palette.LIGHT),
        Line("sensor, median", _of(points, "cgm_median"), palette.DARK, 1.5),
    )
    meter = Dots("meter", _of(points, "meter_mean"), palette.SECOND, "triangle", 2.2)
    layers = [each for each in (*sensor, meter) if _some(each)]
    y = _axis(points, ("cgm_p5", "cgm_p95", "meter_mean"), more=(low, high))
    limits = [Limit(each, f"{each:g}", palette.GOAL) for each in (low, high)]
    return Strip(f"Glucose, {ask.options.unit}", y, layers, limits)


def _weight(points: Sequence[tuple[float, Row]], ask: Ask) -> Strip:
    dry = ask.subject.dry_weight(ask.period.until)
    limits = [Limit(dry, f"dry {dry:g}", palette.GOAL)] if dry else []
    y = _axis(points, ("weight",), more=[dry] if dry else ())
    return Strip("Weight, kg", y, (Dots("first of a date", _of(points, "weight"), size=2.1),), limits, 62)


def _sleep(points: Sequence[tuple[float, Row]]) -> list[Strip]:
    hours = [{name: row[name] / 60 if row[name] is not None else None for name in ("total_sleep", "therapy_time")}
             for _, row in points]  # fmt: skip
    said = [(x, both) for (x, _), both in zip(points, hours, strict=True)]
    layers: list[Layer] = []
    if any(row["therapy_time"] is not None for row in hours):
        layers.append(Bars("on therapy", [(x - 0.4, row["therapy_time"]) for x, row in said], palette.MIDDLE))
    if any(row["total_sleep"] is not None for row in hours):
        layers.append(Dots("asleep", [(x, row["total_sleep"]) for x, row in said], palette.DARK, "disc", 2.1))
    y = _axis(said, ("total_sleep", "therapy_time"), more=(0,))
    index = Dots("an hour, as stated", _of(points, "ahi"), palette.DARK, "disc", 2.1)
    return [
        Strip("Nights, h", y, layers, [Limit(4, "4 h", palette.SECOND)] if layers else [], 62),
        Strip("Apnoea index (AHI)", _axis(points, ("ahi",), more=(0,)), (index,), (), 52),
    ]


def _flags(found: Whole, x: Axis) -> list[Lane]:
    """A lane a rule, the most severe first; the first so many of them."""
    ranked = sorted(found.flags, key=lambda flag: (SEVERITIES.index(flag["severity"]), flag["since"]))
    rules = list(dict.fromkeys(flag["rule"] for flag in ranked))[:MOST_LANES]
    return [_lane(rule, found, x) for rule in rules]


def _lane(rule: str, found: Whole, x: Axis) -> Lane:
    mine = [flag for flag in found.flags if flag["rule"] == rule]
    spans = [Span(x.at(flag["since"]), x.at(flag["until"]), COLOURS[flag["severity"]]) for flag in mine]
    period = found.whole.period
    acts = [act for act in found.acts if act["rule"] == rule and act["act"] in SIGNS]
    marks = [(x.at(act["at"]), SIGNS[act["act"]]) for act in acts if period.since <= act["at"] <= period.until]
    worst = min((flag["severity"] for flag in mine), key=SEVERITIES.index)
    return Lane(f"{rule} ({worst})", spans, marks)


def _medicines(found: Whole, x: Axis) -> list[Lane]:
    lanes = []
    for each in found.medicines[:MOST_LANES]:
        since = x.at(each["from_at"]) if each["from_at"] else 0.0
        until = x.at(each["until_at"]) if each["until_at"] else x.count
        lanes.append(Lane(each["value"], [Span(since, until, palette.TARGET, each["value"])]))
    return lanes


def local(at: datetime | date | None, zone: str) -> str | None:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if isinstance(at, datetime) else None
