"""Whose reading is it? Enrolled device and slot -> the holder at the measured time; never guessed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest.decode.times import IN_FUTURE
from ingest.decoded import Decoded, Rejected
from ingest.delivery import Attributed
from registry.holders import Held, Holders, KnownDevice

FIRST_TRUSTED: Final = datetime(2000, 1, 2, tzinfo=UTC)


def identify(reading: Decoded, publisher: str, holders: Holders, received_at: datetime) -> Attributed | Rejected:
    """The reading with its holder, or why it has none. `publisher` is the topic's device."""
    device, by = holders.devices.get(reading.device_id), holders.devices.get(publisher)
    if by is None:
        return Rejected.of(reading, "identify.unknown_device", "", "the publishing device is not enrolled")
    if device is None:
        return Rejected.of(reading, "identify.unknown_device", "/device", "the device named is not enrolled")
    if publisher not in (reading.device_id, device.gateway_id):
        return Rejected.of(reading, "identify.device_mismatch", "/device", "the topic's device is not its gateway")
    shift = _correction(reading, by)
    doubtful = reading.time_quality == "doubtful" and shift is None
    measured_at = reading.measured_at + (shift or timedelta(0))
    if measured_at - received_at > IN_FUTURE:
        return Rejected.of(reading, "decode.in_future", "/measured_at", "more than 24 h ahead, correction included")
    held = _holder(reading, device, measured_at, doubtful)
    return held if isinstance(held, Rejected) else _attribute(reading, device, held, shift)


def _correction(reading: Decoded, publisher: KnownDevice) -> timedelta | None:
    """The only ground on which a time is corrected: a coincident pair from a gateway whose model says so (§2.5). One
    that leads to a factory default proves nothing: the gateway's own clock, or the device's since, was not set."""
    if reading.clock is None or not publisher.model.trusted_clock:
        return None
    shift = reading.clock.reference - reading.clock.device
    return shift if reading.measured_at + shift >= FIRST_TRUSTED else None


def _holder(reading: Decoded, device: KnownDevice, measured_at: datetime, doubtful: bool) -> Held | Rejected:
    """By measured time; with a clock in doubt only a sole holder ever is certain."""
    ever = device.holders(reading.slot)
    if doubtful and len({held.patient_id for held in ever}) > 1:
        return Rejected.of(reading, "identify.ambiguous_holder", "/measured_at", "clock in doubt, several holders")
    matching = [held for held in ever if doubtful or held.covers(measured_at)]
    if not matching:
        return Rejected.of(reading, "identify.unassigned", "", "nobody held the device and slot at that time")
    return matching[-1]


def _attribute(reading: Decoded, device: KnownDevice, held: Held, shift: timedelta | None) -> Attributed:
    started_at, marks = reading.started_at, reading.quality
    if shift:
        started_at = started_at and started_at + shift
        marks = tuple(sorted({*marks, "clock_corrected"} - {"clock_doubtful"}))
    return Attributed(
        reading=reading,
        patient_id=held.patient_id,
        assignment_id=held.id,
        measured_at=reading.measured_at + (shift or timedelta(0)),
        started_at=started_at,
        time_source="device" if shift is None else "gateway",
        time_quality=reading.time_quality if shift is None else "good",
        quality=marks,
        values=_off_scale(reading, device),
    )


def _off_scale(reading: Decoded, device: KnownDevice) -> dict[str, float]:
    """LO and HI stand for the model's own limit where it is known (§2.3)."""
    limit = {"<": device.model.low, ">": device.model.high}.get(reading.comparator or "")
    return dict(reading.values) if limit is None else dict.fromkeys(reading.values, limit)


def counted(refused: Rejected, publisher: str, holders: Holders) -> Rejected:
    """The refusal under the device whose number `seq` is: the publisher, or a device that it is the gateway of. About
    anybody else's numbers a device has nothing to say."""
    if refused.device_id in (None, publisher):
        return refused
    device = holders.devices.get(refused.device_id or "")
    linked = device is not None and device.gateway_id == publisher
    return refused if linked else replace(refused, seq=None, device_id=None)
