"""Rubbish all day fills no disk: above a budget a device's unreadable messages are counted, not kept."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.decode import decode
from ingest.delivery import Decoding, handed_over
from ingest.payloads import MOST_BYTES, MOST_MESSAGES, PayloadBudget

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def decoding(payload: bytes, device: str = "cuff-0001", at: datetime = NOW, measure: str = "weight") -> Decoding:
    delivery = handed_over(f"hearthline/v1/up/{device}/{measure}", payload, at)
    return Decoding(delivery, decode(payload, delivery.topic, at))


def kept(budget: PayloadBudget, *decodings: Decoding) -> list[bool]:
    return [each.keep for each in budget.limit(decodings)]


def test_a_hundred_unreadable_messages_a_device_are_kept() -> None:
    budget = PayloadBudget()
    assert kept(budget, *(decoding(b"static") for _ in range(MOST_MESSAGES + 2))) == [True] * 100 + [False] * 2
    assert kept(budget, decoding(b"static", "cuff-0002")) == [True]


def test_a_mebibyte_of_unreadable_messages_a_device_is_kept() -> None:
    budget = PayloadBudget()
    large = MOST_BYTES // 8
    assert kept(budget, *(decoding(b"?" * large) for _ in range(9))) == [True] * 8 + [False]
    assert kept(budget, decoding(b"?")) == [False]


def test_the_next_day_begins_a_new_budget() -> None:
    budget = PayloadBudget()
    kept(budget, *(decoding(b"static") for _ in range(MOST_MESSAGES)))
    assert kept(budget, decoding(b"static"), decoding(b"static", at=NOW + timedelta(days=1))) == [False, True]


@pytest.mark.parametrize(
    ("payload", "measure"),
    [
        (b"{}", "weight"),
        (b'{"measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70}}}', "weight"),
        (b'{"id": "a"}', "weihgt"),
    ],
)
def test_what_could_be_read_is_kept_always(payload: bytes, measure: str) -> None:
    budget = PayloadBudget()
    kept(budget, *(decoding(b"static") for _ in range(MOST_MESSAGES)))
    assert set(kept(budget, *(decoding(payload, measure=measure) for _ in range(MOST_MESSAGES * 2)))) == {True}


@pytest.mark.parametrize("payload", [b"", b"\xff", b"[" * 50, b"[" + b"7," * 500 + b"7]", b" " * 65537, b"[]"])
def test_what_could_not_be_read_counts_whatever_was_wrong(payload: bytes) -> None:
    budget = PayloadBudget()
    assert kept(budget, *(decoding(payload) for _ in range(MOST_MESSAGES + 1))).count(False) > 0


def test_names_without_end_have_one_budget_together() -> None:
    budget = PayloadBudget()
    strange = [decoding(b"static", f"No Device {n}") for n in range(MOST_MESSAGES + 1)]
    assert kept(budget, *strange)[-1] is False
    assert len(budget.kept) == 1
