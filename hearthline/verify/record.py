"""What the database says about a ledger's devices and patients."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.measures import CATALOGUE
from models.tables import Device, Episode, Flag, Message, Reading, Refusal

COMPONENTS = {code: tuple(part.name for part in measure.components) for code, measure in CATALOGUE.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """A stored reading; `columns` are all doubles of its measure, in the catalogue's units."""

    device: str
    given_id: str | None
    patient: str
    measure: str
    measured_at: datetime
    utc_offset: int
    device_time: str
    comparator: str | None
    quality: tuple[str, ...]
    context: Mapping[str, str]
    as_sent: Mapping[str, tuple[str, str]]
    columns: Mapping[str, float | None]

    @property
    def key(self) -> tuple[str, str | None]:
        return self.device, self.given_id


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused element, with the digest of the message it came in."""

    device: str | None
    given_id: str | None
    sha256: str
    code: str


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag that was not withdrawn: the span of the episodes it covers, both ends included."""

    patient: str
    rule: str
    since: datetime
    until: datetime


Started = tuple[str, str, datetime]  # patient, rule, start of an episode


def list_rows(session: Session, devices: Iterable[str], patients: Iterable[str]) -> list[Row]:
    """Readings of the devices, and of the patients whatever the device."""
    mine = or_(Reading.device_id.in_(sorted(devices)), Reading.patient_id.in_(sorted(patients)))
    query = select(Reading.__table__).where(mine).order_by(Reading.measured_at, Reading.id)
    return [_row(found) for found in session.execute(query).mappings()]


def _row(found: Mapping[Any, Any]) -> Row:
    return Row(
        device=found["device_id"],
        given_id=found["given_id"],
        patient=found["patient_id"],
        measure=found["measure"],
        measured_at=found["measured_at"],
        utc_offset=found["utc_offset"],
        device_time=found["device_time"],
        comparator=found["comparator"],
        quality=tuple(found["quality"]),
        context=found["context"],
        as_sent={name: (text, unit) for name, (text, unit) in found["as_sent"].items()},
        columns={name: found[name] for name in COMPONENTS[found["measure"]]},
    )


def list_refused(session: Session, devices: Iterable[str]) -> list[Refused]:
    """Refusals in messages that came from the devices; those of a replay are verdicts on other messages."""
    joined = select(Refusal.device_id, Refusal.given_id, Message.sha256, Refusal.code).join(
        Message, Message.id == Refusal.message_id
    )
    known = sorted(devices)
    mine = joined.where(or_(Refusal.device_id.in_(known), Message.device_id.in_(known)), Message.replay_of.is_(None))
    return [Refused(*row) for row in session.execute(mine.order_by(Refusal.received_at, Refusal.id))]


def list_started(session: Session, patients: Iterable[str]) -> list[Started]:
    """Where the patients' episodes start."""
    mine = Episode.patient_id.in_(sorted(patients))
    query = select(Episode.patient_id, Episode.rule, Episode.started_at).where(mine)
    return list(session.execute(query.order_by(Episode.started_at, Episode.id)))


def list_raised(session: Session, patients: Iterable[str]) -> list[Raised]:
    """The patients' flags, but for the withdrawn."""
    mine = Flag.patient_id.in_(sorted(patients)), Flag.status != "withdrawn"
    query = select(Flag.patient_id, Flag.rule, Flag.since, Flag.until).where(*mine).order_by(Flag.since, Flag.id)
    return [Raised(*row) for row in session.execute(query)]


def models_of(session: Session, devices: Iterable[str]) -> dict[str, str]:
    """Device -> model, of those enrolled: a model may say what its LO and HI stand for."""
    query = select(Device.id, Device.model).where(Device.id.in_(sorted(devices)))
    return dict(iter(session.execute(query)))
