"""The demo's picture: what came in, and the worklist. Pure: a scene in, something rich can print out."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hearthline.demo.scene import Scene
from hearthline.flag_words import Shown

NOT_FOR = "Shows rule matches for review by a licensed professional; not monitoring, not an alarm, not for emergencies."
STYLES = {"CRIT": "bold red", "HIGH": "yellow", "MOD": "cyan", "INFO": "dim"}
WIDE_COLUMNS = ("severity", "patient", "rule", "newest", "limit", "since, their time", "how often", "now")
NARROW_COLUMNS = ("severity", "patient", "rule", "newest", "since, their time")
UNBROKEN = ("severity", "since, their time", "how often", "now")
WIDE = 126  # columns from which on a flag mostly fits in one line
FIXED_LINES = 9  # everything but the worklist's own lines


@dataclass(frozen=True, slots=True)
class Moment:
    """`phase` says what is going on; `share` of the history is done, None when that is over; `rate` is readings/s."""

    scene: Scene
    phase: str
    share: float | None
    rate: float


def draw(moment: Moment, width: int, height: int) -> RenderableType:
    """The whole picture in about `height` lines of `width` columns; the worklist's end is left out and counted."""
    shown = moment.scene.worklist
    wide = width >= WIDE
    room = max((height - FIXED_LINES) // (1 if wide else 2), 1)
    left = Text(f"and {len(shown) - room} more: hearthline flags list", style="dim") if len(shown) > room else Text("")
    return Group(
        _figures(moment), _progress(moment), Text(""), _worklist(shown[:room], wide), left, Text(NOT_FOR, style="dim")
    )


def _figures(moment: Moment) -> RenderableType:
    counts = moment.scene.counts
    grid = Table.grid(padding=(0, 3))
    titles = ("readings received", "stored", "duplicate", "quarantined", "readings/s", "open flags")
    figures = (counts.elements - counts.noted, counts.stored, counts.duplicate, counts.quarantined)
    grid.add_row(*(Text(title, style="dim") for title in titles))
    grid.add_row(
        *(Text(f"{figure:,}", style="bold") for figure in figures),
        Text(f"{moment.rate:,.0f}", style="bold"),
        Text(f"{len(moment.scene.worklist):,}", style="bold"),
    )
    return grid


def _progress(moment: Moment) -> RenderableType:
    if moment.share is None:
        return Text(moment.phase)
    grid = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=1.0, completed=moment.share, width=40)
    grid.add_row(Text(moment.phase), bar, Text(f"{moment.share:.0%}"))
    return grid


def _worklist(rows: Sequence[Shown], wide: bool) -> RenderableType:
    table = Table(*(WIDE_COLUMNS if wide else NARROW_COLUMNS), box=None, pad_edge=False, header_style="dim")
    for column in table.columns:
        column.overflow, column.no_wrap = "fold", column.header in UNBROKEN
    for row in rows:
        first, patient, *rest = _wide(row) if wide else _narrow(row)
        table.add_row(Text(first, style=STYLES.get(row.severity, "")), Text(patient, style="bold"), *map(Text, rest))
    return table


def _wide(row: Shown) -> Sequence[str]:
    return row.severity, row.patient, row.rule, row.newest, row.limit, row.since, row.often, row.note


def _narrow(row: Shown) -> Sequence[str]:
    """What belongs together below each other, so that a flag takes two lines."""
    return (
        row.severity,
        row.patient,
        row.rule,
        f"{row.newest}\nlimit {row.limit}",
        f"{row.since}\n{row.often}, {row.note}",
    )
