"""paho with fewer steps a message (ADR 0016): it asks the socket four times for each message and once for each
acknowledgement, and gives up the interpreter lock each time, to a writer that is busy.

Here it is served from what one read brought, and what goes out together goes in one piece. What is overridden is
paho's own seam between client and socket, which its websockets use; its version is pinned by the lock files.
"""

from collections.abc import Iterable
from typing import Any, Final

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

ONE_READ: Final = 1 << 16
AT_ONCE: Final = 500  # packets handled before anything is sent or the keep-alive looked at
PUBACK: Final = b"\x40\x02"
PUBLISH: Final = b"\x30"


class BufferedSocket:
    """A socket that reads ahead. `held`: bytes that were read and not asked for yet."""

    def __init__(self, plain: Any) -> None:
        self._plain, self._read, self._at = plain, b"", 0

    @property
    def held(self) -> int:
        return len(self._read) - self._at

    def recv(self, most: int) -> bytes:
        """Raises what the socket raises; b"" when the other side has left."""
        if self._at == len(self._read):
            self._read, self._at = self._plain.recv(ONE_READ), 0
        found = self._read[self._at : self._at + most]
        self._at += len(found)
        return found

    def pending(self) -> int:
        """What `select` does not know of."""
        inside = getattr(self._plain, "pending", None)
        return self.held + (inside() if inside else 0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


class Line(Client):
    """Handles what one read brought in one go, and sends many packets as one."""

    def _create_socket(self) -> Any:
        return BufferedSocket(super()._create_socket())

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        for _ in range(AT_ONCE):
            code = super().loop_read(max_packets)
            line: Any = self.socket()
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS or line is None or not line.held:
                break
        return code

    def acknowledge(self, packet_ids: Iterable[int]) -> None:
        """PUBACK of each."""
        self._send(b"".join(PUBACK + packet_id.to_bytes(2, "big") for packet_id in packet_ids))

    def answer(self, messages: Iterable[tuple[str, str]]) -> None:
        """PUBLISH with QoS 0 of each (topic, payload)."""
        self._send(b"".join(publish(topic.encode(), payload.encode()) for topic, payload in messages))

    def _send(self, packets: bytes) -> None:
        """paho looks at the kind of a packet only to tell who waits for a PUBLISH, and nobody does."""
        if packets:
            self._packet_queue(PUBACK[0], packets, 0, 0)


def publish(topic: bytes, payload: bytes) -> bytes:
    """The packet, MQTT 3.1.1 §3.3."""
    left, length = len(topic) + 2 + len(payload), bytearray()
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return b"".join((PUBLISH, length, bytes((left,)), len(topic).to_bytes(2, "big"), topic, payload))
