"""Why a stream is silent, as far as the device's own words tell: asked when a silence is raised or reaches a tier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, or_, select

from flags.states import FlagState
from models.tables import Device, DeviceStatus, Reading
from thresholds import RULES

LOW: Final = 10  # percent of a battery
ALIVE: Final = timedelta(hours=24)  # without a heartbeat a device is offline

OFFLINE: Final = "device offline"
BATTERY: Final = "battery low"
WAITING: Final = "readings wait in the device"
PATIENT: Final = "patient silent"
UNKNOWN: Final = "device says nothing of itself"


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest heartbeat of a device or of its gateway."""

    received_at: datetime
    battery: int | None
    waiting: int | None


def cause(heard: Heard | None, last_reading: datetime, now: datetime) -> str:
    """One of the five. A low battery comes first: it explains a device that is offline too."""
    if heard is None:
        return UNKNOWN
    if heard.battery is not None and heard.battery <= LOW:
        return BATTERY
    if heard.received_at < max(last_reading, now - ALIVE):
        return OFFLINE
    return WAITING if heard.waiting else PATIENT


def with_causes(connection: Connection, changed: Sequence[FlagState], now: datetime) -> list[FlagState]:
    """The flags, those of a lasting silence with its cause and when the device was heard, in their evidence."""
    silent = [flag for flag in changed if flag.active and RULES[flag.rule].closes_itself]
    if not silent:
        return list(changed)
    heard = _heard(connection, {UUID(flag.evidence["newest"]["reading"]) for flag in silent})
    told = {flag.id: _told(flag, heard, now) for flag in silent}
    return [told.get(flag.id, flag) for flag in changed]


def _told(flag: FlagState, heard: Mapping[UUID, Heard], now: datetime) -> FlagState:
    newest = flag.evidence["newest"]
    beat = heard.get(UUID(newest["reading"]))
    said: dict[str, Any] = {"cause": cause(beat, datetime.fromisoformat(newest["measured_at"]), now)}
    if beat is not None:
        said |= {"heard_at": beat.received_at.isoformat(), "battery": beat.battery, "waiting": beat.waiting}
    return replace(flag, evidence={**flag.evidence, "silence": said})


def _heard(connection: Connection, readings: set[UUID]) -> dict[UUID, Heard]:
    """By reading: what its device, or the gateway that speaks for it, said last."""
    speaks = or_(DeviceStatus.device_id == Device.id, DeviceStatus.device_id == Device.gateway_id)
    query = (
        select(Reading.id, DeviceStatus.received_at, DeviceStatus.battery, DeviceStatus.waiting)
        .join(Device, Device.id == Reading.device_id)
        .join(DeviceStatus, speaks)
        .where(Reading.id.in_(readings))
        .order_by(DeviceStatus.device_id == Device.id, DeviceStatus.received_at)
    )
    return {row.id: Heard(row.received_at, row.battery, row.waiting) for row in connection.execute(query)}
