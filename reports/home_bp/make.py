"""The figures of blood pressure at home."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pandas as pd

from reports.devices import devices_of
from reports.figure import Figure, figure, finite, share
from reports.flags import covering, flags_of, outcome_words
from reports.home_bp.category import SOURCE, category
from reports.home_bp.page import blocks
from reports.home_bp.protocol import HALVES, PRESSURES, Week, half, missing_slots, week_of
from reports.readings import Wanted, counting, digest, elsewhere, questionable, read_readings
from reports.report import STRANGE, Ask, Found

RULES: Final = ("BP-SEV", "BP-HOME-EU", "BP-HOME-US")
GOAL: Final = (130, 80)
COLUMNS: Final = ("systolic", "diastolic", "pulse")


@dataclass(frozen=True, slots=True)
class Pressures:
    """`week` without its first day (ESH, CHEP), `whole_week` with it (AHA/AMA); `severe` are rows for JSON."""

    frame: pd.DataFrame
    week: Week
    whole_week: Week
    category: dict[str, Any]
    severe: list[dict[str, Any]]


def make(ask: Ask) -> Found:
    wanted = Wanted([ask.subject.id], ["blood_pressure"], ask.period, ask.cursor, COLUMNS)
    frame, left_out = counting(read_readings(ask.session, wanted))
    frame = frame.astype(dict.fromkeys(COLUMNS, float))
    week = week_of(frame, ask.period.zone, discard_first_day=True)
    whole = week_of(frame, ask.period.zone, discard_first_day=False)
    found = Pressures(frame, week, whole, _category(week), _severe(ask, frame))
    figures = {**_protocol(found), **_period(ask, frame)}
    tables = {"category": found.category, "severe": found.severe, "days": _days(frame)}
    notes = _notes(found)
    page = partial(blocks, found, figures, ask)
    limits = ask.subject.limits(RULES, ask.period.until)
    more = {**tables, "devices": devices_of(ask.session, frame)}
    return Found(
        figures,
        len(frame),
        digest(frame),
        left_out,
        limits,
        {},
        notes,
        page,
        _lacking(week),
        more,
        questionable=questionable(frame),
    )


def _lacking(week: Week) -> str:
    return "no readings in the period" if week.first is None else week.why()


def _category(week: Week) -> dict[str, Any]:
    means = [finite(week.frame[name].mean()) for name in PRESSURES]
    lacking = _lacking(week)
    known = None if None in means else category(*(each for each in means if each is not None))
    return {"value": known, "of": "protocol mean", "sufficient": not lacking, "why": lacking or None, "source": SOURCE}


def _protocol(found: Pressures) -> dict[str, Figure]:
    week, whole = found.week, found.whole_week
    made = {f"protocol_{name}": week.figure(week.frame, name, "mean") for name in PRESSURES}
    made |= {f"protocol_{name}_sd": week.figure(week.frame, name, "std") for name in PRESSURES}
    made |= {f"protocol_all_days_{name}": whole.figure(whole.frame, name, "mean") for name in PRESSURES}
    for each in HALVES:
        part = half(week.frame, each)
        made |= {f"protocol_{each}_{name}": week.figure(part, name, "mean") for name in PRESSURES}
    return made | {"missing_slots": figure(missing_slots(week), "1", len(week.frame))}


def _period(ask: Ask, frame: pd.DataFrame) -> dict[str, Figure]:
    n = len(frame)
    single = "one reading has no spread" if n == 1 else ""
    made: dict[str, Figure] = {}
    for name in PRESSURES:
        column = frame[name]
        sd, mean = finite(column.std(ddof=1)), finite(column.mean())
        made[f"{name}_mean"] = figure(mean, "mmHg", n)
        made[f"{name}_sd"] = figure(sd, "mmHg", n, single)
        made[f"{name}_cv_pct"] = figure(100 * sd / mean if sd is not None and mean else None, "%", n, single)
        made[f"{name}_min"] = figure(column.min(), "mmHg", n)
        made[f"{name}_max"] = figure(column.max(), "mmHg", n)
    pulses = frame["pulse"].dropna()
    return made | {"pulse_mean": figure(pulses.mean(), "/min", len(pulses))} | _shares(ask, frame)


def _shares(ask: Ask, frame: pd.DataFrame) -> dict[str, Figure]:
    n, until = len(frame), ask.period.until
    goal = (frame["systolic"] < GOAL[0]) & (frame["diastolic"] < GOAL[1])
    made = {"at_goal_pct": figure(share(goal.sum(), n), "%", n)}
    for rule, name in (("BP-HOME-EU", "above_home_eu_pct"), ("BP-HOME-US", "above_home_us_pct")):
        over, under = (ask.subject.limit(rule, each, until) for each in PRESSURES)
        above = (frame["systolic"] >= over) | (frame["diastolic"] >= under)
        made[name] = figure(share(above.sum(), n), "%", n)
    severe = _is_severe(ask, frame)
    return made | {"severe_readings": figure(severe.sum(), "1", n, "" if n else "no readings to make it from")}


def _is_severe(ask: Ask, frame: pd.DataFrame) -> Any:
    over, under = (ask.subject.limit("BP-SEV", each, ask.period.until) for each in PRESSURES)
    return (frame["systolic"] >= over) | (frame["diastolic"] >= under)


def _severe(ask: Ask, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each severe reading with the flag that covers it."""
    lines = flags_of(ask, frozenset({"BP-SEV"}))
    rows = frame[_is_severe(ask, frame)]
    return [
        {
            "measured_at": row.measured_at.to_pydatetime(),
            "local": f"{row.local:%Y-%m-%d %H:%M}",
            **{name: finite(getattr(row, name)) for name in COLUMNS},
            "flag": line,
            "outcome": outcome_words(line),
        }
        for row in rows.itertuples()
        for line in [covering(lines, row.measured_at.to_pydatetime())]
    ]


def _days(frame: pd.DataFrame) -> list[dict[str, Any]]:
    by_day = frame.groupby("day")[list(COLUMNS)]
    rows = zip(by_day.size().items(), by_day.mean().itertuples(index=False), strict=True)
    return [
        {
            "day": day.isoformat(),
            "n": int(count),
            **{name: finite(mean) for name, mean in zip(COLUMNS, means, strict=True)},
        }
        for (day, count), means in rows
    ]


def _notes(found: Pressures) -> list[str]:
    frame, strange = found.frame, elsewhere(found.frame)
    irregular = int(frame["quality"].map(lambda marks: "irregular" in marks).astype(bool).sum())
    first = found.week.discarded
    notes = {
        f"The first day with readings, {first}, is left out of the protocol's means.": first,
        f"Taken with an irregular heartbeat: {irregular} readings. The pressure is less reliable.": irregular,
        STRANGE.format(strange): strange,
    }
    return [words for words, holds in notes.items() if holds]
