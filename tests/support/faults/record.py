"""What the record says, read with plain SQL: none of the product's code is asked."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.support.faults.truth import digest_of

CANONICAL = {"systolic": "mmHg", "diastolic": "mmHg", "glucose": "mg/dL", "weight": "kg"}
READINGS = (
    f"""SELECT device_id, given_id, patient_id, measure, measured_at, as_sent, {", ".join(CANONICAL)} FROM reading"""
)
REFUSALS = """SELECT r.device_id, r.given_id, m.sha256, r.element, r.code, r.state
FROM refusal r JOIN message m ON m.id = r.message_id"""
EPISODES = "SELECT patient_id, rule, started_at, last_at, ended_at, breaches FROM episode"
FLAGS = "SELECT patient_id, rule, since, until FROM flag WHERE status <> 'withdrawn'"
SUMS = """SELECT count(*), coalesce(sum(elements), 0), coalesce(sum(stored), 0), coalesce(sum(duplicate), 0),
coalesce(sum(quarantined), 0), coalesce(sum(noted), 0) FROM message"""
DUE = "SELECT count(*) FROM evaluation WHERE reason <> 'timer'"


def rows(url: str, statement: str) -> Iterator[tuple[Any, ...]]:
    """On a connection of its own, so that nothing is kept over a restart."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for row in connection.execution_options(stream_results=True).execute(text(statement)):
            yield tuple(row)
    engine.dispose()


def found_readings(url: str) -> Iterator[tuple[str, str | None, str]]:
    """(device, given id, digest of what the row says)."""
    for device, given_id, patient, measure, at, as_sent, *columns in rows(url, READINGS):
        values = as_sent if isinstance(as_sent, dict) else json.loads(as_sent)
        said = {name: (str(value), str(unit)) for name, (value, unit) in values.items()}
        doubles = dict(zip(CANONICAL, columns, strict=True))
        yield device, given_id, digest_of(patient, measure, instant(at), _agreeing(said, doubles))


def _agreeing(said: dict[str, tuple[str, str]], doubles: dict[str, float | None]) -> dict[str, tuple[str, str]]:
    """What was sent, but the double where it says something else: then the digest differs."""
    return {
        name: (value, unit)
        if unit != CANONICAL[name] or doubles[name] == float(value)
        else (str(doubles[name]), "column")
        for name, (value, unit) in said.items()
    }


def instant(value: Any) -> datetime:
    """SQLite keeps text in UTC."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def count(url: str, statement: str) -> int:
    """The first figure of a statement with one row."""
    [(figure,)] = rows(url, statement)
    return int(figure)
