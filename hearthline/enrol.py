"""Enrolment as the simulator asks for it: once done, asking again changes nothing, so that a run can be repeated."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.tables import Device, Patient
from registry.assignments import assign_device, list_assignments
from registry.devices import enrol_device
from registry.facts import set_fact
from registry.patients import enrol_patient
from simulators.plan import PlannedDevice, PlannedPatient

AUTHOR = "simulator"


def enrol_planned(session: Session, planned: PlannedPatient, now: datetime) -> None:
    """Patient, facts, devices and assignments of a plan, those that are not there yet."""
    if session.get(Patient, planned.id) is None:
        enrol_patient(session, name=planned.name, zone=planned.zone, now=now, patient_id=planned.id)
        for name, value in planned.facts:
            set_fact(session, planned.id, name, value, author=AUTHOR, now=now)
        for each in planned.spells:
            span = {"from_at": each.begin, "until_at": each.end}
            set_fact(session, planned.id, each.name, each.value, author=AUTHOR, now=now, **span)
    for device in planned.devices:
        _hand_over(session, device, planned.id, now)


def _hand_over(session: Session, device: PlannedDevice, patient_id: str, now: datetime) -> None:
    """A device of the household may be there already, with another patient on another slot."""
    if session.get(Device, device.id) is None:
        enrol_device(session, device.id, device.model, now=now)
    if not any(held.slot == device.slot for held in list_assignments(session, device.id)):
        assign_device(session, device.id, patient_id, now=now, slot=device.slot)
