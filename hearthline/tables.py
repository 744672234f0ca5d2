"""Tables for people: as wide as the window on a terminal, a line a row elsewhere. A word is cut only where it alone
is wider than the window."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

GAP: Final = 2
ENDING: Final = 8  # digits of an id: of 10,000 ids two end alike in one case of a hundred, and are then asked for more


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the key in the row, `title` what stands above it. On a terminal of an id only its `ending` is shown,
    which commands take for it; where not everything fits into one line a row, this column goes `below` another one;
    a `whole` cell is not broken into lines."""

    name: str
    title: str
    below: str = ""
    whole: bool = False
    ending: bool = False


Cells = Mapping[str, str]  # by the column's name


def show_table(columns: Sequence[Column], rows: Sequence[Cells]) -> None:
    """To stdout, under the titles."""
    if sys.stdout.isatty():
        _show_wrapped(columns, rows)
    else:
        _show_aligned([[column.title for column in columns], *([row[each.name] for each in columns] for row in rows)])


def stacked(columns: Sequence[Column], row: Cells) -> dict[str, str]:
    """The cells of the columns that stay, with those that go below them as further lines."""
    return {
        column.name: "\n".join([row[column.name], *(row[each.name] for each in columns if each.below == column.name)])
        for column in columns
        if not column.below
    }


def widths(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Every column gets its least width, and more of the room the more of it is still broken into lines."""
    given, left = list(least), room - sum(least)
    while left > 0 and given != list(most):
        given[max(range(len(given)), key=lambda n: most[n] / max(given[n], 1))] += 1
        left -= 1
    return given


def _show_wrapped(columns: Sequence[Column], rows: Sequence[Cells]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout)
    lines = [{column.name: column.title for column in columns}, *(_with_endings(columns, row) for row in rows)]
    room = console.width - GAP * (len(columns) - 1)
    if any(column.below for column in columns) and sum(_most(column, lines) for column in columns) > room:
        lines, columns = [stacked(columns, line) for line in lines], [each for each in columns if not each.below]
        room = console.width - GAP * (len(columns) - 1)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    given = widths([_least(each, lines) for each in columns], [_most(each, lines) for each in columns], room)
    for column, width in zip(columns, given, strict=True):
        table.add_column(lines[0][column.name], width=width, overflow="fold")
    for line in lines[1:]:
        table.add_row(*(Text(line[column.name]) for column in columns))
    console.print(table)


def _with_endings(columns: Sequence[Column], row: Cells) -> dict[str, str]:
    return {each.name: row[each.name][-ENDING:] if each.ending else row[each.name] for each in columns}


def _most(column: Column, lines: Sequence[Cells]) -> int:
    """Its longest line, in places on the screen."""
    from rich.cells import cell_len

    return max(cell_len(part) for line in lines for part in line[column.name].split("\n"))


def _least(column: Column, lines: Sequence[Cells]) -> int:
    """Its longest word."""
    from rich.cells import cell_len

    if column.whole:
        return _most(column, lines)
    return max(cell_len(word) for line in lines for word in line[column.name].split() or [""])


def _show_aligned(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write((" " * GAP).join(cells).rstrip() + "\n")
