"""As much MQTT 3.1.1 as a benchmark's device speaks, by hand, so that the sender costs little."""

import socket
from collections.abc import Iterator

CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90


def text(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def packet(kind: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        length.append(low | (0x80 if size else 0))
        if not size:
            return bytes([kind]) + bytes(length) + body


def hello(client_id: str) -> bytes:
    """CONNECT with a clean session and a keep-alive of 10 minutes."""
    return packet(0x10, text(b"MQTT") + b"\x04\x02" + (600).to_bytes(2, "big") + text(client_id.encode()))


def subscribe(topic: str, qos: int = 0) -> bytes:
    return packet(0x82, b"\x00\x01" + text(topic.encode()) + bytes([qos]))


def publish(topic: str, payload: bytes, number: int) -> bytes:
    """QoS 1; `number` counts the messages of a connection from 0."""
    return packet(0x32, text(topic.encode()) + (number % 65_535 + 1).to_bytes(2, "big") + payload)


def connected(port: int, client_id: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(hello(client_id))
    if connection.recv(4) != b"\x20\x02\x00\x00":
        raise ConnectionError("the broker refused a device of the benchmark")
    return connection


def frames(received: bytearray) -> Iterator[tuple[int, bytes]]:
    """(kind, body) of each whole packet, taken out of `received`."""
    at = 0
    while len(received) - at >= 2:
        size, shift, body = 0, 0, at + 1
        while body < len(received):
            low = received[body]
            size |= (low & 0x7F) << shift
            body, shift = body + 1, shift + 7
            if not low & 0x80:
                break
        else:
            break
        if len(received) < body + size:
            break
        yield received[at] & 0xF0, bytes(received[body : body + size])
        at = body + size
    del received[:at]


def payload_of(body: bytes) -> bytes:
    """What a PUBLISH of QoS 0 carries."""
    return body[2 + int.from_bytes(body[:2], "big") :]
