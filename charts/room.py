"""Where things lie on the page: from the axes' units to the picture's, and words that must not overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

from charts.axis import Axis


@dataclass(frozen=True, slots=True)
class Room:
    """The frame of a plot within its picture; y grows downwards."""

    x: Axis
    y: Axis
    left: float
    top: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        return self.left + self.wide

    @property
    def bottom(self) -> float:
        return self.top + self.high

    def across(self, value: float) -> float:
        return self.left + self.x.share(value) * self.wide

    def down(self, value: float) -> float:
        return self.bottom - self.y.share(value) * self.high

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.across(x), self.down(y)


def spread(places: Sequence[float], apart: float, least: float, most: float) -> list[float]:
    """The places moved as little as keeps their order and the distance between them, within [least, most] if there is
    room for all."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = list(places)
    floor = least
    for n in order:
        moved[n] = max(moved[n], floor)
        floor = moved[n] + apart
    ceiling = most
    for n in reversed(order):
        moved[n] = min(moved[n], ceiling)
        ceiling = moved[n] - apart
    return moved
