"""What a device is told of its readings (contract, *Receipts*)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from ingest.delivery import Settled, Verdict, handed_over
from ingest.receipts import MOST, receipts

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
DOWN = "hearthline/v1/down/cuff-0001/receipts"


def settled(*verdicts: Verdict, device: str = "cuff-0001", payload: bytes = b"{}") -> Settled:
    delivery = handed_over(f"hearthline/v1/up/{device}/weight", payload, NOW)
    return Settled(delivery, verdicts, (), frozenset(), keep=True)


def told(batch: Sequence[Settled]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(topic, json.loads(payload)) for topic, payload in receipts(batch)]


def test_a_reading_is_answered_by_its_id_and_its_time_as_sent() -> None:
    [(topic, answers)] = told([settled(Verdict(0, "stored", None, "a", "2026-01-05t07:12:00z"))])
    assert topic == DOWN
    assert answers == [
        {"id": "a", "measured_at": "2026-01-05t07:12:00z", "verdict": "stored", "code": None, "retry": False}
    ]


def test_a_refusal_says_its_code_and_ends_the_senders_duty() -> None:
    [(_, [answer])] = told([settled(Verdict(0, "quarantined", "decode.unit_missing", "a", None))])
    assert (answer["verdict"], answer["code"], answer["retry"]) == ("quarantined", "decode.unit_missing", False)


def test_what_has_no_id_is_named_by_its_message_and_place() -> None:
    verdicts = Verdict(0, "stored", None, "a", "t"), Verdict(1, "quarantined", "decode.bad_id", None, "t")
    [(_, answers)] = told([settled(*verdicts, payload=b"payload")])
    assert answers[0]["id"] == "a"
    named = {"message": sha256(b"payload").hexdigest(), "element": 1, "measured_at": "t"}
    assert answers[1] == {**named, "verdict": "quarantined", "code": "decode.bad_id", "retry": False}


def test_what_is_noted_is_not_answered() -> None:
    assert told([settled(Verdict(0, "noted"))]) == []


@pytest.mark.parametrize("device", ["", "short", "CUFF-0001", "cuff-0001+", "a" * 41, "cuff\0-0001", "#"])
def test_a_topic_whose_device_does_not_fit_is_not_answered(device: str) -> None:
    assert told([settled(Verdict(0, "quarantined", "decode.bad_device"), device=device)]) == []


def test_each_device_hears_of_its_own_in_order() -> None:
    batch = [
        settled(Verdict(0, "stored", None, "1")),
        settled(Verdict(0, "stored", None, "2"), device="cuff-0002"),
        settled(Verdict(0, "duplicate", None, "3")),
    ]
    ids = {topic: [answer["id"] for answer in answers] for topic, answers in told(batch)}
    assert ids == {DOWN: ["1", "3"], DOWN.replace("0001", "0002"): ["2"]}


@pytest.mark.parametrize(("count", "sizes"), [(MOST, [200]), (MOST + 1, [200, 1]), (1001, [200] * 5 + [1])])
def test_at_most_200_receipts_a_publish(count: int, sizes: list[int]) -> None:
    batch = [settled(*(Verdict(n, "stored", None, f"{n}") for n in range(count)))]
    parts = [answers for _, answers in told(batch)]
    assert [len(answers) for answers in parts] == sizes
    assert [answer["id"] for answers in parts for answer in answers] == [f"{n}" for n in range(count)]
