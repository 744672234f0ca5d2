"""The page of blood pressure at home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from charts import axis, palette
from charts.layers import Dots, Limit
from charts.plot import Plot, draw
from reports.days import places
from reports.figure import Figure, finite
from reports.home_bp.category import SOURCE
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words

if TYPE_CHECKING:
    from reports.home_bp.make import Pressures
    from reports.report import Ask

MOST_ROWS: Final = 500


def blocks(found: Pressures, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    if found.frame.empty:
        return [Words("No blood pressure in this period", ["There is no reading to make a mean from."])]
    return [
        Figures("Protocol mean: seven days, the first left out", _protocol(figures)),
        _category(found),
        Figures("All readings of the period", _period(figures)),
        _severe(found),
        _scatter(found, ask),
    ]


def _protocol(figures: Mapping[str, Figure]) -> list[Shown]:
    named = {
        "protocol_systolic": "Systolic mean", "protocol_diastolic": "Diastolic mean",
        "protocol_systolic_sd": "Systolic standard deviation", "protocol_diastolic_sd": "Diastolic standard deviation",
        "protocol_morning_systolic": "Mornings, systolic", "protocol_morning_diastolic": "Mornings, diastolic",
        "protocol_evening_systolic": "Evenings, systolic", "protocol_evening_diastolic": "Evenings, diastolic",
        "protocol_all_days_systolic": "With the first day, systolic",
        "protocol_all_days_diastolic": "With the first day, diastolic",
        "missing_slots": "Readings of the protocol not taken",
    }  # fmt: skip
    beside = {"missing_slots": "of 24: two each morning and evening of six days"}
    forms = {"missing_slots": ".0f"}
    return [Shown(words, figures[name], forms.get(name, ".1f"), beside.get(name, "")) for name, words in named.items()]


def _category(found: Pressures) -> Words:
    said = found.category
    line = f"Of the protocol mean: {said['value']}." if said["sufficient"] else f"None: {said['why']}."
    return Words("Category", [line, f"{SOURCE}. Applied to means alone, never to one home reading."])


def _period(figures: Mapping[str, Figure]) -> list[Shown]:
    rows = []
    for name in ("systolic", "diastolic"):
        spread = f"{figures[f'{name}_min'].value:.0f} to {figures[f'{name}_max'].value:.0f}"
        rows.append(Shown(f"{name.title()} mean", figures[f"{name}_mean"], ".1f", spread))
        rows.append(Shown(f"{name.title()} standard deviation", figures[f"{name}_sd"]))
        rows.append(Shown(f"{name.title()} variability (CV)", figures[f"{name}_cv_pct"]))
    return [
        *rows,
        Shown("Pulse mean", figures["pulse_mean"], ".0f"),
        Shown("Readings at goal", figures["at_goal_pct"], ".1f", "below 130 and below 80 mmHg"),
        Shown("Readings at or above 135 or 85", figures["above_home_eu_pct"], ".1f", "or the patient's own limit"),
        Shown("Readings at or above 130 or 80", figures["above_home_us_pct"], ".1f", "or the patient's own limit"),
        Shown("Severe readings", figures["severe_readings"], ".0f", "by the limit of BP-SEV"),
    ]


def _severe(found: Pressures) -> Table:
    rows = [
        (row["local"], f"{row['systolic']:.0f}/{row['diastolic']:.0f}", row["outcome"], (row["flag"] or {}).get("note"))
        for row in found.severe
    ]
    return Table("Severe readings and what came of them", ("Local time", "mmHg", "Flag", "Last note"), rows)


def _scatter(found: Pressures, ask: Ask) -> Picture:
    frame, dates = found.frame, ask.period.dates()
    x = places(frame["local"], dates[0])
    over, under = (ask.subject.limit("BP-HOME-EU", name, ask.period.until) for name in ("systolic", "diastolic"))
    goals = [Limit(over, f"{over:g}", palette.DARK), Limit(under, f"{under:g}", palette.SECOND)]
    layers = (
        Dots("systolic", list(zip(x, frame["systolic"].tolist(), strict=True)), palette.DARK, "disc", 3),
        Dots("diastolic", list(zip(x, frame["diastolic"].tolist(), strict=True)), palette.SECOND, "triangle", 2.8),
    )
    values = [*frame["systolic"], *frame["diastolic"], 60, 150]
    title = "Each reading"
    words = f"Systolic and diastolic pressure by local date, with the home limits {over:g} and {under:g} mmHg."
    plot = Plot(title, words, axis.dates(dates[0], dates[-1]), axis.numbers(values, "mmHg"), layers, goals, height=250)
    return Picture(title, draw(plot), _readings(found))


def _readings(found: Pressures) -> Table:
    newest = found.frame.iloc[::-1].head(MOST_ROWS)
    rows = [
        (
            f"{row.local:%Y-%m-%d %H:%M}",
            f"{row.systolic:.0f}",
            f"{row.diastolic:.0f}",
            None if finite(row.pulse) is None else f"{row.pulse:.0f}",
        )
        for row in newest.itertuples()
    ]
    return Table("As a table, newest first", ("Local time", "Systolic", "Diastolic", "Pulse"), rows, folded=True)
