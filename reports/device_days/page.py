"""The worksheet's page, and its rows as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from charts import palette
from charts.cells import Row, State, draw_cells
from reports.device_days.evidence import REASONS
from reports.device_days.windows import DATES, Window
from reports.figure import Figure
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words

if TYPE_CHECKING:
    from reports.device_days.make import Worksheet

STATES: Final = {
    "counts": State("device-day", palette.DARK, "●", "#ffffff"),
    "late": State("arrived too late", palette.HIGH, "L"),
    "excluded": State("only readings that do not count", "#eeeeee", "×"),
    "nothing": State("no reading", "#ffffff"),
    "to_come": State("to come", "#ffffff", "·"),
}
MOST_WINDOWS: Final = 24
COLUMNS: Final = (
    "date", "window", "counts", "readings", "measures", "devices", "first_measured_at", "first_received_at",
    "received_date", *(f"excluded_{name}" for name in REASONS),
)  # fmt: skip


def blocks(sheet: Worksheet, figures: Mapping[str, Figure]) -> list[Block]:
    if not sheet.windows:
        return [Words("No device-day yet", ["No reading of a device that counts has arrived by the period's end."])]
    return [
        Figures(f"Current window: {_span(sheet.windows[-1])}", _current(sheet, figures)),
        Table(
            "Windows", ("Window", "Dates", "Device-days", "Too late", "Days for code", "Missing", "Left"), _rows(sheet)
        ),
        _calendar(sheet),
    ]


def _span(window: Window) -> str:
    return f"{window.first:%Y-%m-%d} to {window.last:%Y-%m-%d}"


def _current(sheet: Worksheet, figures: Mapping[str, Figure]) -> list[Shown]:
    named = {
        "device_days": ("Device-days", "dates with a reading of a device that arrived within the window"),
        "days_received_late": ("Dates whose readings arrived after the window", ""),
        "missing_to_99445": ("Missing to 2 device-days (99445)", ""),
        "missing_to_99454": ("Missing to 16 device-days (99454)", ""),
        "days_left": ("Dates left in the window", "the last of the period among them"),
    }
    return [Shown(words, figures[name], ".0f", beside) for name, (words, beside) in named.items()]


def _rows(sheet: Worksheet) -> list[tuple[str | None, ...]]:
    return [
        (
            str(each.number),
            _span(each),
            str(each.counted),
            str(each.late),
            each.code(),
            ", ".join(f"{count} to {code}" for code, count in each.missing().items() if count) or "nothing",
            str(each.left),
        )
        for each in sheet.windows
    ]


def _calendar(sheet: Worksheet) -> Picture:
    known = {row["date"]: row for row in sheet.rows}
    newest = sheet.windows[-MOST_WINDOWS:]
    rows = [Row(f"{each.number}: from {each.first:%Y-%m-%d}", _cells(each, sheet, known)) for each in newest]
    words = "; ".join(f"window {each.number}: {each.counted} device-days" for each in newest)
    svg = draw_cells("Each date of each window", words, rows, STATES)
    return Picture("Each date of each window", svg, _evidence(sheet))


def _evidence(sheet: Worksheet) -> Table:
    """The rows of the CSV, for people."""
    columns = (
        "Date",
        "Window",
        "Counts",
        "Readings",
        "Of",
        "Devices",
        "First measured",
        "First received",
        "Not counted",
    )
    named = ("date", "window", "counts", "readings", "measures", "devices")
    rows = [
        (
            *((_cell_words(row[name], ", ") or "").replace("_", " ") for name in named),
            *(_minute(row[name]) for name in ("first_measured_at", "first_received_at")),
            _not_counted(row),
        )
        for row in sheet.rows
    ]
    return Table("Evidence, date by date; instants in UTC", columns, rows, folded=True)


def _minute(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%MZ}" if at else None


def _not_counted(row: Mapping[str, Any]) -> str | None:
    counts = {name: row[f"excluded_{name}"] for name in REASONS}
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count) or None


def _cells(window: Window, sheet: Worksheet, known: Mapping[Any, Mapping[str, Any]]) -> list[tuple[str, str]]:
    dates = [window.first + timedelta(days=n) for n in range(DATES)]
    return [(str(day.day), "to_come" if day > sheet.today else _state(known.get(day))) for day in dates]


def _state(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "nothing"
    if row["counts"]:
        return "counts"
    return "late" if row["readings"] else "excluded"


def _cell_words(value: Any, between: str = " ") -> str | None:
    if isinstance(value, list):
        return between.join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return None if value is None else str(value)


def as_csv(rows: list[dict[str, Any]], patient: str) -> str:
    """The evidence, a line a date, the patient first; missing is empty."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("patient", *COLUMNS))
    writer.writerows((patient, *(_cell_words(row[name]) or "" for name in COLUMNS)) for row in rows)
    return text.getvalue()
