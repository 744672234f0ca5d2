"""A device that keeps what was receipted, and sends it again when it is prompted: byte for byte, each prompt once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.processes import Server
from tests.support.speaking import PATIENCE, wait_until


class Remembering:
    """`kept` are payloads by id; `verdicts` the latest receipt of each; `prompts` all that came, in order."""

    def __init__(self, client: Client, device: str) -> None:
        self.kept: dict[str, bytes] = {}
        self.verdicts: dict[str, str] = {}
        self.prompts: list[dict[str, Any]] = []
        self.client, self.device, self._answered = client, device, set[str]()

    def take(self, *bodies: dict[str, Any]) -> None:
        """Readings are published, and kept for good once they have their receipt."""
        for body in bodies:
            self.kept[body["id"]] = json.dumps(body).encode()
            self.verdicts.pop(body["id"], None)
            self._publish("blood_pressure", self.kept[body["id"]])
        wait_until(lambda: all(body["id"] in self.verdicts for body in bodies))

    def live(self) -> None:
        """A heartbeat."""
        self._publish("status", b'{"battery": 80}')

    def forget_verdicts(self) -> None:
        self.verdicts.clear()

    def hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        told = json.loads(message.payload)
        if message.topic.endswith("/receipts"):
            self.verdicts.update({each["id"]: each["code"] or each["verdict"] for each in told})
            return
        self.prompts.append(told)
        if told["id"] not in self._answered and told["kind"] == "resend_since":
            self._answered.add(told["id"])
            self._send_again(datetime.fromisoformat(told["since"]))

    def _send_again(self, since: datetime) -> None:
        for payload in self.kept.values():
            if datetime.fromisoformat(json.loads(payload)["measured_at"]) >= since:
                self._publish("blood_pressure", payload)

    def _publish(self, leaf: str, payload: bytes) -> None:
        self.client.publish(f"hearthline/v1/up/{self.device}/{leaf}", payload, qos=1)


@contextmanager
def remembering(server: Server, device: str) -> Iterator[Remembering]:
    """Connected with a session that lasts, and listening, while the block runs."""
    client, subscribed = Client(CallbackAPIVersion.VERSION2, client_id=device, clean_session=False), Event()
    one = Remembering(client, device)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda *_: client.subscribe(f"hearthline/v1/down/{device}/#", 1)
    client.on_message = one.hear
    client.connect(server.host, server.port)
    client.loop_start()
    assert subscribed.wait(PATIENCE)
    try:
        yield one
    finally:
        client.disconnect()
        client.loop_stop()
