"""A recording is over when everything in it is answered for, also what holds no time: its receipts must be known."""

import json
from datetime import UTC, datetime

import pytest

from device.receipts import Receipt, key_of, keys_of
from ingest.decode import decode
from ingest.decoded import Rejected
from simulators.recording import recorded
from simulators.replay import uploads_of
from simulators.waiting import message_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("time", ["", " ", "yesterday", "2026-01-05", "x" * 40, "x" * 41, None])
def test_whatever_stands_for_a_time_is_known_again_from_its_receipt(time: str | None) -> None:
    sent = {"id": "a"} | ({} if time is None else {"measured_at": time})
    (upload,) = uploads_of([recorded(json.dumps(sent), sent)], "device-01", "weight")
    (verdict,) = decode(upload.payload, "hearthline/v1/up/device-01/weight", NOON)
    assert isinstance(verdict, Rejected)
    receipt = Receipt("quarantined", False, id=verdict.given_id, measured_at=verdict.measured_at)
    assert key_of(receipt) == keys_of(message_of(upload).names, "")[0]


def test_a_receipt_that_repeats_a_time_matches_whatever_text_that_is() -> None:
    sent = {"id": "a", "measured_at": "gestern früh,\t7 Uhr"}
    (upload,) = uploads_of([recorded(json.dumps(sent), sent)], "device-01", "weight")
    receipt = Receipt("quarantined", False, id="a", measured_at=sent["measured_at"])
    assert key_of(receipt) == keys_of(message_of(upload).names, "")[0]
