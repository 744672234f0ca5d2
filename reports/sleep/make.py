"""The figures of sleep and therapy."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import pandas as pd

from reports.devices import devices_of
from reports.figure import Figure, figure, finite, share
from reports.readings import Wanted, counting, digest, elsewhere, questionable, read_readings
from reports.report import STRANGE, Ask, Found
from reports.sleep.nights import BEST, FIRST, FOUR_HOURS, NUMBERS, Night, best_thirty, night_of, nights, rows
from reports.sleep.page import blocks

RULES: Final = ("SLP-AHI",)
ENOUGH: Final = 4  # nights, as of the rule of the index (design)
BEGINNING: Final = datetime(1900, 1, 1, tzinfo=UTC)
UNITS: Final = {
    "time_in_bed": "min", "total_sleep": "min", "wake_after_onset": "min", "latency": "min", "awakenings": "1",
    "efficiency": "%", "ahi": "/h", "central_ahi": "/h", "odi": "/h", "spo2_mean": "%", "t90": "min", "t88": "min",
    "leak": "L/min", "pressure": "cmH2O",
}  # fmt: skip
STAGES: Final = ("light", "deep", "rem")
COLUMNS: Final = (*NUMBERS, "started_at", "context")


@dataclass(frozen=True, slots=True)
class Slept:
    """`nights` has a row a date (`reports.sleep.nights`); `best` the best thirty of the first ninety; `denominators`
    say of what the indices are."""

    frame: pd.DataFrame
    nights: pd.DataFrame
    rows: list[Night]
    best: dict[str, Any] | None
    denominators: dict[str, int]
    why: str


def make(ask: Ask) -> Found:
    frame, left_out = counting(_read(ask))
    found = _found(ask, frame)
    figures = _figures(ask, found)
    page = partial(blocks, found, figures, ask)
    more = {"denominators": found.denominators, "best_thirty": found.best, "devices": devices_of(ask.session, frame)}
    limits = ask.subject.limits(RULES, ask.period.until)
    tables: dict[str, list[Any]] = {"nights": found.rows}
    return Found(
        figures,
        len(frame),
        digest(frame),
        left_out,
        limits,
        tables,
        _notes(found),
        page,
        found.why,
        more,
        questionable=questionable(frame),
    )


def _read(ask: Ask) -> pd.DataFrame:
    frame = read_readings(ask.session, Wanted([ask.subject.id], ["sleep"], ask.period, ask.cursor, COLUMNS))
    return frame.astype(dict.fromkeys(NUMBERS, float))


def _found(ask: Ask, frame: pd.DataFrame) -> Slept:
    by_night = nights(frame)
    n = len(by_night)
    why = "" if n >= ENOUGH else f"{n} nights, and {ENOUGH} are needed (design)"
    lines = rows(by_night) if n else []
    said = [line["denominator"] or "not said" for line in lines if line["ahi"] is not None]
    denominators = {name: said.count(name) for name in sorted(set(said))}
    return Slept(frame, by_night, lines, _best(ask), denominators, why)


def _best(ask: Ask) -> dict[str, Any] | None:
    """From the first night on therapy of all, wherever the report's period begins."""
    ever = replace(ask.period, since=BEGINNING)
    wanted = Wanted([ask.subject.id], ["sleep"], ever, ask.cursor, ("therapy_time", "started_at"))
    frame, _ = counting(read_readings(ask.session, wanted))
    used = frame["therapy_time"].astype(float).groupby(night_of(frame)).sum(min_count=1).dropna()
    return best_thirty({day: float(minutes) for day, minutes in used.items()}, ask.period.dates()[-1])


def _figures(ask: Ask, found: Slept) -> dict[str, Figure]:
    if not found.rows:
        return {"nights": figure(0, "1", 0, found.why)}
    table, n = found.nights, len(found.rows)
    made = {"nights": figure(n, "1", n)}
    made |= {f"{name}_mean": _of(found, table[name], unit) for name, unit in UNITS.items()}
    made |= {f"{name}_pct": _of(found, 100 * table[name] / _slept(table), "%") for name in STAGES}
    made |= {f"ahi_{how}": _of(found, table["ahi"], "/h", how) for how in ("median", "max")}
    made |= {"spo2_min": _of(found, table["spo2_min"], "%", "min")}
    middle = table["midpoint"]
    made["midpoint_sd"] = figure(middle.std(ddof=1), "min", n, found.why)
    return made | _therapy(ask, found)


def _slept(table: pd.DataFrame) -> pd.Series:
    return table["total_sleep"].where(table["total_sleep"] > 0)


def _of(found: Slept, values: pd.Series, unit: str, how: str = "mean") -> Figure:
    known = values.dropna()
    lacking = f"{len(known)} nights have it, and {ENOUGH} are needed (design)" if len(known) < ENOUGH else ""
    return figure(known.agg(how) if len(known) else None, unit, len(known), found.why or lacking)


def _therapy(ask: Ask, found: Slept) -> dict[str, Figure]:
    """Of nights with a time on therapy, those of zero hours too; of a date without a night nothing is known."""
    minutes = found.nights["therapy_time"].dropna()
    n, good = len(minutes), int((minutes >= FOUR_HOURS).sum())
    if not n:
        return {}
    dates = len(ask.period.whole_dates())
    best = found.best
    lacking = "" if best else f"{BEST} dates from the first night on therapy are needed"
    return {
        "therapy_hours_mean": figure(minutes.mean() / 60, "h", n, found.why),
        "therapy_hours_mean_when_used": figure(finite(minutes[minutes > 0].mean() / 60), "h", (minutes > 0).sum()),
        "therapy_hours_total": figure(minutes.sum() / 60, "h", n),
        "nights_4h": figure(good, "1", n),
        "nights_under_4h": figure(n - good, "1", n),
        "nights_4h_pct": figure(share(good, n), "%", n, found.why),
        "nights_4h_pct_of_dates": figure(share(good, dates), "%", dates, found.why),
        "best_30_pct": figure(best and best["percent"], "%", BEST if best else 0, lacking),
    }


def _notes(found: Slept) -> list[str]:
    strange = elsewhere(found.frame)
    short = int(found.frame["quality"].map(lambda marks: "ahi_not_reportable" in marks).astype(bool).sum())
    recorded = found.denominators.get("recording_time", 0) + found.denominators.get("not said", 0)
    best = found.best
    notes = {
        f"Not said to be per hour of sleep: {recorded} indices. Per hour of recording they read lower.": recorded,
        f"Under two hours: {short} recordings, of which no index is used.": short,
        f"Best thirty: only {best and best['dates_so_far']} of the first {FIRST} dates are over.": (
            best and best["dates_so_far"] < FIRST
        ),
        STRANGE.format(strange): strange,
    }
    return [words for words, holds in notes.items() if holds]
