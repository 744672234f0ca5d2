"""The profile's page: times in ranges, the modal day, the days one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from charts import axis, palette
from charts.layers import Band, Dots, Limit, Line, Point
from charts.plot import Plot, draw
from charts.small import Day, Days, draw_days
from charts.stack import Part, draw_stack
from reports.agp.bands import BANDS, bounds
from reports.agp.profile import Row, smooth
from reports.figure import Figure
from reports.page.blocks import Beside, Block, Figures, Picture, Shown, Table, Words

if TYPE_CHECKING:
    from reports.agp.make import Glucose
    from reports.report import Ask

COLOURS: Final = {
    "very_high": palette.VERY_HIGH, "high": palette.HIGH, "target": palette.TARGET, "low": palette.LOW,
    "very_low": palette.VERY_LOW,
}  # fmt: skip
BAND_WORDS: Final = {
    "very_high": "Very high", "high": "High", "target": "Target", "low": "Low", "very_low": "Very low",
}  # fmt: skip
TOP: Final = {"mg/dL": 350, "mmol/L": 20}
LEVELS_SHOWN: Final = ("p5", "p25", "p50", "p75", "p95")
MOST_DAYS: Final = 28  # small plots: the newest, of a longer period
GAP: Final = 3  # spacings of the sensor, after which a curve is not drawn on


def blocks(glucose: Glucose, figures: Mapping[str, Figure], rows: Sequence[Row], ask: Ask) -> list[Block]:
    if glucose.frame.empty:
        return [Words("No glucose in this period", ["There is no reading to make a profile from."])]
    made: list[Block] = [Figures("Glucose", _shown(glucose, figures))]
    if not glucose.why:
        made.insert(0, Beside(_ranges(glucose, figures), Figures("Goals", _goals(glucose, figures))))
    else:
        made.insert(0, Words("Not enough for goals", [f"Times in ranges are not printed: {glucose.why}."]))
    return [*made, _modal_day(glucose, rows), _daily(glucose, ask)]


def _shown(glucose: Glucose, figures: Mapping[str, Figure]) -> list[Shown]:
    form = ".0f" if glucose.unit == "mg/dL" else ".1f"
    cv = f"goal ≤ {glucose.group.cv} %" if glucose.group.cv else ""
    rows = [
        Shown("Mean", figures["mean"], form),
        Shown("Glucose management indicator (GMI)", figures["gmi"], ".1f"),
        Shown("Coefficient of variation (CV)", figures["cv_pct"], ".1f", cv),
        Shown("Standard deviation", figures["sd"], form if form == ".1f" else ".0f"),
        Shown("Days with readings", figures["days_worn"], ".0f"),
    ]
    if "active_pct" in figures:
        beside = f"one sample every {glucose.covered.rhythm} min; goal ≥ 70 %"
        rows.append(Shown("Time the sensor was active", figures["active_pct"], ".1f", beside))
    return rows


def _goals(glucose: Glucose, figures: Mapping[str, Figure]) -> list[Shown]:
    """Cumulative shares, whose goals are not those of the bands (T3)."""
    rows = []
    for goal in glucose.group.goals:
        figure = figures[goal.figure]
        met = "" if figure.value is None else (" – met" if goal.met(figure.value) else " – not met")
        rows.append(Shown(_cumulative(goal.figure, glucose), figure, ".1f", goal.words() + met))
    return rows


def _cumulative(name: str, glucose: Glucose) -> str:
    low, high = bounds(glucose.group, glucose.unit)
    special = {"tbr_below_54": LEVELS[glucose.unit][0], "tar_above_250": LEVELS[glucose.unit][1]}
    if name.startswith("tir"):
        return f"In target {low}–{high}"
    if name.startswith("tbr"):
        return f"All below {special.get(name, low)}"
    return f"All above {special.get(name, high)}"


LEVELS: Final = {"mg/dL": ("54", "250"), "mmol/L": ("3.0", "13.9")}


def _ranges(glucose: Glucose, figures: Mapping[str, Figure]) -> Picture:
    bands = [each for each in BANDS if each != "very_high" or glucose.group.very_high]
    parts = [
        Part(
            figures[f"band_{band}"].value or 0.0,
            f"{BAND_WORDS[band]}  {figures[f'band_{band}'].value:.1f} %",
            _more(glucose, band, figures),
            COLOURS[band],
        )
        for band in bands
    ]
    title = "Time in ranges" if glucose.source == "cgm" else "Readings in ranges"
    words = f"One bar of shares, from the top: {'; '.join(f'{part.words}, {part.more}' for part in parts)}."
    rows = [(BAND_WORDS[band], part.words.split("  ")[1], part.more) for band, part in zip(bands, parts, strict=True)]
    return Picture(title, draw_stack(title, words, parts), Table("As a table", ("Band", "Share", "Range"), rows, True))


def _more(glucose: Glucose, band: str, figures: Mapping[str, Figure]) -> str:
    """The band's ends, and of a sensor the time a day."""
    minutes = figures.get(f"minutes_{band}")
    words = f"{_ends(glucose, band)} {glucose.unit}"
    return words if minutes is None or minutes.value is None else f"{words} · {hours_words(minutes.value)} a day"


def _ends(glucose: Glucose, band: str) -> str:
    (low, high), (lowest, highest) = bounds(glucose.group, glucose.unit), LEVELS[glucose.unit]
    above = f"> {high} to {highest}" if glucose.group.very_high else f"> {high}"
    return {
        "very_high": f"> {highest}", "high": above, "target": f"{low}–{high}", "low": f"{lowest} to < {low}",
        "very_low": f"< {lowest}",
    }[band]  # fmt: skip


def hours_words(minutes: float) -> str:
    """Minutes as h:min, such as 0:14."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours}:{rest:02}"


def _value_axis(glucose: Glucose) -> axis.Axis:
    top = max(float(glucose.frame["value"].max()), TOP[glucose.unit])
    return axis.numbers([0.0, top], glucose.unit, about=7)


def _modal_day(glucose: Glucose, rows: Sequence[Row]) -> Picture:
    """Of a meter each reading is drawn, since there are few."""
    sensed = glucose.source == "cgm"
    places, levels = _curves(rows) if sensed else _steps(rows)
    layers = (
        Band("5–95 % of readings", list(zip(places, levels["p5"], levels["p95"], strict=True)), palette.LIGHT),
        Band("25–75 %", list(zip(places, levels["p25"], levels["p75"], strict=True)), palette.MIDDLE),
        Line("median", list(zip(places, levels["p50"], strict=True)), palette.DARK, 2.4),
        *(() if sensed else [Dots("each reading", _spots(glucose), palette.SECOND, "disc", 2.2)]),
    )
    low, high = bounds(glucose.group, glucose.unit)
    limits = [Limit(float(each), f"{each} target", palette.GOAL) for each in (high, low)]
    title = "Profile of a day"
    words = f"Median and percentiles of glucose by local time over {glucose.covered.days} days."
    plot = Plot(title, words, axis.hours(), _value_axis(glucose), layers, limits, height=250)
    return Picture(title, draw(plot), _profile_table(rows))


Levels = dict[str, list[float | None]]


def _curves(rows: Sequence[Row]) -> tuple[list[float], Levels]:
    """Through the middle of each bin, smoothed."""
    places = [float(row["minute"] or 0) + 720 / len(rows) for row in rows]
    return places, {name: smooth(list(rows), name) for name in LEVELS_SHOWN}


def _steps(rows: Sequence[Row]) -> tuple[list[float], Levels]:
    """Level from each bin's beginning to its end, with a gap between bins: nothing is known of what lies between."""
    edges = [(float(row["minute"] or 0), float(row["minute"] or 0) + 1440 / len(rows)) for row in rows]
    levels: Levels = {name: [each for row in rows for each in (row[name], row[name], None)] for name in LEVELS_SHOWN}
    return [each for one, two in edges for each in (one, two, two)], levels


def _spots(glucose: Glucose) -> list[Point]:
    local = glucose.frame["local"].dt
    return list(zip((local.hour * 60 + local.minute).tolist(), glucose.frame["value"].tolist(), strict=True))


def _profile_table(rows: Sequence[Row]) -> Table:
    lines = [
        (
            f"{int(row['minute'] or 0) // 60:02}:{int(row['minute'] or 0) % 60:02}",
            str(row["n"]),
            str(row["days"]),
            *(_rounded(row[name]) for name in LEVELS_SHOWN),
        )
        for row in rows
    ]
    columns = ("From", "Readings", "Days", "5 %", "25 %", "Median", "75 %", "95 %")
    return Table("As a table, by local time; blank below five days", columns, lines, folded=True)


def _rounded(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _daily(glucose: Glucose, ask: Ask) -> Picture:
    by_day = dict(list(glucose.frame.groupby("day")))
    days = [
        Day(f"{day:%a} {axis.day_words(day)}", _points(by_day.get(day), glucose))
        for day in ask.period.dates()[-MOST_DAYS:]
    ]
    low, high = (float(each) for each in bounds(glucose.group, glucose.unit))
    words = "Glucose of each local date; what is above and below the target range is shaded."
    picture = Days("Each day", words, days, _value_axis(glucose), low, high, joined=glucose.source == "cgm")
    rows = [
        (f"{day:%Y-%m-%d}", str(len(each)), *(f"{figure:.1f}" for figure in each["value"].agg(["mean", "min", "max"])))
        for day, each in by_day.items()
    ]
    table = Table("As a table", ("Day", "Readings", "Mean", "Lowest", "Highest"), rows, folded=True)
    return Picture("Each day", draw_days(picture), table)


def _points(frame: Any, glucose: Glucose) -> list[Point]:
    """Minutes since midnight and values, with a gap where the sensor left out more than a few."""
    if frame is None:
        return []
    local = frame["local"].dt
    minutes = (local.hour * 60 + local.minute + local.second / 60).tolist()
    points: list[Point] = []
    for minute, value in zip(minutes, frame["value"].tolist(), strict=True):
        if points and not 0 <= minute - points[-1][0] <= GAP * glucose.covered.rhythm:
            points.append((points[-1][0], None))
        points.append((minute, value))
    return points
