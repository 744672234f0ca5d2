"""What a plot is made of. Points are (x, y) in the axes' units; y None is a gap: nothing is drawn across it."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.palette import DARK, LIMIT, MIDDLE

Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: Sequence[Point]
    colour: str = DARK
    width: float = 1.8
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The area between two curves: (x, low, high)."""

    name: str
    points: Sequence[tuple[float, float | None, float | None]]
    colour: str = MIDDLE


@dataclass(frozen=True, slots=True)
class Dots:
    """`shape`: disc, ring, square or triangle, so that two series differ without colour."""

    name: str
    points: Sequence[Point]
    colour: str = DARK
    shape: str = "disc"
    size: float = 2.6


@dataclass(frozen=True, slots=True)
class Bars:
    """From zero to y over [x, x + width]; `hatch` draws the outline alone."""

    name: str
    points: Sequence[Point]
    colour: str = MIDDLE
    width: float = 0.8
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across the plot with its words at the right."""

    y: float
    words: str
    colour: str = LIMIT
    dash: str = "6 3"


Layer = Line | Band | Dots | Bars
