"""Recordings in tables, one reading a row."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from simulators.columns import Columns, check_header
from simulators.local_time import as_sent, time_of
from simulators.recording import Recorded, recorded

NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
WORDS: Final[Mapping[str, str]] = MappingProxyType({"low": "LO", "lo": "LO", "high": "HI", "hi": "HI"})
Row = Mapping[str, str]


def readings_from_csv(
    path: Path,
    columns: Columns,
    *,
    zone: ZoneInfo | None = None,
    context: Mapping[str, str] = NOTHING,
    only: Mapping[str, str] = NOTHING,
) -> list[Recorded]:
    """Every row as one reading, also a row that holds none: ingest says why, and the counts agree.

    Times without an offset are wall clock times of `zone`; `only` leaves the rows in which each column has the given
    text, for a file that holds several people. Without a column for it the id is made of the file's name
    and the row, so that two values at one instant are both kept and the same file sent again adds nothing. Raises
    OSError, or ValueError when the file is no such table or no row of it is what `columns` says: that is a mistake in
    the map and not in the data.
    """
    rows = {number: row for number, row in _rows(path, {*columns.names, *only}) if _chosen(row, only)}
    _check_rows(path.name, list(rows.values()), columns, zone, only)
    named = ((row[columns.id] if columns.id else _id(path.name, number), row) for number, row in rows.items())
    return [_reading(given, row, columns, zone, context) for given, row in named]


def _rows(path: Path, wanted: set[str]) -> Iterable[tuple[int, Row]]:
    """Numbered from 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter=_delimiter(file.readline()), restval="")
            file.seek(0)
            check_header(path.name, rows.fieldnames or (), wanted)
            yield from enumerate(rows, start=1)
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not text in UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"{path.name} is no table: {error}") from None


def _chosen(row: Row, only: Mapping[str, str]) -> bool:
    return all(row[name] == text for name, text in only.items())


def _check_rows(
    file: str, rows: Sequence[Row], columns: Columns, zone: ZoneInfo | None, only: Mapping[str, str]
) -> None:
    """Raises ValueError when no row fits; a value is not quoted, because it may be a patient's."""
    if not rows:
        chosen = " and ".join(f"{name} is {text!r}" for name, text in only.items())
        raise ValueError(f"{file} has no row{' in which ' if chosen else ''}{chosen}")
    for name, parts in columns.times.items():
        times = [time for time in (time_of(_joined(row, parts)) for row in rows) if time is not None]
        if not times:
            raise ValueError(f"no row of {file} has a time of day on a date in {'+'.join(parts)} ({name})")
        if zone is None and all(time.tzinfo is None for time in times):
            raise ValueError(f"the times in {file} have no offset; name their zone, as in --zone Europe/Paris")
    for name, (column, _) in columns.values.items():
        cells = [row[column].strip() for row in rows]
        if any(cells) and not any(_is_value(cell) for cell in cells):
            raise ValueError(f"no row of {file} has a number in {column} ({name}); its decimal sign must be a point")


def _reading(given: str, row: Row, columns: Columns, zone: ZoneInfo | None, context: Mapping[str, str]) -> Recorded:
    times = {name: as_sent(_joined(row, parts), zone) for name, parts in columns.times.items()}
    plain = {"id": given, **times}
    values = _values(row, columns.values)
    tail = f', "values": {values}' + (f', "context": {json.dumps(dict(context))}' if context else "")
    return recorded(json.dumps(plain)[:-1] + tail + "}", plain)


def _values(row: Row, values: Mapping[str, tuple[str, str]]) -> str:
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


def _is_value(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None or cell.lower() in WORDS


def _joined(row: Row, columns: Iterable[str]) -> str:
    return " ".join(row[column].strip() for column in columns)


def _id(file: str, number: int) -> str:
    return hashlib.sha256(f"{file}/{number}".encode()).hexdigest()[:32]


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)
