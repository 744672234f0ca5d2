"""Whose reading it is, on the registry of a real record: never guessed, and by the time it was measured."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from models.tables import Message, Reading
from tests.support.desks import CUFF, Desk, desk_at, glucose, pressure

GATEWAY = "gateway-001"
RESET = "2000-01-01T00:10:00Z"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        yield desk


def holders(desk: Desk) -> dict[str | None, str]:
    """Given id -> patient."""
    return {given: row.patient_id for given, row in desk.readings().items()}


def test_an_unknown_device_is_quarantined(desk: Desk) -> None:
    assert desk.take(pressure("a"), [pressure("b"), {}]) == ["identify.unknown_device"] * 2 + ["decode.bad_time"]
    assert desk.all(Reading) == []


def test_a_revoked_device_is_as_unknown(desk: Desk) -> None:
    desk.enrol(CUFF, "ana")
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE device SET revoked_at = '2026-01-01 00:00:00'"))
    assert desk.take(pressure("a")) == ["identify.unknown_device"]


def test_a_device_without_a_holder_is_heard_and_waits(desk: Desk) -> None:
    desk.enrol(CUFF)
    assert desk.take(pressure("a")) == ["identify.unassigned"]
    [message] = desk.all(Message)
    assert (message.device_id, message.quarantined) == (CUFF, 1)


def test_an_enrolment_counts_from_the_next_batch_on(desk: Desk) -> None:
    assert desk.take(pressure("a")) == ["identify.unknown_device"]
    desk.enrol(CUFF)
    assert desk.take(pressure("a")) == ["identify.unassigned"]
    desk.admit("ana")
    desk.assign(CUFF, "ana")
    assert desk.take(pressure("a")) == ["stored"]


def test_a_reading_belongs_to_whoever_held_the_device_when_it_was_measured(desk: Desk) -> None:
    desk.enrol(CUFF, "ana")
    desk.admit("bo")
    desk.assign(CUFF, "bo", from_at="2026-01-05T07:00:00+00:00")
    late = pressure("last-of-ana", "2026-01-05T07:59:59.999999+01:00")
    assert desk.take(late, pressure("first-of-bo", "2026-01-05T07:00:00Z")) == ["stored", "stored"]
    assert holders(desk) == {"last-of-ana": "ana", "first-of-bo": "bo"}


def test_before_the_first_holder_it_was_nobodys(desk: Desk) -> None:
    desk.enrol(CUFF)
    desk.admit("ana")
    desk.assign(CUFF, "ana", from_at="2026-01-05T07:00:00+00:00")
    assert desk.take(pressure("a", "2026-01-05T06:59:59Z"), pressure("b")) == ["identify.unassigned", "stored"]


def test_a_slots_own_holder_comes_before_the_whole_devices(desk: Desk) -> None:
    desk.enrol(CUFF, "ana", "bo")
    assert desk.take(pressure("one", user=1), pressure("two", user=2)) == ["stored", "stored"]
    assert desk.take(pressure("none"), pressure("three", user=3)) == ["identify.unassigned"] * 2
    desk.admit("whole")
    desk.assign(CUFF, "whole")
    assert desk.take(pressure("none"), pressure("three", user=3), pressure("again", user=1)) == ["stored"] * 3
    assert holders(desk) == {"one": "ana", "two": "bo", "none": "whole", "three": "whole", "again": "ana"}
    assert {row.given_id: row.slot for row in desk.all(Reading)}["three"] == 3


def test_a_gateway_publishes_for_the_devices_linked_to_it(desk: Desk) -> None:
    desk.enrol(GATEWAY)
    desk.enrol(CUFF, "ana", gateway=GATEWAY)
    desk.enrol("cuff-0002", "bo")
    assert desk.take(pressure("a", device=CUFF), device=GATEWAY) == ["stored"]
    assert desk.take(pressure("a")) == ["duplicate"]
    assert desk.take(pressure("b", device="cuff-0002"), device=GATEWAY) == ["identify.device_mismatch"]
    assert desk.take(pressure("c", device=GATEWAY)) == ["identify.device_mismatch"]
    assert desk.take(pressure("d", device="cuff-0404"), device=GATEWAY) == ["identify.unknown_device"]
    assert desk.refusals()[-1] == ("identify.unknown_device", "/device", 0, "open")
    assert holders(desk) == {"a": "ana"}


def test_with_a_doubtful_clock_the_sole_holder_ever_is_certain(desk: Desk) -> None:
    desk.enrol(CUFF)
    desk.admit("ana")
    desk.assign(CUFF, "ana", from_at="2026-01-04T00:00:00+00:00")
    assert desk.take(pressure("a", RESET)) == ["stored"]
    [row] = desk.all(Reading)
    assert (row.patient_id, row.time_quality, row.time_source) == ("ana", "doubtful", "device")
    assert "clock_doubtful" in row.quality


def test_with_a_doubtful_clock_and_several_holders_ever_it_is_nobodys(desk: Desk) -> None:
    desk.enrol(CUFF, "ana")
    desk.admit("bo")
    desk.assign(CUFF, "bo", from_at="2026-01-04T00:00:00+00:00")
    assert desk.take(pressure("a", RESET), pressure("b")) == ["identify.ambiguous_holder", "stored"]


def test_of_a_shared_device_each_slot_has_a_sole_holder(desk: Desk) -> None:
    desk.enrol(CUFF, "ana", "bo")
    assert desk.take(pressure("a", RESET, user=1), pressure("b", RESET)) == ["stored", "identify.unassigned"]


def pair(device: str, reference: str) -> dict[str, str]:
    return {"device": device, "reference": reference}


def test_only_a_trusted_gateways_clock_corrects_a_time(desk: Desk) -> None:
    desk.enrol(GATEWAY, model="gateway-ntp")
    desk.enrol(CUFF, "ana", gateway=GATEWAY)
    clock = pair("2026-01-05T07:12:31-05:00", "2026-01-05T07:18:30-05:00")
    sent = pressure("a", "2026-01-05T06:12:00Z", clock=clock, device=CUFF)
    assert desk.take(sent, device=GATEWAY) == ["stored"]
    assert desk.take({**sent, "id": "own"}) == ["stored"]
    rows = desk.readings()
    assert rows["a"].measured_at.isoformat() == "2026-01-05T06:17:59+00:00"
    assert (rows["a"].device_time, rows["a"].time_source) == ("2026-01-05T06:12:00Z", "gateway")
    assert "clock_corrected" in rows["a"].quality
    assert rows["own"].measured_at.isoformat() == "2026-01-05T06:12:00+00:00"
    assert rows["own"].time_source == "device"
    assert "clock_corrected" not in rows["own"].quality


def test_a_correction_neither_makes_nor_hides_a_duplicate(desk: Desk) -> None:
    desk.enrol(GATEWAY, model="gateway-ntp")
    desk.enrol(CUFF, "ana", gateway=GATEWAY)
    sent = pressure(
        "a", "2026-01-05T06:12:00Z", clock=pair("2026-01-05T07:12:31Z", "2026-01-05T07:18:30Z"), device=CUFF
    )
    assert desk.take(sent, device=GATEWAY) == ["stored"]
    assert desk.take({**sent, "clock": pair("2026-01-05T08:12:31Z", "2026-01-05T08:18:33Z")}, device=GATEWAY) == [
        "duplicate"
    ]
    assert desk.take(pressure("a", "2026-01-05T06:17:59Z")) == ["store.conflict"]


def test_a_correction_makes_a_reset_clock_good_and_moves_a_night_whole(desk: Desk) -> None:
    desk.enrol(GATEWAY, model="gateway-ntp")
    desk.enrol("ring-00001", gateway=GATEWAY)
    desk.admit("ana", "bo")
    desk.assign("ring-00001", "ana")
    desk.assign("ring-00001", "bo", from_at="2026-01-05T00:00:00+00:00")
    night = {
        "id": "n", "device": "ring-00001", "started_at": "2000-01-01T00:00:00Z", "measured_at": "2000-01-01T07:00:00Z",
        "clock": pair("2000-01-01T07:05:00Z", "2026-01-05T07:05:00+00:00"),
        "values": {"total_sleep": {"value": 390, "unit": "min"}},
    }  # fmt: skip
    assert desk.take(night, device=GATEWAY, measure="sleep") == ["stored"]
    [row] = desk.all(Reading)
    assert row.started_at is not None
    assert (row.started_at.isoformat(), row.measured_at.isoformat()) == (
        "2026-01-05T00:00:00+00:00", "2026-01-05T07:00:00+00:00",
    )  # fmt: skip
    assert (row.patient_id, row.time_quality, row.quality) == ("bo", "good", ["clock_corrected"])


@pytest.mark.parametrize(
    ("model", "specimen", "low", "high"),
    [("any", "capillary", 20.0, 600.0), ("any", "interstitial", 40.0, 400.0), ("meter-10-500", "plasma", 10.0, 500.0)],
)
def test_lo_and_hi_stand_for_the_models_limit_else_the_specimens(
    desk: Desk, model: str, specimen: str, low: float, high: float
) -> None:
    desk.enrol(CUFF, "ana", model=model)
    bodies = glucose("lo", "LO", specimen=specimen), glucose("hi", "HI", specimen=specimen)
    assert desk.take(*bodies, measure="glucose") == ["stored", "stored"]
    rows = desk.readings()
    assert (rows["lo"].comparator, rows["lo"].glucose) == ("<", low)
    assert (rows["hi"].comparator, rows["hi"].glucose) == (">", high)
    assert rows["hi"].as_sent == {"glucose": ["HI", "mg/dL"]}


def test_what_is_not_the_patients_sugar_keeps_its_label(desk: Desk) -> None:
    desk.enrol(CUFF, "ana")
    bodies = glucose("g", 100), glucose("cgm", 100, specimen="interstitial"), glucose("c", 100, kind="control_solution")
    assert desk.take(*bodies, measure="glucose") == ["stored"] * 3
    rows = desk.readings()
    assert {given: row.stream for given, row in rows.items()}["cgm"] == "cgm"
    assert (rows["g"].stream, rows["c"].stream) == ("glucose", "glucose.apart")
    assert rows["c"].context == {"kind": "control_solution", "specimen": "capillary"}


def test_the_cache_of_one_worker_sees_what_another_changed(desk: Desk) -> None:
    desk.enrol(CUFF, "ana")
    assert desk.take(pressure("a")) == ["stored"]
    version = desk.holders.version
    assert desk.take(pressure("b")) == ["stored"]
    assert desk.holders.version == version
    desk.admit("bo")
    desk.assign(CUFF, "bo", from_at="2026-01-05T07:00:00+00:00")
    assert desk.take(pressure("c")) == ["stored"]
    assert desk.holders.version == version + 1
    assert holders(desk) == dict.fromkeys("abc", "bo")
