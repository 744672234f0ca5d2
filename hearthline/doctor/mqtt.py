"""What the broker itself says to a visitor: its figures below $SYS, and whether it keeps ingest's session."""

import contextlib
import time
from collections.abc import Iterator
from threading import Event
from typing import Any, Final

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hearthline.addresses import Broker

SECONDS: Final = 3.0
FOR_EVER: Final = 0xFFFFFFFF
FIGURES: Final = {
    "version": "$SYS/broker/version",
    "dropped": "$SYS/broker/publish/messages/dropped",
    "stored_bytes": "$SYS/broker/store/messages/bytes",
}


def ask_figures(broker: Broker) -> dict[str, str]:
    """What of FIGURES the broker tells within SECONDS; empty for one that tells nothing. Raises OSError when nobody
    answers, PermissionError when we are not let in."""
    told: dict[str, str] = {}
    names = {topic: name for name, topic in FIGURES.items()}
    with _visiting(broker, Client(CallbackAPIVersion.VERSION2)) as client:
        client.on_message = lambda _client, _data, message: told.__setitem__(
            names[message.topic], message.payload.decode(errors="replace")
        )
        client.subscribe([(topic, 0) for topic in names])
        until = time.monotonic() + SECONDS
        while len(told) < len(names) and time.monotonic() < until:
            time.sleep(0.02)
    return told


def has_session(broker: Broker, client_id: str) -> bool:
    """Whether the broker keeps a session for `client_id`. Only while nobody uses that id: a second connection would
    throw out the first. A session that was not there is not left behind, one that was keeps every message."""
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5, manual_ack=True)
    kept = _properties(PacketTypes.CONNECT, SessionExpiryInterval=FOR_EVER, ReceiveMaximum=1)
    with _visiting(broker, client, clean_start=False, properties=kept):
        present = bool(client.user_data_get())
        expiry = FOR_EVER if present else 0
        client.disconnect(properties=_properties(PacketTypes.DISCONNECT, SessionExpiryInterval=expiry))
    return present


def _properties(packet: int, **values: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]  # paho types its other modules, not this one
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


@contextlib.contextmanager
def _visiting(broker: Broker, client: Client, **connect: Any) -> Iterator[Client]:
    answered, refused = Event(), list[str]()

    def on_connect(_client: Client, _data: Any, flags: Any, reason: Any, _more: Any) -> None:
        client.user_data_set(flags.session_present)
        refused.extend([str(reason)] if reason.is_failure else [])
        answered.set()

    client.on_connect = on_connect
    if broker.tls:
        client.tls_set()
    if broker.username:
        client.username_pw_set(broker.username, broker.password)
    client.connect_timeout = SECONDS
    client.connect(broker.host, broker.port, **connect)
    client.loop_start()
    try:
        if not answered.wait(SECONDS):
            raise TimeoutError
        if refused:
            raise PermissionError(refused[0])
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
