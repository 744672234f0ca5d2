"""Rows of cells, one a day: what each day was, by fill and by sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from charts.element import add, drawing, text_of, width_of, write
from charts.palette import FRAME, MUTED

LEFT: Final = 120.0
CELL: Final = 19.0
ROW: Final = 36.0
HEAD: Final = 26.0
WIDTH: Final = 720.0


@dataclass(frozen=True, slots=True)
class State:
    """How a cell looks and what the legend says of it."""

    words: str
    fill: str
    sign: str = ""
    ink: str = "#222222"


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` are (what stands in small above the cell, name of the state)."""

    words: str
    cells: Sequence[tuple[str, str]]


def draw_cells(title: str, words: str, rows: Sequence[Row], states: Mapping[str, State]) -> str:
    """SVG, as text."""
    svg = drawing(WIDTH, HEAD + ROW * len(rows) + 8, title, words)
    _legend(svg, states)
    for number, row in enumerate(rows):
        top = HEAD + ROW * number + 12
        group = add(svg, "g", data_series=row.words, data_points=str(len(row.cells)))
        write(group, 4, top + 14, row.words, size=10.5)
        for place, (above, state) in enumerate(row.cells):
            _cell(group, LEFT + place * CELL, top, above, states[state])
    return text_of(svg)


def _cell(group: Element, x: float, y: float, above: str, state: State) -> None:
    add(group, "rect", x=x, y=y, width=CELL - 2, height=CELL, fill=state.fill, stroke=FRAME)
    middle = x + (CELL - 2) / 2
    write(group, middle, y - 3, above, size=8, fill=MUTED, text_anchor="middle")
    write(group, middle, y + 13.5, state.sign, size=10, fill=state.ink, text_anchor="middle")


def _legend(svg: Element, states: Mapping[str, State]) -> None:
    x = 4.0
    for state in states.values():
        group = add(svg, "g")
        _cell(group, x, 1, "", state)
        write(group, x + CELL + 4, 14, state.words, size=10.5)
        x += CELL + 14 + width_of(state.words, 10.5)
