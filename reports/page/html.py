"""Blocks to HTML: every text is escaped here, and pictures are our own SVG."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, Final

from reports.page.blocks import Beside, Block, Figures, Picture, Shown, Table, Words
from reports.page.style import STYLE

DASH: Final = "–"
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


def page(
    title: str, head: Sequence[tuple[str, str]], blocks: Sequence[Block], wording: str, foot: Sequence[tuple[str, str]]
) -> str:
    """`head` and `foot` are (name, words)."""
    body = "\n".join(map(render, blocks))
    named = {"title": escape(title), "style": STYLE, "wording": escape(wording)}
    return FRAME.format(**named, head=_pairs(head), body=body, foot=_pairs(foot))


def render(block: Block) -> str:
    return RENDER[type(block)](block)


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<div><dt>{escape(name)}</dt><dd>{escape(words)}</dd></div>' for name, words in pairs)}</dl>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell or DASH)}</td>' for cell in row)}</tr>" for row in table.rows)
    empty = "" if table.rows else '<p class="none">Nothing in this period.</p>'
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{empty}"
    if table.folded:
        return f"<details><summary>{escape(table.title)}</summary>{whole}</details>"
    return f"<section><h2>{escape(table.title)}</h2>{whole}</section>"


def _figures(figures: Figures) -> str:
    before = [None, *figures.rows]
    rows = "".join(_row(shown, last) for shown, last in zip(figures.rows, before, strict=False))
    return f"<section><h2>{escape(figures.title)}</h2><table class='figures'>{rows}</table></section>"


def _row(shown: Shown, before: Shown | None) -> str:
    """A reason is said in full where it differs from the one of the row before."""
    figure, beside = shown.figure, escape(shown.beside)
    unit = "" if figure.unit == "1" else figure.unit  # of counts
    if not figure.sufficient or figure.value is None:
        same = before is not None and before.figure.why == figure.why
        cells = f'<td colspan="2" class="why">not printed: {"as above" if same else escape(figure.why)}</td>'
    else:
        cells = f"<td class='value'>{figure.value:{shown.form}} {escape(unit)}</td><td>{beside}</td>"
    return f'<tr><th scope="row">{escape(shown.words)}</th>{cells}<td class="n">n = {figure.n}</td></tr>'


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
