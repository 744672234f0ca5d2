"""The worksheet of device-days."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import pandas as pd

from reports.device_days.evidence import REASONS, STREAMS, Row, Search, evidence, first_day, marked
from reports.device_days.page import as_csv, blocks
from reports.device_days.windows import DATES, SETUP, THRESHOLDS, Window, windows
from reports.figure import Figure, figure
from reports.period import Period, midnight
from reports.readings import Wanted, digest, elsewhere, read_readings
from reports.report import STRANGE, Ask, Found
from thresholds.doubt import RECALL

COLUMNS: Final = ("stream", "measure", "context", "received_at")
CLAIM: Final = "A worksheet with its evidence, for people who decide what to bill; never a claim."
NOTES: Final = (
    CLAIM,
    "Windows are thirty local dates from the first device-day, one after the other (window rule unverified). A date"
    " counts when a reading of it arrived within its window (design: the rule's text is silent on late uploads).",
    "Codes and their days by secondary sources, to be checked against the rule itself (unverified).",
    "Whether each device is one as the FDA defines it, the order, consent and time of staff are not in this record.",
)
SOURCE: Final = "CY2026 Physician Fee Schedule, by secondary sources; code numbers alone"


@dataclass(frozen=True, slots=True)
class Worksheet:
    """`rows` are the evidence, each with its window and whether it counts; `today` is the period's last local date, and
    `today_is_over` says whether the period ends with it."""

    windows: list[Window]
    rows: list[Row]
    today: date
    today_is_over: bool


def make(ask: Ask) -> Found:
    today, over = ask.period.dates()[-1], ask.period.last_instant() < ask.period.until
    search = Search(ask.subject.id, ask.period.zone, ask.period.last_instant(), ask.cursor)
    anchor = first_day(ask.session, search)
    frame = _read(ask, anchor)
    rows = evidence(frame, ask.period.zone)
    found = [] if anchor is None else _shown(windows(anchor, _dates(rows), today, today_is_over=over), ask.period)
    sheet = Worksheet(found, _numbered(rows, found), today, over)
    good = frame[frame["reason"] == ""]
    left_out = {name: count for name in REASONS if (count := int((frame["reason"] == name).sum()))}
    limits = [{"code": code, "device_days": least, "source": SOURCE} for least, code in THRESHOLDS]
    strange = elsewhere(good)
    notes = [*NOTES, *([STRANGE.format(strange)] if strange else [])]
    tables = {"windows": [_line(each, sheet) for each in found], "evidence": sheet.rows}
    page, why = partial(blocks, sheet, _figures(sheet)), "" if found else "no device-day yet"
    lines = partial(as_csv, sheet.rows, ask.subject.id)
    return Found(_figures(sheet), len(good), digest(good), left_out, limits, tables, notes, page, why, csv=lines)


def _read(ask: Ask, anchor: date | None) -> pd.DataFrame:
    """From the beginning of the first window that the period touches: a window is counted whole."""
    period = ask.period
    if anchor is not None:
        first = period.dates()[0]
        begun = anchor + timedelta(days=max((first - anchor).days // DATES, 0) * DATES)
        since = min(midnight(begun, period.zone), period.since) if begun <= first else period.since
        period = replace(period, since=since)
    longer = replace(period, since=period.since - RECALL["weight"])
    wanted = Wanted([ask.subject.id], STREAMS, longer, ask.cursor, COLUMNS, sent="weight")
    frame = marked(read_readings(ask.session, wanted), period.zone)
    return frame[frame["measured_at"] >= period.since]


def _dates(rows: list[Row]) -> list[tuple[date, date]]:
    return [(row["date"], row["received_date"]) for row in rows if row["received_date"] is not None]


def _shown(found: list[Window], period: Period) -> list[Window]:
    """Those that the period touches."""
    first = period.dates()[0]
    return [window for window in found if window.last >= first]


def _numbered(rows: list[Row], found: list[Window]) -> list[Row]:
    """With the window of each date, and whether it is a device-day of it."""
    numbered = []
    for row in rows:
        window = next((each for each in found if each.first <= row["date"] <= each.last), None)
        received = row["received_date"]
        counts = window is not None and received is not None and received <= window.last
        numbered.append({"date": row["date"], "window": window.number if window else None, "counts": counts} | row)
    return numbered


def _line(window: Window, sheet: Worksheet) -> dict[str, Any]:
    today = next((row["counts"] for row in sheet.rows if row["date"] == sheet.today), False)
    running_counts = today and not sheet.today_is_over
    return {
        "window": window.number,
        "first": window.first,
        "last": window.last,
        "open": window.open,
        "device_days": window.counted,
        "days_received_late": window.late,
        "days_measured": window.counted + window.late,
        "supply_code": window.code(),
        "setup_99453": window.number == 1 and window.counted >= SETUP,
        "missing_to": window.missing(),
        "days_left": window.left,
        "out_of_reach": window.out_of_reach(running_counts=running_counts),
    }


def _figures(sheet: Worksheet) -> dict[str, Figure]:
    """Of the window that holds the period's end."""
    if not sheet.windows:
        return {"device_days": figure(0, "d", 0, "no device-day yet")}
    window = sheet.windows[-1]
    n = sum(row["readings"] for row in sheet.rows if row["window"] == window.number)
    missing = {f"missing_to_{code}": figure(count, "d", n) for code, count in window.missing().items()}
    return {
        "device_days": figure(window.counted, "d", n),
        "days_received_late": figure(window.late, "d", n),
        **missing,
        "days_left": figure(window.left, "d", n),
    }
