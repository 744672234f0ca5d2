"""Devices: which ones may publish at all."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Device
from registry.errors import RegistryError
from registry.lock import hold_alone

DEVICE_ID: Final = re.compile(r"[a-z0-9-]{8,40}")


def enrol_device(
    session: Session, device_id: str, model: str, *, now: datetime, gateway_id: str | None = None
) -> Device:
    """Add a device: it may publish at once; until it is assigned its readings are quarantined.

    Raises RegistryError when the id does not fit the contract, is taken, or the gateway is unknown.
    """
    if DEVICE_ID.fullmatch(device_id) is None:
        raise RegistryError(f"device id {device_id!r} does not fit: 8 to 40 of a-z, 0-9 and '-'")
    hold_alone(session)
    if session.get(Device, device_id) is not None:
        raise RegistryError(f"device {device_id} is enrolled already; a new physical unit gets a new id")
    if gateway_id is not None:
        get_device(session, gateway_id)
    device = Device(id=device_id, model=model, gateway_id=gateway_id, enrolled_at=now, revoked_at=None)
    session.add(device)
    session.flush()
    return device


def get_device(session: Session, device_id: str) -> Device:
    """The device; raises RegistryError when there is none."""
    device = session.get(Device, device_id)
    if device is None:
        raise RegistryError(f"no device {device_id}; see: hearthline devices list")
    return device


def list_devices(session: Session) -> list[Device]:
    """All devices by id."""
    return list(session.scalars(select(Device).order_by(Device.id)))
