"""Blocks to HTML: every text is escaped here, and pictures are our own SVG."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, Final

from reports.page.blocks import Beside, Block, Figures, Picture, Table, Words
from reports.page.said import Said, said
from reports.page.style import STYLE

Pairs = Sequence[tuple[str, str]]
DASH: Final = "–"
LONGEST: Final = 24  # letters of a cell that is kept in one line
FRAME: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1>{head}</header>
<main>
{body}
</main>
<footer><p class="wording">{wording}</p>{foot}</footer>
</body>
</html>
"""


def page(title: str, head: Pairs, blocks: Sequence[Block], wording: str, foot: Pairs) -> str:
    """`head` and `foot` are (name, words)."""
    body = "\n".join(map(render, blocks))
    named = {"title": escape(title), "style": STYLE, "wording": escape(wording)}
    return FRAME.format(**named, head=_pairs(head), body=body, foot=_pairs(foot))


def render(block: Block) -> str:
    return RENDER[type(block)](block)


def _pairs(pairs: Pairs) -> str:
    return f"<dl>{''.join(f'<div><dt>{escape(name)}</dt><dd>{escape(words)}</dd></div>' for name, words in pairs)}</dl>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in table.columns)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    empty = "" if table.rows else '<p class="none">Nothing in this period.</p>'
    title = escape(table.title)
    whole = f'<table aria-label="{title}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{empty}'
    if table.folded:
        return f"<details><summary>{title}</summary>{whole}</details>"
    return f"<section><h2>{title}</h2>{whole}</section>"


def _cell(cell: str | None) -> str:
    """An id or a date stays in one piece: a browser would break it at its hyphens."""
    words = cell or DASH
    whole = "-" in words and " " not in words and len(words) <= LONGEST
    return f"<td{' class=one' if whole else ''}>{escape(words)}</td>"


def _figures(figures: Figures) -> str:
    rows = "".join(map(_row, said(figures.rows)))
    title = escape(figures.title)
    return f'<section><h2>{title}</h2><table class="figures" aria-label="{title}">{rows}</table></section>'


def _row(row: Said) -> str:
    if row.value is None:
        cells = f'<td colspan="2" class="why">{escape(row.why)}</td>'
    else:
        cells = f"<td class='value'>{escape(row.value)}</td><td>{escape(row.beside)}</td>"
    return f'<tr><th scope="row">{escape(row.words)}</th>{cells}<td class="n">{row.n}</td></tr>'


def _picture(picture: Picture) -> str:
    return f"<section><h2>{escape(picture.title)}</h2><figure>{picture.svg}</figure>{_table(picture.table)}</section>"


def _words(words: Words) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in words.lines)
    return f"<section><h2>{escape(words.title)}</h2><ul>{items}</ul></section>" if items else ""


def _beside(beside: Beside) -> str:
    return f'<div class="beside">{render(beside.left)}{render(beside.right)}</div>'


RENDER: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {Table: _table, Figures: _figures, Picture: _picture, Words: _words, Beside: _beside}
)
