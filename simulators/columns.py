"""Which column of a table is what: said by whoever knows the file, never guessed, and refused when it cannot be so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.measures import CATALOGUE, Component, Measure

TIMES: Final[tuple[str, ...]] = ("measured_at", "started_at")
NOT_VALUES: Final = frozenset({*TIMES, "id"})
EXAMPLE: Final = "measured_at=time,glucose=gl:mg/dL"


@dataclass(frozen=True, slots=True)
class Columns:
    """`times` are measured_at and started_at with the columns whose texts make them up, `values` component ->
    (column, unit), `id` the column of the reading's own id, if it has one."""

    times: Mapping[str, tuple[str, ...]]
    values: Mapping[str, tuple[str, str]]
    id: str | None = None

    @property
    def names(self) -> set[str]:
        named = {column for columns in self.times.values() for column in columns}
        return named | {column for column, _ in self.values.values()} | ({self.id} if self.id else set())


def parse_map(text: str, measure: str) -> Columns:
    """`measured_at=time,glucose=gl:mg/dL`; a date and a time apart are `measured_at=date+time`.

    Raises ValueError, in one line for a person, when a name is no component of the measure, when one that every
    reading needs is left out, or when a unit is missing or not accepted.
    """
    pairs, wanted = pairs_of(text), CATALOGUE[measure]
    components = {component.name: component for component in wanted.components}
    if unknown := sorted(pairs.keys() - NOT_VALUES - components.keys()):
        raise ValueError(f"{measure} has no {', '.join(unknown)}; it has {', '.join(sorted(components))}")
    values = {name: _with_unit(components[name], pairs[name]) for name in components if name in pairs}
    _check_complete(wanted, pairs, values)
    return Columns({name: tuple(pairs[name].split("+")) for name in TIMES if name in pairs}, values, pairs.get("id"))


def pairs_of(text: str) -> dict[str, str]:
    """Name -> column as written. Raises ValueError for a part that is no pair and for a name that comes twice."""
    pairs = [_pair(part) for part in text.split(",")]
    twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if twice:
        raise ValueError(f"the map names {', '.join(twice)} twice")
    return dict(pairs)


def check_header(file: str, header: Sequence[str], wanted: set[str]) -> None:
    """Raises ValueError when a wanted column is not there, or there twice, so that nobody knows which is meant."""
    if missing := sorted(wanted - set(header)):
        raise ValueError(f"{file} has no column {', '.join(missing)}; it has {', '.join(header) or 'none'}")
    if twice := sorted(name for name in wanted if header.count(name) > 1):
        raise ValueError(f"{file} has more than one column {', '.join(twice)}")


def _check_complete(measure: Measure, pairs: Mapping[str, str], values: Mapping[str, object]) -> None:
    needed = [*(TIMES if measure.interval else TIMES[:1]), *measure.required]
    if missing := [name for name in needed if name not in pairs]:
        raise ValueError(f"the map does not say which column is {' and '.join(missing)}, as in {EXAMPLE}")
    if not values:
        raise ValueError(f"the map names no component of {measure.code}")


def _pair(part: str) -> tuple[str, str]:
    name, given, column = part.partition("=")
    if not (name.strip() and given and column.strip()):
        raise ValueError(f"the map needs name=column, not {part!r}")
    return name.strip(), column.strip()


def _with_unit(component: Component, column: str) -> tuple[str, str]:
    header, given, unit = column.rpartition(":")
    if not given:
        raise ValueError(f"say the unit of {component.name}, as in {component.name}={column}:UNIT")
    if unit not in component.accepts:
        raise ValueError(f"{component.name} in {unit!r} is not accepted, only in {', '.join(component.accepts)}")
    return header, unit
