"""The subscriber: QoS 1, fixed client id, persistent session, manual acknowledgement, MQTT 3.1.1 (ADR 0001).

The network thread only enqueues (F9), and no exception leaves its callbacks (F8). An acknowledgement carries the
epoch of the connection that delivered; one of an older connection is dropped, because a broker that lost its state
reuses packet ids (F5).
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock
from threading import enumerate as enumerate_threads
from typing import Any

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.delivery import handed_over
from ingest.inbox import Inbox
from ingest.line.mqtt import Line

FILTER = "hearthline/v1/up/#"
KEEP_ALIVE = 30
GATE_LOOKS = 0.05  # seconds between two looks whether we may connect again
log = structlog.get_logger()


def shared(group: str) -> str:
    """The filter of which each message goes to one of the subscribers of the group."""
    return f"$share/{group}/{FILTER}"


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker listens; `password` is never printed."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A client id at the broker with its session. `wanted` is what to subscribe to, None to hear only what waits in the
    session; `unwanted` what the session may still be subscribed to from another time. No connection is made before
    `may_connect`: the broker would throw out whoever sits there."""

    client_id: str
    wanted: str | None
    unwanted: Sequence[str]
    may_connect: Callable[[], bool]
    keep_alive: int = KEEP_ALIVE


class Subscriber:
    """`refused`: the reason, once the broker refused the connection or the subscription: then going on is useless.
    `settled`: on this connection, the session is subscribed to what is wanted and to nothing else."""

    def __init__(self, address: BrokerAddress, seat: Seat, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        self.refused: str | None = None
        self.reconnects = 0
        self.settled = Event()
        self._inbox, self._clock, self._address, self._seat = inbox, clock, address, seat
        self._epoch, self._connected, self._guard, self._said = 0, False, Lock(), Event()
        self._leaving = Event()
        self._client = Line(
            CallbackAPIVersion.VERSION2, seat.client_id, clean_session=False, protocol=MQTTv311, manual_ack=True
        )
        self._client.on_pre_connect, self._client.on_unsubscribe = self._before_connecting, self._on_unsubscribe
        self._client.on_connect, self._client.on_disconnect = self._on_connect, self._on_disconnect
        self._client.on_connect_fail, self._client.on_subscribe = self._on_connect_fail, self._on_subscribe
        self._client.on_message = self._on_message
        if address.tls:
            self._client.tls_set()
        if address.username:
            self._client.username_pw_set(address.username, address.password)

    def start(self) -> None:
        """Connect in the background, and keep trying for as long as it takes."""
        self._back_off()
        self._client.connect_async(self._address.host, self._address.port, self._seat.keep_alive)
        self._client.loop_start()

    def stop(self) -> None:
        """Leave; the broker keeps the session and what is not acknowledged."""
        self._leaving.set()
        self._inbox.close()
        self._client.disconnect()
        self._client.loop_stop()

    def acknowledge(self, tokens: Iterable[tuple[int, int]]) -> None:
        """Tell the broker that these are ours now; tokens of an older connection are dropped."""
        with self._guard:
            if self._connected:
                self._client.acknowledge(packet_id for epoch, packet_id in tokens if epoch == self._epoch)

    def answer(self, receipts: Iterable[tuple[str, str]]) -> None:
        """Send receipts, (topic, payload), at best effort (QoS 0); nothing is kept while the broker is away."""
        if self._connected:
            self._client.answer(receipts)

    def publish(self, topic: str, payload: str, qos: int = 0) -> bool:
        """Answers whether the broker is there; nothing is kept while it is away."""
        if self._connected:
            self._client.publish(topic, payload, qos=qos)
        return self._connected

    @property
    def connected(self) -> bool:
        return self._connected

    def watch(self) -> None:
        """Notice that the network thread died, which no callback says: we would be connected and deaf (F8)."""
        if all(thread.name != f"paho-mqtt-client-{self._seat.client_id}" for thread in enumerate_threads()):
            self._refuse("what the broker sent ended the network thread")

    def _refuse(self, reason: str) -> None:
        self.refused = self.refused or reason
        self._inbox.close()

    def _back_off(self) -> None:
        self._client.reconnect_delay_set(min_delay=random.uniform(0.3, 1.5), max_delay=30)  # type: ignore[arg-type]  # noqa: S311  paho takes fractions; jitter, not a secret

    def _before_connecting(self, _client: Client, _data: Any) -> None:
        """In the network thread, which tries again by itself after a connection is lost."""
        while not self._seat.may_connect():
            if self._leaving.wait(GATE_LOOKS):
                raise ConnectionAbortedError("leaving")  # paho takes it for a connection that failed

    def _on_connect(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        if reason == "Server unavailable":
            self._say_away(str(reason))
        elif reason.is_failure:
            self._refuse(f"the broker refused the connection: {reason}")
        else:
            with self._guard:
                self._epoch, self._connected = self._epoch + 1, True
            self._said.clear()
            log.info("broker.connected", client=self._seat.client_id)
            if self._seat.wanted is None:
                client.unsubscribe([*self._seat.unwanted])
            else:
                client.subscribe(self._seat.wanted, qos=1)

    def _on_subscribe(
        self, client: Client, _data: Any, _mid: int, granted: list[ReasonCode], _more: Properties | None
    ) -> None:
        """Anything but QoS 1 would lose readings (F6). A filter of another time lives on in the session: it goes now,
        for before it would leave a moment with none."""
        wanted = self._seat.wanted
        if [each.value for each in granted] != [1]:
            self._refuse(f"the broker did not grant QoS 1 on {wanted}: {', '.join(map(str, granted))}")
        else:
            client.unsubscribe([*self._seat.unwanted])
            log.info("broker.subscribed", client=self._seat.client_id, filter=wanted)

    def _on_unsubscribe(self, *_answer: Any) -> None:
        self.settled.set()

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        with self._guard:
            self._connected = False
        self.settled.clear()
        self._back_off()
        if reason.is_failure:
            self.reconnects += 1
            self._say_away(str(reason))

    def _on_connect_fail(self, _client: Client, _data: Any) -> None:
        self._back_off()
        if not self._leaving.is_set():
            self._say_away("no answer")

    def _say_away(self, reason: str) -> None:
        """Once for each time the broker goes away."""
        if not self._said.is_set():
            self._said.set()
            log.warning("broker.away", reason=reason, does="keeps trying")

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        self._inbox.put(handed_over(topic, bytes(message.payload), self._clock(), (self._epoch, message.mid)))
