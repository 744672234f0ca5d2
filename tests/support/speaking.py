"""A device at the broker that says what a test tells it to, and keeps the receipts it hears."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.desks import CUFF
from tests.support.processes import Server

PATIENCE = 20.0


def wait_until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return when it is; fail when it does not become so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


class Speaking:
    """`heard` are receipts (topic, array) in order of arrival."""

    def __init__(self, client: Client) -> None:
        self.heard: list[tuple[str, list[dict[str, Any]]]] = []
        self._client = client
        self._client.on_message = self._hear

    def say(self, *bodies: object, device: str = CUFF, measure: str = "blood_pressure", retain: bool = False) -> None:
        """A message each, acknowledged by the broker before this returns."""
        self.say_at(f"hearthline/v1/up/{device}/{measure}", *bodies, retain=retain)

    def say_at(self, topic: str, *bodies: object, retain: bool = False) -> None:
        payloads = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        sent = [self._client.publish(topic, payload, qos=1, retain=retain) for payload in payloads]
        for each in sent:
            each.wait_for_publish(PATIENCE)
            assert each.is_published()

    def vanish(self) -> None:
        """Cut off without a word, so that the broker publishes the will."""
        cut = self._client.socket()
        assert cut is not None
        cut.shutdown(socket.SHUT_RDWR)

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [answer for _, answers in self.heard for answer in answers]

    @property
    def verdicts(self) -> dict[str, str]:
        """Given id -> code, or verdict where there is none; the latest."""
        return {answer["id"]: answer["code"] or answer["verdict"] for answer in self.answers if "id" in answer}

    def wait_for(self, count: int) -> None:
        """Until so many receipts came."""
        wait_until(lambda: len(self.answers) >= count)

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, json.loads(message.payload)))


@contextmanager
def speaking(server: Server, name: str = "speaker", will: tuple[str, bytes] | None = None) -> Iterator[Speaking]:
    """Connected, and listening to all receipts, while the block runs."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.max_inflight_messages_set(1000)
    if will is not None:
        client.will_set(*will, qos=1)
    subscribed = Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda *_: client.subscribe("hearthline/v1/down/#", 0)
    device = Speaking(client)
    client.connect(server.host, server.port)
    client.loop_start()
    assert subscribed.wait(PATIENCE)
    try:
        yield device
    finally:
        client.disconnect()
        client.loop_stop()
