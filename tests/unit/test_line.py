"""What lies between paho and the socket changes nothing of what either sees."""

import socket
from collections.abc import Iterator
from random import Random

import pytest

from ingest.line.mqtt import ONE_READ, BufferedSocket, publish

Pair = tuple[socket.socket, BufferedSocket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield theirs, BufferedSocket(ours)


def test_every_byte_comes_once_and_in_order_however_it_is_cut(pair: Pair) -> None:
    theirs, ours = pair
    chance = Random(7)
    sent, got = chance.randbytes(3 * ONE_READ), b""
    left = sent
    while len(got) < len(sent):
        if left:
            size = chance.randint(1, 9000)
            theirs.sendall(left[:size])
            left = left[size:]
        while len(got) < len(sent) - len(left):
            got += ours.recv(chance.randint(1, 5000))
    assert got == sent
    assert ours.held == 0


def test_what_was_read_ahead_is_told_because_select_cannot_know(pair: Pair) -> None:
    theirs, ours = pair
    theirs.sendall(b"abc")
    assert ours.pending() == 0
    assert ours.recv(1) == b"a"
    assert (ours.pending(), ours.held) == (2, 2)


def test_nothing_there_and_nobody_there_are_what_the_socket_says_they_are(pair: Pair) -> None:
    theirs, ours = pair
    with pytest.raises(BlockingIOError):
        ours.recv(1)
    theirs.sendall(b"last")
    theirs.close()
    assert (ours.recv(2), ours.recv(9), ours.recv(1)) == (b"la", b"st", b"")


@pytest.mark.parametrize(
    ("size", "length"),
    [(0, b"\x05"), (122, b"\x7f"), (123, b"\x80\x01"), (16_378, b"\xff\x7f"), (16_379, b"\x80\x80\x01")],
)
def test_a_publish_says_its_length_as_the_standard_does(size: int, length: bytes) -> None:
    """MQTT 3.1.1 §2.2.3, table 2.4."""
    assert publish(b"a/b", b"x" * size) == b"\x30" + length + b"\x00\x03a/b" + b"x" * size
