"""A stored reading as the oracle sees it, and the exact numbers in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from simulators.plan import Taken

CLOCK_LOST: Final = date(2000, 1, 2)  # a device that says an earlier local date has lost its clock
NOBODYS: Final = ("control_solution", "test")


@dataclass(frozen=True, slots=True)
class Point:
    """`at` is the time the device said (UTC), `sure` whether its clock could be believed."""

    at: datetime
    sure: bool
    values: Mapping[str, tuple[str, str]]
    key: tuple[str, str]
    context: Mapping[str, str]

    def number(self, name: str) -> Decimal:
        return number(self.values[name][0])


@lru_cache(10_000)
def number(text: str) -> Decimal:
    return Decimal(text)


def point_of(taken: Taken) -> Point | None:
    """None for what no rule may see: what will be refused, and control solution."""
    if taken.expect != "stored" or taken.id is None or taken.measured_at is None:
        return None
    if taken.context.get("kind") in NOBODYS:
        return None
    said = datetime.fromisoformat(taken.measured_at)
    values = {name: (str(sent["value"]), str(sent["unit"])) for name, sent in taken.values.items()}
    return Point(said.astimezone(UTC), said.date() >= CLOCK_LOST, values, (taken.device, taken.id), taken.context)
