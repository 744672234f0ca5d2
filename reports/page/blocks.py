"""What a page is made of; Python computes, `reports.page.html` places."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figure import Figure

Cell = str | None


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are words already; None is shown as a dash. `folded` tables open at a click and are not printed."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in words: `form` is how its value is written, such as `.1f`; `beside` says more, such as a goal."""

    words: str
    figure: Figure
    form: str = ".1f"
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of figures; one that is not sufficient is explained instead of printed."""

    title: str
    rows: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG with the table behind it."""

    title: str
    svg: str
    table: Table


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two blocks next to each other where the page is wide enough."""

    left: "Block"
    right: "Block"


Block = Table | Figures | Picture | Words | Beside
