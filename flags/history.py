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
from thresholds.types import Amount, Sample

SAMPLE = "r.patient_id, r.stream, r.id, r.measured_at, CAST(r.as_sent AS TEXT), CAST(r.context AS TEXT), r.time_quality"
AMOUNTS: Final = Decoder(dict[str, Amount])
CONTEXT: Final = Decoder(dict[str, str])
Key = tuple[str, str]


def load_samples(connection: Connection, windows: Iterable[tuple[str, str, datetime]]) -> dict[Key, list[Sample]]:
    """For each (patient, stream, from): the samples measured from then on, after the newest trustworthy one before,
    ordered by (at, id). What is not from the patient is in a stream of its own."""
    dialect = dialect_of(connection)
    keys = json.dumps([(patient, stream, dialect.said(begin)) for patient, stream, begin in windows])
    statements = _window(dialect), _before(dialect)
    rows = [row for statement in statements for row in connection.exec_driver_sql(statement, (keys,)).all()]
    samples: dict[Key, list[Sample]] = {}
    for row in rows:
        samples.setdefault((row[0], row[1]), []).append(_sample(row, dialect))
    for each in samples.values():
        each.sort(key=lambda sample: (sample.at, sample.id))
    return samples


# PostgreSQL is told to go key by key (LATERAL, fenced by OFFSET or LIMIT): it cannot know how short the windows are,
# and would read the whole table for a batch of some fifty patients. SQLite always goes key by key.


def _window(dialect: Dialect) -> str:
    wanted = f"{_same(dialect)} AND r.measured_at >= {dialect.instant_at(2)}"
    if dialect.name == "sqlite":
        return f"SELECT {SAMPLE} FROM {dialect.keys} JOIN reading r ON {wanted}"  # noqa: S608  static text
    return _key_by_key(dialect, f"{wanted} OFFSET 0")


def _before(dialect: Dialect) -> str:
    wanted = (
        f"{_same(dialect)} AND r.measured_at < {dialect.instant_at(2)} AND r.time_quality = 'good' "
        "ORDER BY r.measured_at DESC, r.id DESC LIMIT 1"
    )
    if dialect.name == "sqlite":
        newest = f"SELECT r.id FROM reading r WHERE {wanted}"  # noqa: S608  static text
        return f"SELECT {SAMPLE} FROM {dialect.keys} JOIN reading r ON r.id = ({newest})"  # noqa: S608  static text
    return _key_by_key(dialect, wanted)


def _same(dialect: Dialect) -> str:
    return f"r.patient_id = {dialect.text_at(0)} AND r.stream = {dialect.text_at(1)}"


def _key_by_key(dialect: Dialect, wanted: str) -> str:
    return f"SELECT s.* FROM {dialect.keys} CROSS JOIN LATERAL (SELECT {SAMPLE} FROM reading r WHERE {wanted}) s"  # noqa: S608  static text


def _sample(row: Sequence[Any], dialect: Dialect) -> Sample:
    _, _, reading, at, as_sent, context, quality = row
    values, said = AMOUNTS.decode(as_sent), CONTEXT.decode(context)
    return Sample(_uuid(reading), dialect.read(at), values, said, quality == "doubtful")


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))
