"""Recordings in tables: which column is what is said by whoever knows the file, never guessed."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from models.measures import CATALOGUE
from simulators.local_time import as_sent
from simulators.recording import Recorded, recorded

TIMES: Final[tuple[str, ...]] = ("measured_at", "started_at")
NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
WORDS: Final[Mapping[str, str]] = MappingProxyType({"low": "LO", "lo": "LO", "high": "HI", "hi": "HI"})


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

    Raises ValueError, in one line for a person, when a name is no component of the measure or a unit is missing.
    """
    pairs = dict(_pair(part) for part in text.split(","))
    if "measured_at" not in pairs:
        raise ValueError("the map does not say which column is measured_at")
    components = {name: column for name, column in pairs.items() if name not in {*TIMES, "id"}}
    known = {component.name for component in CATALOGUE[measure].components}
    if unknown := sorted(components.keys() - known):
        raise ValueError(f"{measure} has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    times = {name: tuple(pairs[name].split("+")) for name in TIMES if name in pairs}
    return Columns(times, {name: _with_unit(name, column) for name, column in components.items()}, pairs.get("id"))


def readings_from_csv(
    path: Path,
    columns: Columns,
    *,
    zone: ZoneInfo | None = None,
    context: Mapping[str, str] = NOTHING,
    only: Mapping[str, str] = NOTHING,
) -> Iterator[Recorded]:
    """Every row as one reading, also a row that holds none: ingest says why, and the counts agree.

    Times without an offset are wall clock times of `zone`; `only` leaves the rows in which each column has the given
    text, for a file that holds several people. Without a column for it the id is made of the file's name
    and the row, so that two values at one instant are both kept and the same file sent again adds nothing. Raises
    OSError, or ValueError when a column is not there.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=_delimiter(file.readline()), restval="")
        file.seek(0)
        if missing := sorted({*columns.names, *only} - set(rows.fieldnames or ())):
            raise ValueError(
                f"{path.name} has no column {', '.join(missing)}; it has {', '.join(rows.fieldnames or ())}"
            )
        for number, row in enumerate(rows, start=1):
            if all(row[name] == text for name, text in only.items()):
                given = row[columns.id] if columns.id else _id(path.name, number)
                yield _reading(given, row, columns, zone, context)


def _reading(
    given: str, row: Mapping[str, str], columns: Columns, zone: ZoneInfo | None, context: Mapping[str, str]
) -> Recorded:
    times = {name: as_sent(_joined(row, parts), zone) for name, parts in columns.times.items()}
    plain = {"id": given, **times}
    values = _values(row, columns.values)
    tail = f', "values": {values}' + (f', "context": {json.dumps(dict(context))}' if context else "")
    return recorded(json.dumps(plain)[:-1] + tail + "}", plain)


def _values(row: Mapping[str, str], values: Mapping[str, tuple[str, str]]) -> str:
    """Digits go out as they stand in the file: 77.90 is not 77.9 to whoever compares what was sent."""
    parts = (
        f'{json.dumps(name)}: {{"value": {_value(row[column])}, "unit": {json.dumps(unit)}}}'
        for name, (column, unit) in values.items()
        if row[column].strip()
    )
    return "{" + ", ".join(parts) + "}"


def _value(cell: str) -> str:
    text = cell.strip()
    return text if NUMBER.fullmatch(text) else json.dumps(WORDS.get(text.lower(), text))


def _joined(row: Mapping[str, str], columns: Iterable[str]) -> str:
    return " ".join(row[column].strip() for column in columns)


def _id(file: str, number: int) -> str:
    return hashlib.sha256(f"{file}/{number}".encode()).hexdigest()[:32]


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _pair(part: str) -> tuple[str, str]:
    name, given, column = part.partition("=")
    if not given:
        raise ValueError(f"the map needs name=column, not {part!r}")
    return name.strip(), column.strip()


def _with_unit(name: str, column: str) -> tuple[str, str]:
    header, given, unit = column.rpartition(":")
    if not given:
        raise ValueError(f"say the unit of {name}, as in {name}={column}:UNIT")
    return header, unit
