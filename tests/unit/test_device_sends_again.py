"""Asked to send again, a device sends what was answered: the same bytes, all that may be lost, and once."""

import pytest

from device.message import Message
from device.receipts import Receipt
from device.shelf import Shelf
from tests.support.buffers import WALL, answers_to, new_buffer, payloads, stored, weighing, with_messages


def test_what_was_answered_is_sent_again_byte_for_byte_when_asked_for() -> None:
    buffer = new_buffer()
    for number in range(3):
        buffer.take(weighing(number), WALL)
    [first] = payloads(buffer.fresh(0.0))
    buffer.settle(answers_to(first), WALL)
    buffer.resend_since(WALL - 60, "prompt-1")
    assert buffer.readings == 4, "with the one that introduced it"
    assert sorted(payloads(buffer.fresh(1.0))) == sorted([b"payload 999", first])


@pytest.mark.parametrize(
    ("measured", "answered", "comes"),
    [(10, 10, True), (-10, 10, True), (-10, -10, False), (10, -10, True), (-10, -1e9, True)],
    ids=["after", "measured before, answered after", "before", "measured ahead", "answered by a clock never set"],
)
def test_sending_again_covers_all_that_the_record_may_have_lost(
    measured: float, answered: float, *, comes: bool
) -> None:
    """What was answered after the backup was made is lost with it, however long before it was measured."""
    buffer = with_messages(Message("weight", b"{}", (("a", None),), WALL + measured), introduced=False)
    buffer.fresh(0.0)
    buffer.settle([Receipt("stored", False, id="a")], WALL + answered)
    buffer.resend_since(WALL, "prompt-1")
    assert (len(buffer) == 1) == comes


def test_a_prompt_is_followed_once_however_often_it_comes_also_after_a_restart() -> None:
    shelf = Shelf()
    buffer = new_buffer(shelf)
    for _ in range(2):
        buffer.resend_since(0.0, "prompt-1")
    assert buffer.readings == 1
    buffer.fresh(0.0)
    buffer.settle([stored(999)], WALL)
    later = new_buffer(shelf, introduced=False)
    later.resend_since(0.0, "prompt-1")
    assert later.readings == 0
    later.resend_since(0.0, "prompt-2")
    assert later.readings == 1
