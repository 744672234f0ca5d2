"""The page of sleep and therapy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from charts import axis, palette
from charts.layers import Bars, Dots, Layer, Limit, Line, Point
from charts.plot import Plot, draw
from reports.figure import Figure
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words
from reports.sleep.nights import FOUR_HOURS

if TYPE_CHECKING:
    from reports.report import Ask
    from reports.sleep.make import Slept

SLEEP: Final = {
    "time_in_bed_mean": ("Time in bed", ".0f"), "total_sleep_mean": ("Total sleep time", ".0f"),
    "efficiency_mean": ("Sleep efficiency: asleep of time in bed", ".0f"),
    "wake_after_onset_mean": ("Awake after sleep onset", ".0f"), "latency_mean": ("Latency to sleep onset", ".0f"),
    "light_pct": ("Light sleep", ".0f"), "deep_pct": ("Deep sleep", ".0f"), "rem_pct": ("REM sleep", ".0f"),
    "midpoint_sd": ("Regularity: SD of the middle of the night", ".0f"),
}  # fmt: skip
BREATHING: Final = {
    "ahi_mean": ("Apnea–hypopnea index (AHI), mean", ".1f"), "ahi_median": ("AHI, median", ".1f"),
    "central_ahi_mean": ("Central AHI, mean", ".1f"), "odi_mean": ("Oxygen desaturation index, mean", ".1f"),
    "spo2_mean_mean": ("Oxygen saturation, mean", ".1f"), "spo2_min": ("Oxygen saturation, lowest", ".0f"),
    "t90_mean": ("Time below 90 %, mean of a night", ".1f"), "t88_mean": ("Time at or below 88 %", ".1f"),
}  # fmt: skip
THERAPY: Final = {
    "therapy_hours_mean": ("Hours a night", ".1f"), "therapy_hours_mean_when_used": ("Hours on nights used", ".1f"),
    "nights_4h": ("Nights of 4 h or more", ".0f"), "nights_4h_pct": ("The same, of nights recorded", ".0f"),
    "nights_4h_pct_of_dates": ("The same, of all dates of the period", ".0f"),
    "best_30_pct": ("Best 30 dates in a row of the first 90", ".0f"),
    "leak_mean": ("Mask leak, mean", ".1f"), "pressure_mean": ("Pressure, mean", ".1f"),
}  # fmt: skip
COLUMNS: Final = {
    "therapy_time": "Therapy, min", "total_sleep": "Asleep, min", "time_in_bed": "In bed, min", "ahi": "AHI, /h",
    "central_ahi": "Central AHI, /h", "odi": "ODI, /h", "spo2_mean": "Mean, %", "spo2_min": "Lowest, %",
    "leak": "Leak, L/min", "pressure": "Pressure, cmH2O",
}  # fmt: skip


def blocks(found: Slept, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    if not found.rows:
        return [Words("No night in this period", ["There is no reading of a night to report on."])]
    made = [_table("Sleep", SLEEP, figures), _table("Breathing", BREATHING, figures, _of_what(found))]
    if "nights_4h" in figures:
        made.append(_table("Therapy", THERAPY, figures, _best_words(found)))
    return [*(each for each in made if each.rows), *_pictures(found, ask)]


def _table(
    title: str,
    named: Mapping[str, tuple[str, str]],
    figures: Mapping[str, Figure],
    beside: Mapping[str, str] | None = None,
) -> Figures:
    """What no night has is left out: a mask does not know the stages of sleep."""
    known = [name for name in named if name in figures and (figures[name].n or name == "best_30_pct")]
    return Figures(
        title, [Shown(named[name][0], figures[name], named[name][1], (beside or {}).get(name, "")) for name in known]
    )


def _of_what(found: Slept) -> dict[str, str]:
    words = ", ".join(f"{count} per hour of {name.replace('_', ' ')}" for name, count in found.denominators.items())
    return {"ahi_mean": words.replace("hour of not said", "hour of what is not said")}


def _best_words(found: Slept) -> dict[str, str]:
    best = found.best
    return {"best_30_pct": f"{best['nights']} nights from {best['first']} to {best['last']}"} if best else {}


def _pictures(found: Slept, ask: Ask) -> list[Picture]:
    dates = ask.period.dates()
    made = [
        _hours(found, dates, ask),
        _index(found, dates, ask),
        _saturation(found, dates, ask),
        _mask(found, dates, ask),
    ]
    return [each for each in made if each is not None]


def _points(found: Slept, name: str, dates: list[date], shift: float = 0.5, by: float = 1) -> list[Point]:
    """One a date, a gap where there is no night or it has no such value."""
    by_night = {row["night"]: row[name] for row in found.rows}
    values = [by_night.get(day.isoformat()) for day in dates]
    return [(n + shift, None if value is None else value / by) for n, value in enumerate(values)]


def _known(found: Slept, *names: str) -> bool:
    return any(row[name] is not None for row in found.rows for name in names)


def _hours(found: Slept, dates: list[date], ask: Ask) -> Picture | None:
    """Nights under the four hours of therapy are hollow."""
    name = "therapy_time" if _known(found, "therapy_time") else "total_sleep"
    points = _points(found, name, dates, 0.1, 60)
    if name == "total_sleep":
        layers: list[Layer] = [Bars("hours asleep", points, palette.DARK)]
        return _picture("Hours asleep", ask, layers, (), "h", found, ("total_sleep", "time_in_bed"))
    long = [(x, y if y is not None and y * 60 >= FOUR_HOURS else None) for x, y in points]
    short = [(x, y if y is not None and y * 60 < FOUR_HOURS else None) for x, y in points]
    layers = [Bars("hours on therapy", long, palette.DARK), Bars("less than 4 h", short, palette.SECOND, hollow=True)]
    return _picture("Hours on therapy", ask, layers, (Limit(4, "4 h"),), "h", found, ("therapy_time",))


def _index(found: Slept, dates: list[date], ask: Ask) -> Picture | None:
    if not _known(found, "ahi", "central_ahi", "odi"):
        return None
    layers: list[Layer] = [
        Bars("AHI", _points(found, "ahi", dates, 0.1), palette.MIDDLE),
        Dots("central AHI", _points(found, "central_ahi", dates), palette.SECOND, "triangle", 3),
        Dots("oxygen desaturation index", _points(found, "odi", dates), palette.DARK, "ring", 3),
    ]
    tiers = [ask.subject.limit("SLP-AHI", name, ask.period.until) for name in ("info", "moderate", "high")]
    top = max((row["ahi"] or 0 for row in found.rows), default=0)
    limits = [Limit(each, f"{each:g}") for each in tiers if each <= max(top, tiers[0]) * 1.2]
    return _picture("Breathing by night", ask, layers, limits, "per hour", found, ("ahi", "central_ahi", "odi"))


def _saturation(found: Slept, dates: list[date], ask: Ask) -> Picture | None:
    if not _known(found, "spo2_mean", "spo2_min"):
        return None
    layers: list[Layer] = [
        Dots("mean saturation", _points(found, "spo2_mean", dates), palette.DARK, "disc", 3),
        Dots("lowest saturation", _points(found, "spo2_min", dates), palette.SECOND, "triangle", 3),
    ]
    return _picture(
        "Oxygen saturation", ask, layers, (Limit(88, "88 %"),), "%", found, ("spo2_mean", "spo2_min"), 70, 100
    )


def _mask(found: Slept, dates: list[date], ask: Ask) -> Picture | None:
    if not _known(found, "leak", "pressure"):
        return None
    layers: list[Layer] = [
        Line("leak, L/min", _points(found, "leak", dates), palette.SECOND, 1.8, "5 3"),
        Line("pressure, cmH2O", _points(found, "pressure", dates), palette.DARK),
    ]
    return _picture("Mask leak and pressure", ask, layers, (), "", found, ("leak", "pressure"))


def _picture(
    title: str, ask: Ask, layers: Sequence[Layer], limits: Sequence[Limit], unit: str, found: Slept,
    names: Sequence[str], *also: float,
) -> Picture:  # fmt: skip
    dates = ask.period.dates()
    shown = [layer for layer in layers if any(point[1] is not None for point in layer.points)]
    values = [point[1] for layer in shown for point in layer.points if point[1] is not None]
    y = axis.numbers([*values, *(limit.y for limit in limits), *(also or (0,))], unit, about=5)
    words = f"{title} by the local date on which the night ended, {len(found.rows)} nights."
    plot = Plot(title, words, axis.dates(dates[0], dates[-1]), y, shown, limits, height=210)
    known = [name for name in names if _known(found, name)]
    rows = [
        (row["night"], *(None if row[name] is None else f"{row[name]:.1f}" for name in known)) for row in found.rows
    ]
    columns = ("Night", *(COLUMNS[name] for name in known))
    return Picture(title, draw(plot), Table("As a table", columns, rows, folded=True))
