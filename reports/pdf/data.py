"""Blocks to what the template reads: plain data, never mark-up, so that no text of a patient is ever a command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from xml.etree.ElementTree import fromstring

from reports.page.blocks import Beside, Block, Figures, Picture, Table, Words
from reports.page.html import DASH
from reports.page.said import said

SVG: Final = "{http://www.w3.org/2000/svg}"
MOST_ROWS: Final = 400
NARROW: Final = 68  # letters that half a page is wide
BETWEEN: Final = 2  # as wide is the gap between two columns
Data = dict[str, Any]


def data_of(block: Block) -> Data:
    return DATA[type(block)](block)


def annex(blocks: Sequence[Block]) -> list[Data]:
    """The tables behind the pictures, each under the title of its picture."""
    return [_cut(title, table) for title, table in _folded(blocks)]


def _cut(title: str, table: Table) -> Data:
    """As many rows as somebody may still look at; a PDF of all would be a book that takes seconds."""
    count = len(table.rows)
    said = f"{title} (the first {MOST_ROWS} of {count} rows; all are in the HTML)" if count > MOST_ROWS else title
    cut = _table(replace(table, title=said, rows=table.rows[:MOST_ROWS]))
    widths = [max(map(len, column)) for column in zip(cut["columns"], *cut["rows"], strict=True)]
    return cut | {"narrow": sum(widths) + len(widths) * BETWEEN <= NARROW}


def _folded(blocks: Sequence[Block]) -> Iterator[tuple[str, Table]]:
    for block in blocks:
        if isinstance(block, Beside):
            yield from _folded([block.left, block.right])
        elif isinstance(block, Picture):
            yield block.title, block.table
        elif isinstance(block, Table) and block.folded:
            yield block.title, block


def _table(table: Table) -> Data:
    rows = [[cell or DASH for cell in row] for row in table.rows]
    return {"kind": "table", "title": table.title, "columns": list(table.columns), "rows": rows}


def _printed(table: Table) -> Data:
    return {"kind": "nothing"} if table.folded else _table(table)


def _figures(figures: Figures) -> Data:
    rows = [
        {"words": row.words, "value": row.value, "beside": row.beside, "why": row.why, "n": row.n}
        for row in said(figures.rows)
    ]
    return {"kind": "figures", "title": figures.title, "rows": rows}


def _picture(picture: Picture) -> Data:
    return {"kind": "picture", "title": picture.title, "svg": picture.svg, "alt": alternative(picture.svg)}


def alternative(svg: str) -> str:
    """What a screen reader says instead of the picture: its title and description."""
    drawn = fromstring(svg)  # noqa: S314  a picture of our own, not a file from elsewhere
    return ". ".join(filter(None, (drawn.findtext(f"{SVG}{name}") for name in ("title", "desc"))))


def _words(words: Words) -> Data:
    return {"kind": "words", "title": words.title, "lines": list(words.lines)} if words.lines else {"kind": "nothing"}


def _beside(beside: Beside) -> Data:
    return {"kind": "beside", "left": data_of(beside.left), "right": data_of(beside.right)}


DATA: Final[Mapping[type, Callable[[Any], Data]]] = MappingProxyType(
    {Table: _printed, Figures: _figures, Picture: _picture, Words: _words, Beside: _beside}
)
