"""The page of a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from charts import palette
from charts.shares import Kind, Row, draw_shares
from reports.change.judge import CHANGED, IMPROVED, UNKNOWN, WITHIN, WORSENED
from reports.change.words import range_words
from reports.figure import Figure, share
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words
from reports.panel.members import MIXED, OUTCOMES, Member

if TYPE_CHECKING:
    from reports.panel.make import Panel
    from reports.report import Ask

KINDS: Final = {
    WORSENED: Kind("worsened", palette.VERY_HIGH, "#ffffff"), MIXED: Kind("some of each", palette.HIGH),
    CHANGED: Kind("changed, neither", palette.LIGHT), WITHIN: Kind("less than a change", palette.TARGET),
    IMPROVED: Kind("improved", palette.DARK, "#ffffff"), UNKNOWN: Kind("not enough readings", "#ffffff"),
}  # fmt: skip
SHOWN: Final = {
    "patients": ("Patients", ".0f", ""), IMPROVED: ("Improved", ".0f", "a figure nearer to its range, none farther"),
    WORSENED: ("Worsened", ".0f", "a figure farther from its range, none nearer"),
    MIXED: ("Some of each", ".0f", ""), UNKNOWN: ("Not enough readings to compare", ".0f", ""),
    "improved_pct": ("Improved, of who can be compared", ".0f", ""),
    "worsened_pct": ("Worsened, of who can be compared", ".0f", ""),
    "control_pct": ("Where the programme wants them", ".0f", "of whom it can be told"),
    "adherence_pct": ("Readings taken that programmes ask for", ".0f", "mean of patients"),
    "flags_began": ("Flags that began", ".0f", "rule matches for review"),
    "flags_critical": ("Critical ones among them", ".0f", ""),
    "flags_acted_on_pct": ("Somebody acted on", ".0f", ""),
    "minutes_to_act_median": ("Minutes until somebody did, median", ".0f", ""),
    "minutes_to_act_p95": ("Minutes, 95 % within", ".0f", ""),
    "critical_within_15_min_pct": ("Critical ones acted on within 15 min", ".0f", "(design)"),
    "flags_open": ("Flags that are open", ".0f", ""),
}  # fmt: skip
MOST_ROWS: Final = 500
MOST_CHANGES: Final = 3


def blocks(panel: Panel, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    if not panel.members:
        return [Words("Nobody is in this group", ["There is no patient to report on."])]
    shown = [
        Shown(words, figures[name], form, beside) for name, (words, form, beside) in SHOWN.items() if name in figures
    ]
    return [Figures("The group", shown), _picture(panel), _programmes(panel), _patients(panel.members)]


def _picture(panel: Panel) -> Picture:
    title = "What became of patients' figures, by programme"
    rows = [
        Row(_words(name), {each: round(found[each].value or 0) for each in OUTCOMES}, f"{found['patients'].value:.0f}")
        for name, found in panel.programmes.items()
    ]
    words = "; ".join(
        f"{row.words}: {', '.join(f'{n} {KINDS[k].words}' for k, n in row.counts.items() if n)}" for row in rows
    )
    columns = ("Programme", *(KINDS[each].words for each in OUTCOMES))
    lines = [(row.words, *(str(row.counts[each]) for each in OUTCOMES)) for row in rows]
    return Picture(title, draw_shares(title, words, rows, KINDS), Table("As a table", columns, lines, folded=True))


def _programmes(panel: Panel) -> Table:
    columns = ("Programme", "Patients", "In control", "Adherence", "Flags", "Acted on", "Median min", "Open")
    names = ("control_pct", "adherence_pct", "flags_began", "flags_acted_on_pct", "minutes_to_act_median", "flags_open")
    rows = [
        (_words(name), f"{found['patients'].value:.0f}", *(_cell(found.get(each)) for each in names))
        for name, found in panel.programmes.items()
    ]
    return Table("Programmes", columns, rows)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(each: Figure | None) -> str | None:
    if each is None:
        return None
    if not each.sufficient or each.value is None:
        return f"too few (n\u00a0=\u00a0{each.n})" if each.n else None
    return f"{each.value:.0f}" + (f"\u00a0% (n\u00a0=\u00a0{each.n})" if each.unit == "%" else "")


def _patients(members: Sequence[Member]) -> Table:
    """Who worsened first, and of these who waits for somebody longest."""
    ordered = sorted(members, key=lambda each: (OUTCOMES.index(each.outcome), -each.waiting, each.subject.name))
    columns = ("Patient", "Id", "Programmes", "Outcome", "What changed", "Adherence", "Flags", "Open")
    rows = [_patient(each) for each in ordered[:MOST_ROWS]]
    more = f", the first {MOST_ROWS} of {len(ordered)}" if len(ordered) > MOST_ROWS else ""
    return Table(f"Patients, who worsened first{more}", columns, rows)


def _patient(each: Member) -> tuple[str | None, ...]:
    adherence = share(*each.expected)
    return (
        each.subject.name, each.subject.id, ", ".join(map(_words, each.programmes)) or None,
        KINDS[each.outcome].words, _changed(each), None if adherence is None else f"{adherence:.0f}\u00a0%",
        str(len(each.flags)), str(each.waiting),
    )  # fmt: skip


def _changed(member: Member) -> str | None:
    said = [each for each in member.changes if each.verdict in (WORSENED, IMPROVED, CHANGED)]
    words = [
        f"{each.of.words} {each.before.value:.1f} to {each.now.value:.1f} {each.of.unit}"
        + (f" (wanted {range_words(each.range)})" if each.range else "")
        for each in said[:MOST_CHANGES]
    ]
    return "; ".join(words) or None
