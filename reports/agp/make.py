"""The figures of the profile."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pandas as pd

from models.measures import GLUCOSE
from reports.agp.bands import BANDS, GROUPS, Group, bands_of
from reports.agp.page import blocks
from reports.agp.profile import PRICKED, SENSED, profile
from reports.agp.rhythm import Covered, covered, whole_days
from reports.errors import ReportError
from reports.figure import Figure, figure, finite, share
from reports.period import MINUTES_A_DAY
from reports.readings import Wanted, counting, digest, elsewhere, questionable, read_readings
from reports.report import STRANGE, Ask, Found

FEWEST_DAYS: Final = 14
FEWEST_PERCENT: Final = 70
STREAMS: Final = {"cgm": ("cgm",), "meter": ("glucose",), "auto": ("cgm", "glucose")}
MG: Final = "mg/dL"


@dataclass(frozen=True, slots=True)
class Glucose:
    """The readings that count, with `value` in `unit` and `band`; `source` is cgm or meter."""

    frame: pd.DataFrame
    source: str
    unit: str
    group: Group
    covered: Covered
    why: str
    clamped: int


def make(ask: Ask) -> Found:
    everything = _read(ask)
    frame, left_out = counting(everything)
    glucose = _prepared(ask, frame)
    figures = _figures(glucose)
    rows = profile(glucose.frame, SENSED if glucose.source == "cgm" else PRICKED)
    limits = [_goal_line(glucose.group, each.figure, each.less, each.percent) for each in glucose.group.goals]
    more = {"source": glucose.source, "goals": glucose.group.name}
    tables = {"profile": rows, "days": _days(glucose)}
    page = partial(blocks, glucose, figures, rows, ask)
    return Found(
        figures,
        len(frame),
        digest(frame),
        left_out,
        limits,
        tables,
        _notes(glucose),
        page,
        glucose.why,
        more,
        questionable=questionable(frame),
    )


def _read(ask: Ask) -> pd.DataFrame:
    streams = STREAMS.get(ask.options.source)
    if streams is None:
        raise ReportError(f"glucose has no source {ask.options.source!r}; one of: {', '.join(STREAMS)}")
    columns = ("stream", "glucose", "comparator")
    wanted = Wanted([ask.subject.id], streams, ask.period, ask.cursor, columns, sent="glucose")
    frame = read_readings(ask.session, wanted)
    source = "cgm" if (frame["stream"] == "cgm").any() or ask.options.source == "cgm" else "glucose"
    return frame[frame["stream"] == source]


def _prepared(ask: Ask, frame: pd.DataFrame) -> Glucose:
    source = "meter" if "glucose" in set(frame["stream"]) or ask.options.source == "meter" else "cgm"
    group, unit = _group(ask), ask.options.unit
    factor = GLUCOSE.get(unit)
    if factor is None:
        raise ReportError(f"glucose has no unit {unit!r}; one of: {', '.join(GLUCOSE)}")
    # §2.3: LO and HI stand for one beyond the scale's end, where a mean needs a number
    beyond = frame["comparator"].map({"<": -1.0, ">": 1.0}).astype(float).fillna(0.0)
    value = (frame["glucose"].astype(float) + beyond) / float(factor.times)
    whole = frame.assign(value=value, band=bands_of(frame, group))
    cover = covered(whole, ask.period)
    return Glucose(whole, source, unit, group, cover, _lacking(ask, whole, cover, source), int((beyond != 0).sum()))


def _group(ask: Ask) -> Group:
    wanted = ask.options.goals
    if wanted == "auto":
        wanted = "pregnancy" if ask.subject.pregnant(ask.period.until) else "adult"
    if wanted not in GROUPS:
        raise ReportError(f"there are no goals for {wanted!r}; one of: {', '.join(GROUPS)}")
    return GROUPS[wanted]


def _lacking(ask: Ask, frame: pd.DataFrame, cover: Covered, source: str) -> str:
    """Why the period is not enough for goals; empty when it is."""
    if frame.empty:
        return "no readings in the period"
    if round(whole_days(ask.period)) < FEWEST_DAYS:
        return f"a period of {ask.period.days} days, and goals need {FEWEST_DAYS}"
    if source == "cgm" and cover.active < FEWEST_PERCENT:
        return f"the sensor covered {cover.active:.1f} % of the period, and {FEWEST_PERCENT} % are needed"
    if source == "meter" and cover.days * 100 < FEWEST_PERCENT * ask.period.days:
        return f"readings on {cover.days} of {ask.period.days} days, and {FEWEST_PERCENT} % of them are needed (design)"
    return ""


def _figures(glucose: Glucose) -> dict[str, Figure]:
    value, n = glucose.frame["value"], len(glucose.frame)
    counts = glucose.frame["band"].value_counts()
    per_band = {band: int(counts.get(band, 0)) for band in BANDS}
    return {
        **_spread(glucose, value, n),
        **{
            name: figure(share(sum(per_band[each] for each in bands), n), "%", n, glucose.why)
            for name, bands in glucose.group.figures().items()
        },
        **{f"band_{band}": figure(share(count, n), "%", n, glucose.why) for band, count in per_band.items()},
        **(_minutes(glucose, per_band, n) if glucose.source == "cgm" else {}),
        "days_worn": figure(glucose.covered.days, "d", n),
        **_activity(glucose, n),
    }


def _spread(glucose: Glucose, value: pd.Series, n: int) -> dict[str, Figure]:
    mean, sd, why = finite(value.mean()), finite(value.std(ddof=1)), glucose.why
    single = why or ("one reading has no spread" if n == 1 else "")
    milligrams = None if mean is None else mean * float(GLUCOSE[glucose.unit].times)
    gmi = why or ("of meter readings it is no estimate of anything" if glucose.source == "meter" else "")
    return {
        "mean": figure(mean, glucose.unit, n, why),
        "sd": figure(sd, glucose.unit, n, single),
        "cv_pct": figure(100 * sd / mean if sd is not None and mean else None, "%", n, single),
        "gmi": figure(None if milligrams is None else 3.31 + 0.02392 * milligrams, "%", n, gmi),
        "median": figure(value.median(), glucose.unit, n, why),
        "min": figure(value.min(), glucose.unit, n),
        "max": figure(value.max(), glucose.unit, n),
    }


def _minutes(glucose: Glucose, per_band: dict[str, int], n: int) -> dict[str, Figure]:
    """Of a day of 24 hours: 1 % is 14.4 minutes."""
    return {
        f"minutes_{band}": figure(count / n * MINUTES_A_DAY if n else None, "min/d", n, glucose.why)
        for band, count in per_band.items()
    }


def _activity(glucose: Glucose, n: int) -> dict[str, Figure]:
    if glucose.source == "meter":
        return {}
    return {
        "active_pct": figure(glucose.covered.active, "%", n),
        "expected_samples": figure(glucose.covered.expected, "1", n),
        "rhythm": figure(glucose.covered.rhythm, "min", n),
    }


def _days(glucose: Glucose) -> list[dict[str, Any]]:
    frame = glucose.frame.assign(good=glucose.frame["band"].eq("target"))
    values = frame.groupby("day")["value"].agg(["size", "mean", "min", "max"])
    good = frame.groupby("day")["good"].sum()
    return [
        {"day": day.isoformat(), "n": int(n), "mean": finite(mean), "min": finite(low), "max": finite(high),
         "in_range_pct": share(good[day], n)}
        for day, n, mean, low, high in values.itertuples()
    ]  # fmt: skip


def _goal_line(group: Group, name: str, less: bool, percent: int) -> dict[str, Any]:
    sign = "<" if less else ">"
    return {"figure": name, "goal": f"{sign} {percent} %", "for": group.words, "source": group.source}


def _notes(glucose: Glucose) -> list[str]:
    strange = elsewhere(glucose.frame)
    notes = {
        f"LO or HI: {glucose.clamped} readings. For mean, SD, CV and GMI they stand for one mg/dL beyond the scale's"
        " end.": glucose.clamped,
        STRANGE.format(strange): strange,
        "Of a meter, shares are of readings, not of time: people measure when they have a reason to.": (
            glucose.source == "meter"
        ),
    }
    return [words for words, holds in notes.items() if holds]
