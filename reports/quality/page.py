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
MINUTES_AN_HOUR: Final = 60


def blocks(found: Quality, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    shown = [Shown(words, _readable(figures[name]), form, beside) for name, (words, form, beside) in FIGURES.items()]
    made: list[Block] = [] if len(found.everything) else [Words("No reading in this period", ["None was stored."])]
    made += [Figures("Readings and how they came", shown), _devices(found), _refused(found), _coverage(found)]
    return [*made, *([_delays(found, ask)] if found.days else [])]


def _readable(figure: Figure) -> Figure:
    """Minutes as hours where they are many."""
    if figure.unit != "min" or figure.value is None or figure.value < 2 * MINUTES_AN_HOUR:
        return figure
    return replace(figure, value=figure.value / MINUTES_AN_HOUR, unit="h")


def _devices(found: Quality) -> Table:
    columns = ("Device", "Model", "Readings", "Delay, median min", "95 %", "Clock in doubt", "Questionable", "Missing")
    names = ("device", "model", "n", "delay_median", "delay_p95", "clock_doubtful", "questionable", "missing_numbers")
    return Table("Devices", columns, [tuple(_cell(line[name]) for name in names) for line in found.devices])


def _refused(found: Quality) -> Table:
    names = ("code", "model", "state", "n")
    rows = [tuple(_cell(line[name]) for name in names) for line in found.refused]
    return Table("Refused, by code and device model", ("Code", "Model", "State", "Readings"), rows)


def _coverage(found: Quality) -> Table:
    rows = [
        (line["rule"], f"{line['hours']:.0f}", f"{line['could_have_fired_pct']:.0f} %", _lost(line["lost_hours"]))
        for line in found.coverage
    ]
    columns = ("Rule", "Hours it was for the patient", "Could have matched in", "Why not in the others, hours")
    return Table("What was watched: no match says nothing of other hours", columns, rows)


def _lost(hours: Mapping[str, float]) -> str | None:
    return ", ".join(f"{reason.replace('_', ' ')} {each:.0f}" for reason, each in hours.items() if each >= 0.5) or None


def _cell(value: Any) -> str | None:
    return f"{value:.1f}" if isinstance(value, float) else None if value is None else str(value)


def _delays(found: Quality, ask: Ask) -> Picture:
    """In hours; most are minutes, so that a day on which devices were cut off stands out."""
    dates = ask.period.dates()
    places = [(date.fromisoformat(row["day"]) - dates[0]).days + 0.5 for row in found.days]
    medians = [(row["delay_median"] or 0) / MINUTES_AN_HOUR for row in found.days]
    highest = [(row["delay_p95"] or 0) / MINUTES_AN_HOUR for row in found.days]
    layers = (
        Dots("95 % within", list(zip(places, highest, strict=True)), palette.SECOND, "ring", 4.6),
        Dots("median", list(zip(places, medians, strict=True)), palette.DARK, "disc", 2.4),
    )
    y = axis.numbers([0, 1, *highest, *medians], "hours", about=5)
    title, words = "Delay by date of measuring", "Hours from measured to received, by the local date of measuring."
    plot = Plot(title, words, axis.dates(dates[0], dates[-1]), y, layers, height=190)
    rows = [(row["day"], str(row["n"]), _cell(row["delay_median"]), _cell(row["delay_p95"])) for row in found.days]
    columns = ("Day", "Readings", "Median, min", "95 % within, min")
    return Picture(title, draw(plot), Table("As a table", columns, rows, folded=True))
