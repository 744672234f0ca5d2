"""What judging needs to know, read once a batch: samples, the patient's case, stored episodes and flags.

Every statement takes the batch's keys as one JSON parameter, so its text never changes.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec.json import Decoder
from sqlalchemy import Connection

from models.dialect import Dialect, dialect_of
from registry.case import load_cases as load_cases
from thresholds.doubt import CLOCK, QUESTIONABLE
from thresholds.types import Amount, Sample

SAMPLE = (
    "r.patient_id, r.stream, r.id, r.measured_at, CAST(r.as_sent AS TEXT), CAST(r.context AS TEXT), r.time_quality, "
    "CAST(r.quality AS TEXT), r.device_id"
)
AMOUNTS: Final = Decoder(dict[str, Amount])
CONTEXT: Final = Decoder(dict[str, str])
MARKS: Final = Decoder(list[str])
OF_THE_VALUE: Final = frozenset(
    {
        "systolic_unusual", "diastolic_unusual", "pulse_pressure_unusual", "mean_inconsistent", "pulse_unusual",
        "glucose_unusual", "weight_unusual", "ahi_unusual", "ahi_not_reportable",
    }
)  # fmt: skip
Key = tuple[str, str]
Routed = tuple[Sample, str]  # beside the device that took it


def load_samples(
    connection: Connection, windows: Iterable[tuple[str, str, datetime]], stored_by: datetime | None = None
) -> dict[Key, list[Sample]]:
    """For each (patient, stream, from): the samples measured from then on, after the newest trustworthy one before,
    ordered by (at, id). What is not from the patient is in a stream of its own. With `stored_by` those that were
    stored by then."""
    dialect = dialect_of(connection)
    samples: dict[Key, list[Routed]] = {}
    for row in _rows(connection, windows, stored_by, SAMPLE):
        samples.setdefault((row[0], row[1]), []).append((_sample(row, dialect), row[8]))
    return {key: one_route(each) for key, each in samples.items()}


def load_received(
    connection: Connection, window: tuple[str, str, datetime], stored_by: datetime | None = None
) -> tuple[list[Sample], dict[UUID, datetime]]:
    """The same of one stream, and when each was received."""
    dialect = dialect_of(connection)
    samples, received = list[Routed](), dict[UUID, datetime]()
    for row in _rows(connection, [window], stored_by, f"{SAMPLE}, r.received_at"):
        sample = _sample(row, dialect)
        samples.append((sample, row[8]))
        received[sample.id] = dialect.read(row[9])
    return one_route(samples), received


def _rows(
    connection: Connection, windows: Iterable[tuple[str, str, datetime]], stored_by: datetime | None, columns: str
) -> list[Sequence[Any]]:
    dialect = dialect_of(connection)
    by = [] if stored_by is None else [dialect.said(stored_by)]
    keys = json.dumps([(patient, stream, dialect.said(begin), *by) for patient, stream, begin in windows])
    statements = _window(dialect, columns, by=bool(by)), _before(dialect, columns, by=bool(by))
    return [row for statement in statements for row in connection.exec_driver_sql(statement, (keys,)).all()]


def one_route(samples: Sequence[Routed]) -> list[Sample]:
    """By (at, id). Of one value at one instant from several devices (a meter and the telephone beside it) one is used:
    what came by itself before what was typed in, then by the device's name."""
    if len({device for _, device in samples}) > 1:
        samples = _without_copies(samples)
    return sorted((sample for sample, _ in samples), key=lambda sample: (sample.at, sample.id))


def _without_copies(samples: Sequence[Routed]) -> list[Routed]:
    preferred = sorted(samples, key=lambda each: (each[0].context.get("entry") == "manual", each[1]))
    used: dict[tuple[object, ...], str] = {}
    return [
        (sample, device)
        for sample, device in preferred
        if used.setdefault((sample.at, frozenset(sample.values.items())), device) == device
    ]


# PostgreSQL is told to go key by key (LATERAL, fenced by OFFSET or LIMIT): it cannot know how short the windows are,
# and would read the whole table for a batch of some fifty patients. SQLite always goes key by key.


def _window(dialect: Dialect, columns: str, *, by: bool) -> str:
    wanted = f"{_same(dialect, by=by)} AND r.measured_at >= {dialect.instant_at(2)}"
    if dialect.name == "sqlite":
        return f"SELECT {columns} FROM {dialect.keys} JOIN reading r ON {wanted}"  # noqa: S608  static text
    return _key_by_key(dialect, columns, f"{wanted} OFFSET 0")


def _before(dialect: Dialect, columns: str, *, by: bool) -> str:
    """All of the newest instant: of copies of one value it must not depend on the window which is used."""
    newest = (
        f"SELECT o.measured_at FROM reading o WHERE {_same(dialect, 'o', by=by)} "  # noqa: S608  static text
        f"AND o.measured_at < {dialect.instant_at(2)} AND o.time_quality = 'good' ORDER BY o.measured_at DESC LIMIT 1"
    )
    wanted = f"{_same(dialect, by=by)} AND r.time_quality = 'good' AND r.measured_at = ({newest})"
    if dialect.name == "sqlite":
        return f"SELECT {columns} FROM {dialect.keys} JOIN reading r ON {wanted}"  # noqa: S608  static text
    return _key_by_key(dialect, columns, f"{wanted} OFFSET 0")


def _same(dialect: Dialect, table: str = "r", *, by: bool) -> str:
    stored = f" AND {table}.stored_at <= {dialect.instant_at(3)}" if by else ""
    return f"{table}.patient_id = {dialect.text_at(0)} AND {table}.stream = {dialect.text_at(1)}{stored}"


def _key_by_key(dialect: Dialect, columns: str, wanted: str) -> str:
    return f"SELECT s.* FROM {dialect.keys} CROSS JOIN LATERAL (SELECT {columns} FROM reading r WHERE {wanted}) s"  # noqa: S608  static text


def _sample(row: Sequence[Any], dialect: Dialect) -> Sample:
    _, _, reading, at, as_sent, context, quality, marks = row[:8]
    values, said, doubtful = AMOUNTS.decode(as_sent), CONTEXT.decode(context), quality == "doubtful"
    doubts = doubts_of(() if marks == "[]" else MARKS.decode(marks), doubtful=doubtful)
    return Sample(uuid_of(reading), dialect.read(at), values, said, doubtful, doubts)


def doubts_of(marks: Iterable[str], *, doubtful: bool) -> tuple[str, ...]:
    """What the reading itself says against it: its clock, and marks that decode set on a value that rules compare."""
    questionable = not OF_THE_VALUE.isdisjoint(marks)
    return (*([CLOCK] if doubtful else []), *([QUESTIONABLE] if questionable else []))


def uuid_of(value: Any) -> UUID:
    """As the driver reads a key."""
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))
