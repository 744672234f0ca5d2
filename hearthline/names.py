"""Rows of the record under the names of the contract: a thing's own id is `id`, a reference is the other thing's id
under its glossary name (`patient`, `device`), missing is None, instants are aware UTC."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ingest.decoded import Decoded, Noted, Outcome, Rejected
from models.tables import Device, DeviceAssignment, Patient, PatientFact
from models.tables.base import Base
from registry.facts import superseded_by
from thresholds.facts import FACTS

REFERENCES: Final = {f"{name}_id": name for name in ("assignment", "device", "gateway", "message", "patient")}
KINDS: Final = {Decoded: "reading", Rejected: "refusal", Noted: "noted"}


def line_of(row: Base, *leave_out: str) -> dict[str, Any]:
    """Every column of a row under its contract name, in the table's order."""
    named = ((REFERENCES.get(column.name, column.name), column.name) for column in row.__table__.columns)
    return {name: getattr(row, column) for name, column in named if name not in leave_out}


def patient_line(
    patient: Patient, facts: Iterable[PatientFact], assignments: Iterable[DeviceAssignment]
) -> dict[str, Any]:
    """A patient with the facts about them and the devices they hold or held; others' assignments are left out."""
    held = [each for each in assignments if each.patient_id == patient.id]
    return line_of(patient) | {
        "facts": [line_of(fact, "id", "patient", "replaced_by") for fact in facts],
        "devices": [line_of(each, "id", "patient") for each in held],
    }


def fact_line(fact: PatientFact) -> dict[str, Any]:
    """A standing fact with the unit of its value, None where it has none."""
    return line_of(fact, "replaced_by") | {"unit": FACTS[fact.name].unit or None if fact.name in FACTS else None}


def fact_history_line(fact: PatientFact, facts: Sequence[PatientFact]) -> dict[str, Any]:
    """A fact with what took its place: a row stated in its stead, or among what stands a later one of the same name."""
    by = next((each for each in facts if each.id == fact.replaced_by), None)
    standing = [each for each in facts if each.replaced_by is None]
    later = None if fact.replaced_by else superseded_by(fact, standing)
    return fact_line(fact) | {
        "replaced_by": fact.replaced_by,
        "replaced_at": by and by.recorded_at,
        "replacing_author": by and by.author,
        "superseded_from": later and later.from_at,
        "superseding_value": later and later.value,
    }


def device_line(device: Device, assignments: Iterable[DeviceAssignment]) -> dict[str, Any]:
    """A device with everybody who ever held it, oldest first; other devices' assignments are left out."""
    held = [each for each in assignments if each.device_id == device.id]
    return line_of(device) | {"assignments": [line_of(each, "id", "device") for each in held]}


def payload_text(payload: bytes | None) -> str | None:
    """Bytes as text where they are UTF-8, else as hexadecimal after `hex:`; None when they were not kept."""
    if payload is None:
        return None
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return f"hex:{payload.hex()}"


def outcome_line(outcome: Outcome) -> dict[str, Any]:
    """What decode answered for one element, its `kind` (reading, refusal, noted) first."""
    fields = {field.name: getattr(outcome, field.name) for field in dataclasses.fields(outcome)}
    return {"kind": KINDS[type(outcome)]} | {REFERENCES.get(name, name): value for name, value in fields.items()}
