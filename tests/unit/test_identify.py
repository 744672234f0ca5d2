"""Whose reading it is, decided from the registry alone: pure."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ingest.decode import decode
from ingest.decoded import Decoded, Rejected
from ingest.delivery import Attributed
from ingest.identify import identify
from registry.device_models import DeviceModel
from registry.holders import Held, Holders, KnownDevice

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
CUFF, GATEWAY = "cuff-0001", "gateway-001"
BEGIN, MIDDLE = datetime(1900, 1, 1, tzinfo=UTC), datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
PAIR = {"device": "2026-01-05T07:00:00Z", "reference": "2026-01-05T07:05:00Z"}


def held(patient: str, begin: datetime = BEGIN, end: datetime | None = None, slot: int | None = None) -> Held:
    return Held(UUID(int=len(patient)), patient, slot, begin, end)


def registry(*holders: Held, gateway: str | None = None, trusted: bool = False) -> Holders:
    """A cuff with these holders, and a gateway whose clock is trusted or not."""
    cuff = KnownDevice(CUFF, DeviceModel(), gateway, holders)
    return Holders(1, {CUFF: cuff, GATEWAY: KnownDevice(GATEWAY, DeviceModel(trusted), None, ()), "gone-0001": None})


def reading(at: str = "2026-01-05T07:00:00Z", **more: Any) -> Decoded:
    values = {"systolic": {"value": 128, "unit": "mmHg"}, "diastolic": {"value": 82, "unit": "mmHg"}}
    body = {"id": "a", "measured_at": at, "values": values, **more}
    [found] = decode(json.dumps(body).encode(), f"hearthline/v1/up/{CUFF}/blood_pressure", NOW)
    assert isinstance(found, Decoded)
    return found


def attributed(found: Attributed | Rejected) -> Attributed:
    assert isinstance(found, Attributed)
    return found


def refused(found: Attributed | Rejected) -> tuple[str, str]:
    assert isinstance(found, Rejected)
    assert (found.given_id, found.measured_at) == ("a", found.measured_at)
    return found.code, found.pointer


@pytest.mark.parametrize(
    ("publisher", "device", "answer"),
    [
        ("cuff-0404", CUFF, ("identify.unknown_device", "")),
        ("gone-0001", CUFF, ("identify.unknown_device", "")),
        ("", CUFF, ("identify.unknown_device", "")),
        (CUFF, "cuff-0404", ("identify.unknown_device", "/device")),
        (CUFF, "gone-0001", ("identify.unknown_device", "/device")),
        (GATEWAY, CUFF, ("identify.device_mismatch", "/device")),
        (CUFF, GATEWAY, ("identify.device_mismatch", "/device")),
    ],
)
def test_who_may_publish_for_whom(publisher: str, device: str, answer: tuple[str, str]) -> None:
    assert refused(identify(reading(device=device), publisher, registry(held("ana")), NOW)) == answer


def test_a_linked_gateway_may_publish_for_its_device_and_the_device_for_itself() -> None:
    holders = registry(held("ana"), gateway=GATEWAY)
    for publisher in (GATEWAY, CUFF):
        assert attributed(identify(reading(device=CUFF), publisher, holders, NOW)).patient_id == "ana"


@pytest.mark.parametrize(
    ("at", "patient"),
    [
        ("2026-01-05T06:59:59.999999Z", "ana"),
        ("2026-01-05T07:00:00Z", "bo"),
        ("2026-01-05T08:00:00+01:00", "bo"),
    ],
)
def test_an_assignment_begins_at_its_instant_and_ends_before_the_next(at: str, patient: str) -> None:
    holders = registry(held("ana", end=MIDDLE), held("bo", MIDDLE))
    assert attributed(identify(reading(at), CUFF, holders, NOW)).patient_id == patient


@pytest.mark.parametrize("at", ["2026-01-05T06:59:59Z", "2026-01-05T08:00:00Z"])
def test_outside_of_every_assignment_it_is_nobodys(at: str) -> None:
    holders = registry(held("ana", MIDDLE, MIDDLE + timedelta(hours=1)))
    assert refused(identify(reading(at), CUFF, holders, NOW)) == ("identify.unassigned", "")


def test_a_slot_goes_with_the_whole_device_until_somebody_holds_it_by_itself() -> None:
    holders = registry(held("whole"), held("ana", MIDDLE, slot=1))
    sent = {"before": reading("2026-01-05T06:59:59Z", user=1), "own": reading(user=1), "other": reading(user=2)}
    found = {name: attributed(identify(each, CUFF, holders, NOW)).patient_id for name, each in sent.items()}
    assert found == {"before": "whole", "own": "ana", "other": "whole"}
    assert attributed(identify(reading(), CUFF, holders, NOW)).patient_id == "whole"


def test_with_a_clock_in_doubt_a_slot_that_changed_hands_is_nobodys() -> None:
    holders = registry(held("whole"), held("ana", MIDDLE, slot=1))
    found = identify(reading("2000-01-01T00:10:00Z", user=1), CUFF, holders, NOW)
    assert refused(found) == ("identify.ambiguous_holder", "/measured_at")


RESET = "2000-01-01T00:10:00Z"


def test_with_a_clock_in_doubt_the_sole_holder_ever_is_certain_whenever_they_held_it() -> None:
    holders = registry(held("ana", MIDDLE), held("ana", BEGIN, MIDDLE))
    found = attributed(identify(reading(RESET), CUFF, holders, NOW))
    assert (found.patient_id, found.time_quality, found.time_source) == ("ana", "doubtful", "device")


def test_with_a_clock_in_doubt_and_several_holders_it_is_nobodys() -> None:
    holders = registry(held("ana", end=MIDDLE), held("bo", MIDDLE))
    assert refused(identify(reading(RESET), CUFF, holders, NOW)) == ("identify.ambiguous_holder", "/measured_at")


def test_with_a_clock_in_doubt_and_no_holder_it_is_unassigned() -> None:
    assert refused(identify(reading(RESET), CUFF, registry(), NOW)) == ("identify.unassigned", "")


def test_a_trusted_gateways_pair_moves_the_time_before_the_holder_is_looked_up() -> None:
    holders = registry(held("ana", end=MIDDLE), held("bo", MIDDLE), gateway=GATEWAY, trusted=True)
    found = attributed(identify(reading("2026-01-05T06:56:00Z", clock=PAIR, device=CUFF), GATEWAY, holders, NOW))
    assert found.patient_id == "bo"
    assert found.measured_at == datetime(2026, 1, 5, 7, 1, tzinfo=UTC)
    assert (found.time_source, found.time_quality) == ("gateway", "good")
    assert "clock_corrected" in found.quality


@pytest.mark.parametrize(("publisher", "trusted"), [(GATEWAY, False), (CUFF, True)])
def test_no_other_pair_moves_anything(publisher: str, trusted: bool) -> None:
    holders = registry(held("ana"), gateway=GATEWAY, trusted=trusted)
    found = attributed(identify(reading(clock=PAIR, device=CUFF), publisher, holders, NOW))
    assert (found.measured_at, found.time_source) == (MIDDLE, "device")
    assert "clock_corrected" not in found.quality


def test_a_pair_that_agrees_proves_the_time_without_changing_it() -> None:
    holders = registry(held("ana"), gateway=GATEWAY, trusted=True)
    same = {"device": PAIR["device"], "reference": PAIR["device"]}
    found = attributed(identify(reading(clock=same, device=CUFF), GATEWAY, holders, NOW))
    assert (found.measured_at, found.time_source, found.time_quality) == (MIDDLE, "gateway", "good")
    assert "clock_corrected" not in found.quality


def test_a_reset_clock_that_a_gateway_corrected_is_not_in_doubt_any_more() -> None:
    holders = registry(held("ana", end=MIDDLE), held("bo", MIDDLE), gateway=GATEWAY, trusted=True)
    clock = {"device": "2000-01-01T00:20:00Z", "reference": "2026-01-05T07:30:00Z"}
    found = attributed(identify(reading(RESET, clock=clock, device=CUFF), GATEWAY, holders, NOW))
    assert (found.patient_id, found.time_quality) == ("bo", "good")
    assert found.measured_at == datetime(2026, 1, 5, 7, 20, tzinfo=UTC)
    assert "clock_doubtful" not in found.quality


@pytest.mark.parametrize(
    ("at", "device", "reference"),
    [
        (RESET, "2000-01-01T00:20:00Z", "2000-01-01T00:20:00Z"),
        (RESET, "2026-01-05T07:00:00Z", "2026-01-05T07:00:00Z"),
    ],
    ids=["neither clock was set", "the clock was set after the reading"],
)
def test_a_pair_that_leaves_a_reading_at_the_factory_default_proves_nothing(
    at: str, device: str, reference: str
) -> None:
    holders = registry(held("ana", end=MIDDLE), held("bo", MIDDLE), gateway=GATEWAY, trusted=True)
    sent = reading(at, clock={"device": device, "reference": reference}, device=CUFF)
    assert refused(identify(sent, GATEWAY, holders, NOW)) == ("identify.ambiguous_holder", "/measured_at")


def test_a_gateway_without_the_time_does_not_spoil_a_good_one() -> None:
    holders = registry(held("ana"), gateway=GATEWAY, trusted=True)
    clock = {"device": "2026-01-05T07:00:00Z", "reference": "1970-01-01T00:00:10Z"}
    found = attributed(identify(reading(clock=clock, device=CUFF), GATEWAY, holders, NOW))
    assert (found.measured_at, found.time_source) == (MIDDLE, "device")


def test_a_time_is_in_the_future_after_its_correction_or_not_at_all() -> None:
    """§2.5: more than 24 h ahead after correction; a device two days fast is put right by a gateway, and only then."""
    fast = {"device": "2026-01-07T07:00:00Z", "reference": "2026-01-05T07:00:00Z"}
    sent = reading("2026-01-07T06:58:00Z", clock=fast, device=CUFF)
    trusted = registry(held("ana"), gateway=GATEWAY, trusted=True)
    assert attributed(identify(sent, GATEWAY, trusted, NOW)).measured_at == datetime(2026, 1, 5, 6, 58, tzinfo=UTC)
    untrusted = registry(held("ana"), gateway=GATEWAY)
    assert refused(identify(sent, GATEWAY, untrusted, NOW)) == ("decode.in_future", "/measured_at")


def test_a_pointer_leads_to_the_element_of_an_array() -> None:
    one = {"id": "a", "measured_at": "2026-01-05T07:00:00Z", "values": {"weight": {"value": 80, "unit": "kg"}}}
    found = decode(json.dumps([one, one | {"device": "cuff-0404"}]).encode(), f"hearthline/v1/up/{CUFF}/weight", NOW)
    assert isinstance(found[1], Decoded)
    assert refused(identify(found[1], CUFF, registry(held("ana")), NOW)) == ("identify.unknown_device", "/1/device")
