"""The page of weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from charts import axis, palette
from charts.layers import Dots, Layer, Limit, Line
from charts.plot import Plot, draw
from reports.days import places
from reports.figure import Figure, finite
from reports.flags import outcome_words
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words

if TYPE_CHECKING:
    from reports.report import Ask
    from reports.weight.make import Weights


def blocks(found: Weights, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    if found.frame.empty:
        return [Words("No weight in this period", ["There is no weighing; nothing is known of the patient's weight."])]
    made: list[Block] = [Figures("Weight", _shown(figures)), _hits(found, ask), _curve(found, ask)]
    if not found.pressures.empty:
        made.append(_under(found, ask))
    return [*made, _flags(found, ask)]


def _shown(figures: Mapping[str, Figure]) -> list[Shown]:
    named = {
        "newest": ("Newest weight, first of its day", ".1f"), "median_7d": ("Median of seven dates", ".1f"),
        "change_1d": ("Change in a day", "+.1f"), "change_3d": ("Above the lowest of 3 days", "+.1f"),
        "change_7d": ("Above the lowest of 7 days", "+.1f"), "dry_weight": ("Dry weight", ".1f"),
        "over_dry": ("Above dry weight", "+.1f"), "mean": ("Mean of all weighings", ".1f"),
        "days_with_weighing": ("Dates with a weighing", ".0f"), "missed_days": ("Dates missed", ".0f"),
        "longest_gap": ("Longest run of missed dates", ".0f"),
    }  # fmt: skip
    beside = {"change_1d": "against the weighing nearest 24 h before", "newest": "by the patient's clock"}
    return [Shown(words, figures[name], form, beside.get(name, "")) for name, (words, form) in named.items()]


def _hits(found: Weights, ask: Ask) -> Table:
    rows = [(_local(hit["started_at"], ask), hit["rule"], hit["found"], _outcome(hit)) for hit in found.hits]
    return Table("Rule matches", ("Local time", "Rule", "Found", "Flag"), rows)


def _outcome(hit: Mapping[str, Any]) -> str:
    return outcome_words(hit["flag"]) if hit["on"] else "rule is off"


def _local(at: Any, ask: Ask) -> str:
    return f"{at.astimezone(ZoneInfo(ask.period.zone)):%Y-%m-%d %H:%M}"


def _curve(found: Weights, ask: Ask) -> Picture:
    dates = ask.period.dates()
    by_day = {row["day"]: row for row in found.days}
    first = dates[0]
    singles = [(_middle(row, first), row["weight"]) for row in found.days]
    medians = [(n + 0.5, by_day.get(day.isoformat(), {}).get("median_7d")) for n, day in enumerate(dates)]
    matched = [(x, y) for (x, y), row in zip(singles, found.days, strict=True) if _matched(row, found, ask)]
    layers: list[Layer] = [
        Line("median of 7 dates", medians, palette.MIDDLE, 3),
        Dots("first weight of the day", singles, palette.DARK, "disc", 2.8),
    ]
    if matched:
        layers.append(Dots("rule match", matched, palette.SECOND, "triangle", 4.4))
    others = list(zip(places(found.others["local"], first), found.others["weight"].tolist(), strict=True))
    if others:
        layers.append(Dots("perhaps another person, left out (at the edge)", others, palette.SECOND, "ring", 4))
    limits = [Limit(found.dry, f"dry {found.dry:g}", palette.GOAL)] if found.dry else []
    values = [*(row["weight"] for row in found.days), *(limit.y for limit in limits)]  # of the patient alone
    title = "Weight by date"
    words = f"First weight of each date with the median of seven; {len(found.missed)} dates missed."
    plot = Plot(title, words, axis.dates(dates[0], dates[-1]), axis.numbers(values, "kg"), layers, limits)
    return Picture(title, draw(plot), _days(found))


def _middle(row: Mapping[str, Any], first: date) -> float:
    return (date.fromisoformat(row["day"]) - first).days + 0.5


def _matched(row: Mapping[str, Any], found: Weights, ask: Ask) -> bool:
    return any(_local(hit["started_at"], ask)[:10] == row["day"] for hit in found.hits)


def _days(found: Weights) -> Table:
    names = ("median_7d", "change_1d", "change_3d", "change_7d")
    rows = [
        (row["day"], f"{row['weight']:.1f}", str(row["n"]), *(_rounded(row[name]) for name in names))
        for row in found.days
    ]
    columns = ("Day", "First weight", "Weighings", "Median of 7", "In a day", "Above lowest of 3", "Above lowest of 7")
    return Table("As a table, in kg", columns, rows, folded=True)


def _rounded(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _under(found: Weights, ask: Ask) -> Picture:
    dates, frame = ask.period.dates(), found.pressures
    means = frame.groupby("day")[["systolic", "pulse"]].mean()
    layers = [
        _means("systolic, mmHg", means["systolic"], dates, palette.DARK, ""),
        _means("pulse, /min", means["pulse"], dates, palette.SECOND, "5 3"),
    ]
    values = [*frame["systolic"], *frame["pulse"].dropna(), 50, 150]
    title, words = "Blood pressure and pulse", "Means of each date, over the same dates as the weight."
    plot = Plot(title, words, axis.dates(dates[0], dates[-1]), axis.numbers(values, ""), layers, height=190)
    rows = [
        (f"{day}", _rounded(finite(row["systolic"])), _rounded(finite(row["pulse"]))) for day, row in means.iterrows()
    ]
    return Picture(title, draw(plot), Table("As a table", ("Day", "Systolic mean", "Pulse mean"), rows, folded=True))


def _means(name: str, means: Any, dates: Sequence[date], colour: str, dash: str) -> Line:
    points = [(n + 0.5, finite(means.get(day))) for n, day in enumerate(dates)]
    return Line(name, points, colour, 1.8, dash)


def _flags(found: Weights, ask: Ask) -> Table:
    rows = [(_local(line["since"], ask), line["rule"], outcome_words(line), line["note"]) for line in found.flags]
    return Table("Flags and what was done", ("Since", "Rule", "Status", "Last note"), rows)
