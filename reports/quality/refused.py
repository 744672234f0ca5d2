"""What was refused of the devices that a patient held."""

from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from models.tables import Device, DeviceAssignment, Message, Refusal
from reports.report import Ask

Resolving = aliased(Message)  # the message of the replay that stored it


def held(ask: Ask) -> list[str]:
    """Devices that the patient held at any time of the period."""
    mine = DeviceAssignment
    rows = ask.session.scalars(
        select(mine.device_id)
        .where(mine.patient_id == ask.subject.id, mine.from_at <= ask.period.until)
        .where(or_(mine.until_at.is_(None), mine.until_at > ask.period.since))
        .distinct()
        .order_by(mine.device_id)
    )
    return list(rows)


def refusals(ask: Ask) -> list[dict[str, Any]]:
    """By code and device model, most first: refused in the period while the patient held the device. A refused reading
    has no trusted time of its own, so that of receipt decides whose it is."""
    mine = DeviceAssignment
    at_receipt = and_(
        mine.device_id == Refusal.device_id,
        mine.from_at <= Refusal.received_at,
        or_(mine.until_at.is_(None), mine.until_at > Refusal.received_at),
    )
    count = func.count(Refusal.id.distinct())
    later = and_(Refusal.state == "resolved", Resolving.stored_at > ask.cursor)  # then it was still open
    state = case((later, "open"), else_=Refusal.state)
    rows = ask.session.execute(
        select(Refusal.code, Device.model, state, count)
        .join(mine, at_receipt)
        .join(Device, Device.id == Refusal.device_id)
        .outerjoin(Resolving, Resolving.id == Refusal.resolved_by)
        .where(mine.patient_id == ask.subject.id)
        .where(Refusal.received_at >= ask.period.since, Refusal.received_at <= min(ask.period.until, ask.cursor))
        .group_by(Refusal.code, Device.model, state)
        .order_by(count.desc(), Refusal.code, Device.model, state)
    )
    return [dict(zip(("code", "model", "state", "n"), row, strict=True)) for row in rows]
