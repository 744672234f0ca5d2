"""The page of data quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from charts import axis, palette
from charts.layers import Dots
from charts.plot import Plot, draw
from reports.figure import Figure
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words

if TYPE_CHECKING:
    from reports.quality.make import Quality
    from reports.report import Ask

FIGURES: Final = {
    "readings": ("Readings", ".0f", ""), "delay_median": ("From measured to received, median", ".1f", ""),
    "delay_p95": ("95 % were received within", ".1f", ""), "late_pct": ("Received after more than 24 h", ".1f", ""),
    "questionable": ("Marked questionable", ".0f", "an unusual value; stored, and shown in reports"),
    "clock_doubtful": ("With a clock in doubt", ".0f", "left out of reports"),
    "other_person": ("Perhaps another person's", ".0f", "weighings far from the week's median; left out"),
    "other_offset": ("Sent with another offset than the patient's zone", ".0f", ""),
    "refused": ("Refused", ".0f", "in quarantine, by code below"),
    "missing_numbers": ("Numbers never heard of", ".0f", "gaps in what the devices count"),
}  # fmt: skip
HOUR, DAY = 60.0, 1440.0
UNITS: Final = ((3 * DAY, DAY, "d"), (2 * HOUR, HOUR, "h"), (float("-inf"), 1.0, "min"))  # from how many minutes on


def blocks(found: Quality, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    shown = [Shown(words, _readable(figures[name]), form, beside) for name, (words, form, beside) in FIGURES.items()]
    made: list[Block] = [] if len(found.everything) else [Words("No reading in this period", ["None was stored."])]
    made += [Figures("Readings and how they came", shown), _devices(found), _refused(found), _coverage(found)]
    return [*made, *([_delays(found, ask)] if found.days else [])]


def _readable(figure: Figure) -> Figure:
    """Minutes as hours or days where they are many."""
    if figure.unit != "min" or figure.value is None:
        return figure
    minutes, unit = _unit(figure.value)
    return replace(figure, value=figure.value / minutes, unit=unit)


def _unit(minutes: float) -> tuple[float, str]:
    """What so many minutes are best said in: the unit's minutes and its name."""
    return next((each, name) for least, each, name in UNITS if minutes >= least)


def _span(minutes: float | None) -> str | None:
    """Such as 12.0 min, 5.3 h or 13.8 d."""
    if minutes is None:
        return None
    each, name = _unit(minutes)
    return f"{minutes / each:.1f} {name}"


def _devices(found: Quality) -> Table:
    delays = "Delay, median", "95 % within"
    columns = ("Device", "Model", "Readings", *delays, "Clock in doubt", "Questionable", "Missing")
    names = ("device", "model", "n", "delay_median", "delay_p95", "clock_doubtful", "questionable", "missing_numbers")
    said = [line | {name: _span(line[name]) for name in ("delay_median", "delay_p95")} for line in found.devices]
    return Table("Devices", columns, [tuple(_cell(line[name]) for name in names) for line in said])


def _refused(found: Quality) -> Table:
    names = ("code", "model", "state", "n")
    rows = [tuple(_cell(line[name]) for name in names) for line in found.refused]
    return Table("Refused, by code and device model", ("Code", "Model", "State", "Readings"), rows)


def _coverage(found: Quality) -> Table:
    """Rules of which the same is to be said stand in one row."""
    alike: dict[tuple[str | None, ...], list[str]] = {}
    for line in found.coverage:
        said = f"{line['hours']:.0f}", f"{line['could_have_fired_pct']:.0f} %", _lost(line["lost_hours"])
        alike.setdefault(said, []).append(line["rule"])
    rows = [(*said, ", ".join(rules)) for said, rules in alike.items()]
    columns = ("Hours", "Could match", "Could not, hours", "Rules")
    return Table("What was watched: no match says nothing of other hours", columns, rows)


def _lost(hours: Mapping[str, float]) -> str | None:
    return ", ".join(f"{reason.replace('_', ' ')} {each:.0f}" for reason, each in hours.items() if each >= 0.5) or None


def _cell(value: Any) -> str | None:
    return f"{value:.1f}" if isinstance(value, float) else None if value is None else str(value)


def _delays(found: Quality, ask: Ask) -> Picture:
    """In hours, or days where most are; a day on which devices were cut off stands out."""
    dates = ask.period.dates()
    each, unit = (DAY, "days") if max(row["delay_p95"] or 0 for row in found.days) >= 3 * DAY else (HOUR, "hours")
    places = [(date.fromisoformat(row["day"]) - dates[0]).days + 0.5 for row in found.days]
    medians = [(row["delay_median"] or 0) / each for row in found.days]
    highest = [(row["delay_p95"] or 0) / each for row in found.days]
    layers = (
        Dots("95 % within", list(zip(places, highest, strict=True)), palette.SECOND, "ring", 4.6),
        Dots("median", list(zip(places, medians, strict=True)), palette.DARK, "disc", 2.4),
    )
    y = axis.numbers([0, 1, *highest, *medians], unit, about=5)
    title = "Delay by date of measuring"
    words = f"{unit.title()} from measured to received, by the local date of measuring."
    plot = Plot(title, words, axis.dates(dates[0], dates[-1]), y, layers, height=190)
    rows = [(row["day"], str(row["n"]), _span(row["delay_median"]), _span(row["delay_p95"])) for row in found.days]
    columns = ("Day", "Readings", "Median", "95 % within")
    return Picture(title, draw(plot), Table("As a table", columns, rows, folded=True))
