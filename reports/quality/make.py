"""The figures of data quality."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from flags.coverage.load import cover
from registry.missing import read_numbers
from registry.runs import Gap
from reports.devices import devices_of
from reports.figure import Figure, figure, finite
from reports.quality.page import blocks
from reports.quality.readings import figures_of, read_everything
from reports.quality.refused import held, refusals
from reports.readings import counting, digest, questionable
from reports.report import Ask, Found


@dataclass(frozen=True, slots=True)
class Quality:
    """`everything` with doubtful clocks and others' weighings; `delay` in minutes from measured to received."""

    everything: pd.DataFrame
    frame: pd.DataFrame
    devices: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    days: list[dict[str, Any]]


def make(ask: Ask) -> Found:
    everything = read_everything(ask.session, ask.subject.id, ask.period, ask.cursor)
    frame, left_out = counting(everything)
    coverage = _coverage(ask)
    found = Quality(everything, frame, _devices(ask, everything), refusals(ask), coverage, _days(frame))
    figures = _figures(found)
    tables = {"by_device": found.devices, "refusals": found.refused, "coverage": coverage, "days": found.days}
    why = "" if len(everything) else "no readings in the period"
    page = partial(blocks, found, figures, ask)
    return Found(
        figures, len(frame), digest(frame), left_out, [], tables, [], page, why, questionable=questionable(frame)
    )  # fmt: skip


def _devices(ask: Ask, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Those with readings in the period, and those the patient held without any."""
    heard = devices_of(ask.session, frame)
    silent = [name for name in held(ask) if name not in {each["device"] for each in heard}]
    lines = [*heard, *({"device": name, "model": None, "n": 0} for name in silent)]
    return [line | _of_device(ask, frame[frame["device_id"] == line["device"]], line["device"]) for line in lines]


def _of_device(ask: Ask, frame: pd.DataFrame, device: str) -> dict[str, Any]:
    good = frame[frame["time_quality"] == "good"]["delay"]
    return {
        "delay_median": finite(good.median()),
        "delay_p95": finite(good.quantile(0.95)),
        "clock_doubtful": int((frame["time_quality"] != "good").sum()),
        "questionable": questionable(frame),
        "missing_numbers": sum(gap.count for gap in _gaps(ask, device)),
    }


def _gaps(ask: Ask, device: str) -> list[Gap]:
    """Holes in the device's numbers that may lie in the period."""
    since, until = ask.period.since, ask.period.until
    found = read_numbers(ask.session.connection(), device, ask.cursor).count.gaps
    return [each for each in found if (each.after or since) <= until and (each.before or until) >= since]


def _coverage(ask: Ask) -> list[dict[str, Any]]:
    """Of each rule that is on and was for the patient: in what share of the hours it could have fired."""
    until = min(ask.period.until, ask.cursor)
    if until <= ask.period.since:
        return []
    then = replace(ask.subject.case, now=ask.cursor)
    found = cover(ask.session, ask.subject.id, (ask.period.since, until), ask.cursor, then, judged=False)
    return [
        {
            "rule": each.rule,
            "hours": each.applied.total_seconds() / 3600,
            "could_have_fired_pct": 100 * each.share,
            "lost_hours": {reason: lost.total_seconds() / 3600 for reason, lost in each.lost.items()},
        }
        for each in found
    ]


def _days(frame: pd.DataFrame) -> list[dict[str, Any]]:
    by_day = frame.groupby("day")["delay"]
    rows = zip(by_day.size().items(), by_day.median(), by_day.quantile(0.95), strict=True)
    return [
        {"day": day.isoformat(), "n": int(count), "delay_median": finite(median), "delay_p95": finite(p95)}
        for (day, count), median, p95 in rows
    ]


def _figures(found: Quality) -> dict[str, Figure]:
    n, refused = len(found.everything), sum(line["n"] for line in found.refused)
    return {
        **figures_of(found.everything),
        "refused": figure(refused, "1", n + refused),
        "missing_numbers": figure(sum(line["missing_numbers"] for line in found.devices), "1", n),
    }
