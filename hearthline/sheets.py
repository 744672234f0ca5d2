"""One thing on a page for a person: a patient with facts and devices, a refused reading with what was sent."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from hearthline.json_elements import elements
from hearthline.names import payload_text
from models.tables import DeviceAssignment, Patient, PatientFact, Refusal
from registry.beginning import BEGINNING

MOST: Final = 2000  # characters of a payload on a page; --json has all of it


def patient_sheet(
    patient: Patient,
    facts: Iterable[PatientFact],
    assignments: Iterable[DeviceAssignment],
    missing: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, Any]:
    """Dates are in the patient's own time. `missing` is device -> readings missing of the last 30 days."""
    zone = ZoneInfo(patient.zone)
    held = [each for each in assignments if each.patient_id == patient.id]
    return {
        "patient": patient.id, "name": patient.name, "zone": patient.zone,
        "enrolled": patient.enrolled_at.astimezone(zone),
        "facts": [
            f"{fact.name} {fact.value}, {_while(fact.from_at, fact.until_at, zone)} (by {fact.author})"
            for fact in facts
        ],
        "devices": [
            f"{each.device_id}{slot_text(each.slot)}, {_while(each.from_at, each.until_at, zone)}"
            + (f"; {missing_text(missing[each.device_id])} in the last 30 days" if each.device_id in missing else "")
            for each in held
        ],
    }  # fmt: skip


def slot_text(slot: int | None) -> str:
    return "" if slot is None else f" (slot {slot})"


def missing_text(count: int) -> str:
    return f"{count} reading{'' if count == 1 else 's'} missing"


def refusal_sheet(refusal: Refusal, meaning: str | None, payload: bytes | None) -> dict[str, Any]:
    """`meaning` is the code's sentence; of the payload the refused element alone, and that not without end."""
    return {
        "refusal": refusal.id, "state": refusal.state, "received": refusal.received_at, "device": refusal.device_id,
        "reading": refusal.given_id, "code": refusal.code, "meaning": meaning,
        "detail": None if refusal.detail == meaning else refusal.detail,
        "where": refusal.pointer or "the whole of it",
        "message": refusal.message_id, "element": refusal.element,
        "was sent": bounded(sent(payload, refusal.element)),
        "resolved by": refusal.resolved_by,
    }  # fmt: skip


def sent(payload: bytes | None, element: int) -> str:
    """The element of an array of readings, else all that was sent."""
    text = payload_text(payload)
    if text is None:
        return "its bytes were not kept"
    if text.lstrip().startswith("["):
        try:
            return next(islice(elements(text.lstrip()), element, None), (text, None))[0]
        except (ValueError, RecursionError):
            return text
    return text


def bounded(text: str) -> str:
    left_out = len(text) - MOST
    return f"{text[:MOST]} … and {left_out} characters more: --json shows all" if left_out > 0 else text


def _while(begin: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    since = "from the beginning" if begin == BEGINNING else f"from {begin.astimezone(zone):%Y-%m-%d %H:%M %z}"
    return since if end is None else f"{since} until {end.astimezone(zone):%Y-%m-%d %H:%M %z}"
