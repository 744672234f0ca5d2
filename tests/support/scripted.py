"""A broker that does what a test's script says, packet by packet: for what no real broker does when asked to.

MQTT 3.1.1, and of it only what a subscriber needs; every connection follows its own script.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, UNSUBSCRIBE, PINGREQ = 1, 2, 3, 4, 8, 9, 10, 12
PATIENCE = 20.0
Packet = tuple[int, bytes]


class Line:
    """One connection, seen from the broker."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        stream.settimeout(PATIENCE)

    def send(self, kind: int, body: bytes, flags: int = 0) -> None:
        self._stream.sendall(bytes([kind << 4 | flags]) + _length(len(body)) + body)

    def read(self) -> Packet:
        """The next packet but for keep-alives and filters of another time; raises OSError when the line is cut."""
        while True:
            kind = self._exactly(1)[0] >> 4
            body = self._exactly(self._read_length())
            if kind not in (PINGREQ, UNSUBSCRIBE):
                return kind, body

    def welcome(self, connack: int = 0) -> None:
        assert self.read()[0] == CONNECT
        self.send(CONNACK, bytes([0, connack]))

    def grant(self, granted: int = 1) -> None:
        kind, body = self.read()
        assert kind == SUBSCRIBE
        self.send(SUBACK, body[:2] + bytes([granted]))

    def publish(self, topic: str, payload: bytes, packet_id: int) -> None:
        name = topic.encode()
        self.send(PUBLISH, len(name).to_bytes(2) + name + packet_id.to_bytes(2) + payload, flags=0b0010)

    def acknowledged(self) -> int:
        """The packet id of the next acknowledgement; receipts in between are let by."""
        while True:
            kind, body = self.read()
            if kind == PUBACK:
                return int.from_bytes(body)
            assert kind == PUBLISH

    def heard(self, seconds: float) -> list[int]:
        """The kinds of what comes until nothing has for so long, or the line is cut."""
        self._stream.settimeout(seconds)
        kinds: list[int] = []
        with suppress(OSError):
            while True:
                kinds.append(self.read()[0])
        self._stream.settimeout(PATIENCE)
        return kinds

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._stream.recv(count - len(data))
            if not part:
                raise ConnectionResetError("the line is cut")
            data += part
        return data

    def _read_length(self) -> int:
        length, shift = 0, 0
        while True:
            byte = self._exactly(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return length


def _length(count: int) -> bytes:
    found = b""
    while True:
        count, low = divmod(count, 0x80)
        found += bytes([low | (0x80 if count else 0)])
        if not count:
            return found


Script = Callable[[Line], object]


@contextmanager
def scripted(*scripts: Script) -> Iterator[tuple[str, int]]:
    """Listening at (host, port): the nth connection follows the nth script and is cut at its end; none comes after
    the last. What a script raises fails the test."""
    failed: list[BaseException] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        thread = Thread(target=_serve, args=(listener, scripts, failed), daemon=True)
        thread.start()
        yield listener.getsockname()[:2]
        thread.join(PATIENCE)
        assert not thread.is_alive()
    if failed:
        raise failed[0]


def _serve(listener: socket.socket, scripts: Sequence[Script], failed: list[BaseException]) -> None:
    try:
        for script in scripts:
            stream, _ = listener.accept()
            with stream:
                script(Line(stream))
                with suppress(OSError):
                    stream.shutdown(socket.SHUT_RDWR)
    except BaseException as error:  # for the test's own thread
        failed.append(error)
