"""The write path without a broker: what a test hands over is decoded, committed and answered as the worker does it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, Delivery, Settled, handed_over
from models.engine import open_writer
from models.tables import Base, Message, Reading, Refusal
from registry.assignments import assign_device
from registry.devices import enrol_device
from registry.holders import Holders
from registry.patients import enrol_patient

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
CUFF = "cuff-0001"
Table = TypeVar("Table", bound=Base)


def pressure(
    given_id: str | None, at: str = "2026-01-05T07:12:00Z", systolic: object = 128, **more: Any
) -> dict[str, Any]:
    """A blood pressure as a device says it; `more` are further fields of the reading."""
    values = {"systolic": {"value": systolic, "unit": "mmHg"}, "diastolic": {"value": 82, "unit": "mmHg"}}
    named = {} if given_id is None else {"id": given_id}
    return {**named, "measured_at": at, "values": values, **more}


def glucose(given_id: str, value: object, **context: str) -> dict[str, Any]:
    values = {"glucose": {"value": value, "unit": "mg/dL"}}
    return {"id": given_id, "measured_at": "2026-01-05T07:12:00Z", "values": values, "context": context}


@dataclass(slots=True)
class Desk:
    """`now` is everybody's clock; a test moves it."""

    engine: Engine
    now: datetime = NOW
    holders: Holders = field(default_factory=Holders)

    def enrol(self, device: str, *patients: str, model: str = "any", gateway: str | None = None) -> None:
        """A device; its patients, where named, get slots 1, 2, … when there are several, else the whole of it."""
        with Session(self.engine) as session, session.begin():
            enrol_device(session, device, model, now=self.now, gateway_id=gateway)
            for slot, patient in enumerate(patients, 1):
                enrol_patient(session, name=patient, zone="Europe/Paris", now=self.now, patient_id=patient)
                assign_device(session, device, patient, now=self.now, slot=slot if len(patients) > 1 else None)

    def admit(self, *patients: str) -> None:
        with Session(self.engine) as session, session.begin():
            for patient in patients:
                enrol_patient(session, name=patient, zone="Europe/Paris", now=self.now, patient_id=patient)

    def assign(self, device: str, patient: str, slot: int | None = None, from_at: str | None = None) -> None:
        start = None if from_at is None else datetime.fromisoformat(from_at)
        with Session(self.engine) as session, session.begin():
            assign_device(session, device, patient, now=self.now, slot=slot, from_at=start)

    def hand_over(self, body: object, device: str = CUFF, measure: str = "blood_pressure") -> Delivery:
        """`body` as JSON, or as it is when it is bytes."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        return handed_over(f"hearthline/v1/up/{device}/{measure}", payload, self.now)

    def commit(self, *deliveries: Delivery) -> list[Settled]:
        """One batch."""
        batch = [Decoding(each, decode(each.payload, each.topic, each.received_at)) for each in deliveries]
        return commit(self.engine, batch, self.holders, lambda: self.now)

    def take(self, *bodies: object, device: str = CUFF, measure: str = "blood_pressure") -> list[str]:
        """A message each, one batch; answers the verdicts, the code in the place of `quarantined`."""
        return words(self.commit(*(self.hand_over(body, device, measure) for body in bodies)))

    def all(self, table: type[Table]) -> list[Table]:
        """Rows by primary key."""
        with Session(self.engine) as session:
            return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))

    def readings(self) -> dict[str | None, Reading]:
        """By given id."""
        return {row.given_id: row for row in self.all(Reading)}

    def refusals(self) -> list[tuple[str, str, int, str]]:
        """(code, pointer, element, state), sorted."""
        return sorted((row.code, row.pointer, row.element, row.state) for row in self.all(Refusal))

    def message(self, message_id: UUID) -> Message:
        with Session(self.engine) as session:
            return session.get_one(Message, message_id)


def words(settled: Sequence[Settled]) -> list[str]:
    return [verdict.code or verdict.verdict for one in settled for verdict in one.verdicts]


def counts(message: Message) -> tuple[int, int, int, int]:
    """stored, duplicate, quarantined, noted."""
    return message.stored, message.duplicate, message.quarantined, message.noted


@contextmanager
def desk_at(url: str) -> Iterator[Desk]:
    engine = open_writer(url)
    try:
        yield Desk(engine)
    finally:
        engine.dispose()
