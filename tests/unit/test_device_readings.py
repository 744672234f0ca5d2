"""What a device says is what the server reads: the two know each other's words from the contract alone."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from device.buffer import Buffer
from device.readings import Reading, check_device, say, text_of
from device.shelf import Shelf
from ingest.decode import decode
from ingest.decoded import Decoded

AT = datetime(2026, 1, 5, 7, 12, tzinfo=ZoneInfo("America/New_York"))
PRESSURE = {"systolic": (128, "mmHg"), "diastolic": (Decimal("82.0"), "mmHg"), "pulse": (71.5, "/min")}


def said(**more: Any) -> Any:
    return json.loads(
        say(Reading(**{"measure": "blood_pressure", "values": PRESSURE, "measured_at": AT, **more}), "a", 1)
    )


def test_a_reading_is_the_contracts_reading() -> None:
    assert said(user=1, context={"posture": "sitting"}, clock=(AT, AT + timedelta(minutes=6))) == {
        "id": "a", "seq": 1, "measured_at": "2026-01-05T07:12:00-05:00", "user": 1,
        "clock": {"device": "2026-01-05T07:12:00-05:00", "reference": "2026-01-05T07:18:00-05:00"},
        "values": {
            "systolic": {"value": 128, "unit": "mmHg"},
            "diastolic": {"value": 82.0, "unit": "mmHg"},
            "pulse": {"value": 71.5, "unit": "/min"},
        },
        "context": {"posture": "sitting"},
    }  # fmt: skip


def test_digits_are_sent_as_they_were_shown() -> None:
    assert '"value":82.0,' in say(Reading("blood_pressure", PRESSURE, AT), "a", 1)
    assert '"value":5.40,' in say(Reading("glucose", {"glucose": (Decimal("5.40"), "mmol/L")}, AT), "a", 1)


def test_the_server_reads_what_the_device_said() -> None:
    shelf = Shelf()
    buffer = Buffer("cuff-0001", shelf, "01J9Z0W6", None)  # type: ignore[arg-type]  # chance is for sending
    name = buffer.take(Reading("blood_pressure", PRESSURE, AT), 0.0)
    [number], _ = shelf.waiting("cuff-0001")
    [found] = decode(shelf.get(number).payload, "hearthline/v1/up/cuff-0001/blood_pressure", AT)
    assert isinstance(found, Decoded)
    assert (found.given_id, found.seq, found.measured_at) == (name, 1, AT)
    assert name == "01J9Z0W6-000001"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), True, "128", ""])
def test_what_is_no_number_is_refused_where_it_is_made(value: Any) -> None:
    with pytest.raises(ValueError, match="neither a number nor LO or HI"):
        said(values={"weight": (value, "kg")})


@pytest.mark.parametrize("value", ["LO", "HI"])
def test_a_meter_may_show_lo_and_hi(value: str) -> None:
    assert said(values={"glucose": (value, "mg/dL")})["values"]["glucose"]["value"] == value


def test_a_value_without_a_unit_and_a_time_without_an_offset_are_refused() -> None:
    with pytest.raises(ValueError, match="unit"):
        said(values={"weight": (70, "")})
    with pytest.raises(ValueError, match="offset"):
        said(measured_at=datetime(2026, 1, 5))  # noqa: DTZ001  the point


def test_an_offset_that_rfc_3339_cannot_say_is_said_in_utc() -> None:
    odd = timezone(timedelta(minutes=9, seconds=21))
    assert text_of(datetime(1900, 1, 1, 0, 9, 21, tzinfo=odd)) == datetime(1900, 1, 1, tzinfo=UTC).isoformat()


@pytest.mark.parametrize("device", ["short", "CUFF-0001", "cuff-0001/#", "a" * 41, "cuff_0001"])
def test_a_device_whose_id_fits_no_topic_is_refused(device: str) -> None:
    with pytest.raises(ValueError, match="no device id"):
        check_device(device)


@pytest.mark.parametrize("measure", ["", "weight/#", "+", "Weight", "status\0"])
def test_a_measure_that_fits_no_topic_is_refused_and_nothing_is_kept(measure: str) -> None:
    shelf = Shelf()
    buffer = Buffer("cuff-0001", shelf, "01J9Z0W6", None)  # type: ignore[arg-type]  # chance is for sending
    with pytest.raises(ValueError, match="no measure"):
        buffer.take(Reading(measure, {"weight": (70, "kg")}, AT), 0.0)
    assert shelf.waiting("cuff-0001") == ([], 0)


def test_a_reading_that_fills_more_than_a_message_is_refused_and_uses_up_no_number() -> None:
    buffer = Buffer("cuff-0001", Shelf(), "01J9Z0W6", None)  # type: ignore[arg-type]  # chance is for sending
    with pytest.raises(ValueError, match="a message holds 65536"):
        buffer.take(Reading("weight", {"weight": (70, "kg")}, AT, context={"note": "x" * 70_000}), 0.0)
    assert buffer.take(Reading("weight", {"weight": (70, "kg")}, AT), 0.0).endswith("-000001")
