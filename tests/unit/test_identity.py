"""The id and the digest of a reading: the contract's *Identity*."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ingest.decode import decode
from ingest.decoded import Decoded
from ingest.identity import Content, canonical, content_digest, reading_id

RECEIVED_AT = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
READING: dict[str, Any] = {
    "id": "a-1",
    "measured_at": "2026-01-05T07:12:00-05:00",
    "values": {"systolic": {"value": 128, "unit": "mmHg"}, "diastolic": {"value": 82, "unit": "mmHg"}},
}


def read(device: str = "cuff-0001", received_at: datetime = RECEIVED_AT, **changes: Any) -> Decoded:
    return read_bytes(json.dumps({**READING, **changes}).encode(), device, received_at)


def read_bytes(payload: bytes, device: str = "cuff-0001", received_at: datetime = RECEIVED_AT) -> Decoded:
    (found,) = decode(payload, f"hearthline/v1/up/{device}/blood_pressure", received_at)
    assert isinstance(found, Decoded)
    return found


def pressures(systolic: object, unit: str = "mmHg") -> dict[str, Any]:
    return {"systolic": {"value": systolic, "unit": unit}, "diastolic": {"value": 82, "unit": "mmHg"}}


@pytest.mark.parametrize("spelling", ["128.0", "128.000", "1.28e2", "1280e-1"])
def test_a_number_is_the_same_however_it_is_spelt(spelling: str) -> None:
    sent = json.dumps({**READING, "values": pressures("@")}).replace('"@"', spelling).encode()
    assert read_bytes(sent).content_digest == read().content_digest


@pytest.mark.parametrize(
    "changes",
    [
        {"measured_at": "2026-01-05T12:12:00Z"},
        {"measured_at": "2026-01-05T12:12:00.000000+00:00"},
        {"seq": 7},
        {"context": {"posture": "sitting"}},
        {"clock": {"device": "2026-01-05T12:12:00Z", "reference": "2026-01-05T12:15:00Z"}},
        {"values": pressures(128, "mm[Hg]")},
        {"values": dict(reversed(READING["values"].items()))},
        {"note": "anything else"},
    ],
)
def test_neither_spelling_nor_circumstance_enters_the_digest(changes: dict[str, Any]) -> None:
    assert read(**changes).content_digest == read().content_digest
    assert read(**changes, id=None).id == read(id=None).id


@pytest.mark.parametrize(
    "changes",
    [
        {"measured_at": "2026-01-05T07:12:00.000001-05:00"},
        {"user": 1},
        {"values": pressures(128.1)},
        {"values": pressures(17.1, "kPa")},
        {"values": {**pressures(128), "pulse": {"value": 70, "unit": "/min"}}},
    ],
)
def test_another_content_has_another_digest_and_without_an_id_another_identity(changes: dict[str, Any]) -> None:
    assert read(**changes).content_digest != read().content_digest
    assert read(**changes, id=None).id != read(id=None).id


def test_with_an_id_the_identity_is_device_and_id_whatever_the_values_are() -> None:
    changed = read(values=pressures(131))
    assert changed.id == read().id
    assert changed.content_digest != read().content_digest
    assert read(id="a-2").id != read().id


def test_another_device_is_another_identity_and_the_same_content() -> None:
    assert read(device="cuff-0002").id != read().id
    assert read(device="cuff-0002", id=None).id != read(id=None).id
    assert read(device="cuff-0002").content_digest == read().content_digest


def test_the_device_that_measured_counts_not_the_gateway_that_sent() -> None:
    through_gateway = json.dumps({**READING, "device": "cuff-0001"}).encode()
    assert read_bytes(through_gateway, "gateway-1").id == read().id


def test_an_id_that_looks_like_content_is_none() -> None:
    plain = read(id=None)
    assert read(id=plain.content_digest).id != plain.id


def test_receiving_a_reading_again_changes_neither_id_nor_digest() -> None:
    again = read(received_at=datetime(2026, 2, 5, tzinfo=UTC))
    assert (again.id, again.content_digest) == (read().id, read().content_digest)


def test_the_leading_bits_are_the_time_as_sent_in_milliseconds() -> None:
    assert read().id.int >> 80 == 1767615120000
    assert read().id.version == 8
    assert read(measured_at="1970-01-01T00:00:00Z").id.int >> 80 == 0


def test_a_time_before_1970_wraps_around() -> None:
    assert read(measured_at="1969-12-31T23:59:59.999Z").id.int >> 80 == 2**48 - 1


def test_the_start_of_an_interval_enters_the_digest() -> None:
    end, start = datetime(2026, 1, 5, 6, tzinfo=UTC), datetime(2026, 1, 4, 22, tzinfo=UTC)
    night = Content("sleep", None, start, end, {"total_sleep": "400 min"})
    other = Content("sleep", None, datetime(2026, 1, 4, 23, tzinfo=UTC), end, {"total_sleep": "400 min"})
    assert content_digest(night) != content_digest(other)


def test_digest_and_id_are_what_they_were_when_the_first_reading_was_stored() -> None:
    """Changing either would store every resent reading a second time."""
    content = Content("weight", 1, None, datetime(2026, 1, 5, 12, 12, tzinfo=UTC), {"weight": "72.5 kg"})
    assert content_digest(content) == "af8b322f1f225663f1ca8b62526fc30233f801f13fcd18c6c5d1a5754694b32e"
    assert str(reading_id("scale-001", "a-1", content)) == "019b8e12-4280-8d66-8bc1-5eca1752e55d"
    assert str(reading_id("scale-001", None, content)) == "019b8e12-4280-87f1-8e77-0930441ecbec"


@pytest.mark.parametrize(
    ("number", "text"),
    [("128", "128"), ("128.00", "128"), ("100", "100"), ("1E+2", "100"), ("-0", "0"), ("0.00", "0"), ("0.50", "0.5")],
)
def test_canonical_numbers(number: str, text: str) -> None:
    assert canonical(Decimal(number), "kg") == f"{text} kg"


def test_kilopascals_are_told_apart_by_their_exact_value() -> None:
    sent = json.dumps({**READING, "values": pressures("@", "kPa")})
    one, other = (read_bytes(sent.replace('"@"', value).encode()) for value in ("17.06", "17.07"))
    assert one.content_digest != other.content_digest
    assert one.as_sent["systolic"] == ("17.06", "kPa")
