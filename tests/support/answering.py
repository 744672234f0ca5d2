"""The other side of the wire, far smaller than ingest: it keeps what it hears and answers it (contract, *Receipts*)."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.processes import Server


class Answering:
    """`heard` counts payloads; `deaf` (payload, how often heard so far) says which of them get no receipts."""

    def __init__(self, deaf: Callable[[bytes, int], bool] = lambda payload, times: False) -> None:
        self.heard: Counter[bytes] = Counter()
        self.order: list[bytes] = []
        self.on_heard: Callable[[bytes], None] = lambda payload: None
        self._deaf = deaf
        self._subscribed = Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="answering", clean_session=False)
        self._client.max_inflight_messages_set(1000)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("hearthline/v1/up/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda client, _, message: self._message(message)

    def start(self, server: Server) -> None:
        self._client.connect(server.host, server.port)
        self._client.loop_start()
        assert self._subscribed.wait(10)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, topic: str, payload: str) -> None:
        """A word to a device, QoS 1."""
        self._client.publish(topic, payload, qos=1)

    @property
    def ids(self) -> set[str]:
        """The ids of everything heard that has one."""
        return {element["id"] for payload in self.heard for element in elements(payload) if "id" in element}

    def _message(self, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        self.on_heard(payload)
        self.order.append(payload)
        self.heard[payload] += 1
        if not self._deaf(payload, self.heard[payload]):
            down = message.topic.replace("/up/", "/down/").rpartition("/")[0] + "/receipts"
            self._client.publish(down, json.dumps(list(receipts(payload, again=self.heard[payload] > 1))), qos=0)


def elements(payload: bytes) -> list[dict[str, Any]]:
    """The readings of a message; a single empty one for what is no JSON."""
    try:
        parsed = json.loads(payload)
    except ValueError:
        return [{}]
    return parsed if isinstance(parsed, list) else [parsed]


def receipts(payload: bytes, *, again: bool) -> Iterator[dict[str, Any]]:
    for number, element in enumerate(elements(payload)):
        if "id" in element:
            verdict = "duplicate" if again else "stored"
            yield {"id": element["id"], "measured_at": element.get("measured_at"), "verdict": verdict, "retry": False}
        else:
            sha256 = hashlib.sha256(payload).hexdigest()
            named = {"message": sha256, "element": number, "verdict": "quarantined", "code": "decode.not_json"}
            yield {**named, "retry": False}


@contextmanager
def answering(server: Server, deaf: Callable[[bytes, int], bool] = lambda payload, times: False) -> Iterator[Answering]:
    """Listening while the block runs."""
    other = Answering(deaf)
    other.start(server)
    try:
        yield other
    finally:
        other.stop()
