"""The figures of weight."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import pandas as pd

from reports.devices import devices_of
from reports.doubts import weighings, with_others
from reports.figure import Figure, figure, finite
from reports.flags import Line, flags_of
from reports.readings import Wanted, counting, digest, elsewhere, once, questionable, read_readings
from reports.report import STRANGE, Ask, Found
from reports.weight.daily import LOOKBACK, Row, daily, longest_run, missed
from reports.weight.hits import hits
from reports.weight.page import blocks

RULES: Final = ("WT-HF-1D", "WT-HF-3D", "WT-HF-7D", "WT-HF-DRY", "WT-HF-LOSS")
FLAGS: Final = frozenset({*RULES, "NODATA-WT"})
FEWEST_DATES: Final = 3
CHANGES: Final = ("change_1d", "change_3d", "change_7d")


@dataclass(frozen=True, slots=True)
class Weights:
    """`frame` holds the period's weighings, `others` those that may be another person's, `pressures` the blood
    pressures under them; `dry` is the dry weight in force at the period's end, in kg."""

    frame: pd.DataFrame
    others: pd.DataFrame
    pressures: pd.DataFrame
    days: list[Row]
    missed: list[str]
    hits: list[dict[str, Any]]
    flags: list[Line]
    dry: float | None
    why: str


def make(ask: Ask) -> Found:
    before = replace(ask.period, since=ask.period.since - LOOKBACK)
    wanted = Wanted([ask.subject.id], ["weight"], before, ask.cursor, ("stream", "weight"), sent="weight")
    everything, copied = once(read_readings(ask.session, wanted).astype({"weight": float}), ask.period.since)
    everything = with_others(everything, ask.period.zone)
    frame, left_out = counting(everything[everything["measured_at"] >= ask.period.since])
    left_out |= copied
    found = _found(ask, everything, frame)
    page = partial(blocks, found, figures := _figures(found), ask)
    tables: dict[str, list[Any]] = {
        "days": found.days,
        "hits": found.hits,
        "flags": found.flags,
        "missed": found.missed,
    }
    more = {"devices": devices_of(ask.session, frame)}
    limits = ask.subject.limits(RULES, ask.period.until)
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


def _found(ask: Ask, everything: pd.DataFrame, frame: pd.DataFrame) -> Weights:
    days = daily(counting(everything)[0], ask.period)
    flags = flags_of(ask, FLAGS)
    wanted = Wanted([ask.subject.id], ["blood_pressure"], ask.period, ask.cursor, ("systolic", "pulse"))
    pressures, _ = counting(read_readings(ask.session, wanted))
    enough = len(days) >= FEWEST_DATES
    why = "" if enough else f"weighings on {len(days)} dates, and {FEWEST_DATES} are needed (design)"
    others = everything[everything["other"] & (everything["measured_at"] >= ask.period.since)]
    return Weights(
        frame,
        others,
        pressures.astype({"systolic": float, "pulse": float}),
        days,
        missed(days, ask.period),
        hits(weighings(everything, ask.period.zone), ask.subject, ask.period, RULES, flags),
        flags,
        ask.subject.dry_weight(ask.period.until),
        why,
    )


def _figures(found: Weights) -> dict[str, Figure]:
    weight, n = found.frame["weight"], len(found.frame)
    newest = found.days[-1] if found.days else None
    single = "one weighing has no spread" if n == 1 else ""
    made = {
        "newest": figure(newest and newest["weight"], "kg", 1 if newest else 0),
        "median_7d": _median(newest),
        **{name: _change(newest, name) for name in CHANGES},
        "mean": figure(weight.mean(), "kg", n),
        "sd": figure(weight.std(ddof=1), "kg", n, single),
        "median": figure(weight.median(), "kg", n),
        "min": figure(weight.min(), "kg", n),
        "max": figure(weight.max(), "kg", n),
        "days_with_weighing": figure(len(found.days), "d", n),
        "missed_days": figure(len(found.missed), "d", n),
        "longest_gap": figure(longest_run(found.missed), "d", n),
    }
    return made | {"dry_weight": _dry(found), "over_dry": _over_dry(found, newest)}


def _median(newest: Row | None) -> Figure:
    if newest is None:
        return figure(None, "kg", 0)
    n = newest["days_in_median"]
    lacking = "" if n >= FEWEST_DATES else f"weighings on {n} of 7 dates, and {FEWEST_DATES} are needed (design)"
    return figure(newest["median_7d"], "kg", n, lacking)


def _change(newest: Row | None, name: str) -> Figure:
    change = newest and newest[name]
    return figure(change, "kg", 2 if change is not None else 0, "" if change is not None else "nothing to compare with")


def _dry(found: Weights) -> Figure:
    return figure(found.dry, "kg", 0, "" if found.dry else "no dry weight is stated")


def _over_dry(found: Weights, newest: Row | None) -> Figure:
    if found.dry is None or newest is None:
        return figure(None, "kg", 0, "no dry weight is stated" if found.dry is None else "")
    return figure(finite(newest["weight"] - found.dry), "kg", 1)


def _notes(found: Weights) -> list[str]:
    strange = elsewhere(found.frame)
    others = len(found.others)
    off = sorted({hit["rule"] for hit in found.hits if not hit["on"]})
    notes = {
        f"More than 10 % from their week's median, perhaps another person's: {others} weighings, left out.": others,
        f"{', '.join(off)}: matches are shown, but these rules are off and raise no flag.": off,
        STRANGE.format(strange): strange,
        "Rules of weight predict little (of the matches of a rule of thumb 6 % were right, EHJ-DH 2023;4:455): no match"
        " does not mean well.": not found.frame.empty,
    }
    return [words for words, holds in notes.items() if holds]
