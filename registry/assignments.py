"""Who held which device when: half-open intervals by device and slot; a change re-attributes what is stored."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, true, update
from sqlalchemy.orm import Session

from models.keys import new_id
from models.queue import LookAgain, enqueue
from models.tables import DeviceAssignment, Reading
from registry.beginning import BEGINNING
from registry.devices import get_device
from registry.errors import RegistryError
from registry.lock import hold_alone
from registry.patients import get_patient


def assign_device(
    session: Session,
    device_id: str,
    patient_id: str,
    *,
    now: datetime,
    slot: int | None = None,
    from_at: datetime | None = None,
) -> DeviceAssignment:
    """Give the device (or one slot of it) to a patient from `from_at` until the next holder's start.

    Without `from_at` a first holder has it from the beginning (what a new device still holds in its buffer is
    theirs), a later one from `now`. Raises RegistryError for unknown ids and for a start that is taken.
    """
    hold_alone(session)
    device, patient = get_device(session, device_id), get_patient(session, patient_id)
    others = [held for held in list_assignments(session, device.id) if held.slot == slot]
    start = from_at or (now if others else BEGINNING)
    until = _make_room(others, start)
    assignment = DeviceAssignment(
        id=new_id(now), device_id=device.id, slot=slot, patient_id=patient.id, from_at=start, until_at=until
    )  # fmt: skip
    session.add(assignment)
    session.flush()
    _reattribute(session, assignment, now)
    return assignment


def list_assignments(session: Session, device_id: str | None = None) -> list[DeviceAssignment]:
    """Assignments of one device or of all, by device, slot and start."""
    wanted = true() if device_id is None else DeviceAssignment.device_id == device_id
    found = session.scalars(select(DeviceAssignment).where(wanted))
    return sorted(found, key=lambda held: (held.device_id, -1 if held.slot is None else held.slot, held.from_at))


def _make_room(others: list[DeviceAssignment], start: datetime) -> datetime | None:
    """End the holder at `start` there; the new one lasts until the next holder's start, which this answers."""
    if any(held.from_at == start for held in others):
        raise RegistryError(f"the device already has a holder from {start.isoformat()}; choose another instant")
    for held in others:
        if held.from_at < start and (held.until_at is None or held.until_at > start):
            held.until_at = start
    return min((held.from_at for held in others if held.from_at > start), default=None)


def _reattribute(session: Session, assignment: DeviceAssignment, now: datetime) -> None:
    """Readings measured in the interval become the new holder's, and both patients are looked at again."""
    covered = _covered(assignment)
    moved = session.execute(
        select(Reading.patient_id, Reading.stream, func.min(Reading.measured_at))
        .where(*covered)
        .group_by(Reading.patient_id, Reading.stream)
    ).all()
    session.execute(
        update(Reading).where(*covered).values(patient_id=assignment.patient_id, assignment_id=assignment.id)
    )
    patients = {
        (patient_id, stream, since) for old, stream, since in moved for patient_id in (old, assignment.patient_id)
    }
    enqueue(session, [LookAgain(who, stream, since, now, "registry") for who, stream, since in sorted(patients)])


def _covered(assignment: DeviceAssignment) -> list[ColumnElement[bool]]:
    """A slot's own holders, from the first of them on, come before the whole device's; a doubtful clock proves no
    interval."""
    until = true() if assignment.until_at is None else Reading.measured_at < assignment.until_at
    return [
        Reading.device_id == assignment.device_id,
        Reading.time_quality == "good",
        Reading.measured_at >= assignment.from_at,
        ~_has_own_holder() if assignment.slot is None else Reading.slot == assignment.slot,
        until,
    ]


def _has_own_holder() -> ColumnElement[bool]:
    """Whether the reading's slot had a holder of its own when it was measured."""
    return exists().where(
        DeviceAssignment.device_id == Reading.device_id,
        DeviceAssignment.slot == Reading.slot,
        DeviceAssignment.from_at <= Reading.measured_at,
    )
