"""One device's connection to the broker, driven from outside by whoever owns the selector; here alone is paho.

MQTT 5 unless told otherwise: a broker says so when it refuses a publish; over 3.1.1 it says *success* and throws the
reading away (faults, F10). 3.1.1 is for brokers that know nothing else, and costs half the time where thousands of
devices share one loop. The session is clean: what outlives a connection is kept by the device's buffer, and a broker
that kept receipts for absent devices would fill up (F19).
"""

import selectors
import socket
import ssl
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

UP: Final = "hearthline/v1/up/{device}/{leaf}"
RECEIPTS: Final = "hearthline/v1/down/{device}/receipts"
PROMPTS: Final = "hearthline/v1/down/{device}/prompts"
VERSIONS: Final = {"5": MQTTv5, "3.1.1": MQTTv311}
NO_5: Final = "; where the broker knows no MQTT 5, say mqtt='3.1.1'"
PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Broker:
    """Where it is and how to be let in: the user name is the device's id unless told otherwise. Files are paths of PEM
    files; `ca` None trusts what the system trusts. `mqtt` is 5 or 3.1.1."""

    url: str
    password: str | None = None
    username: str | None = None
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    mqtt: str = "5"

    def address(self) -> tuple[str, int, bool]:
        """Host, port, and whether it is TLS. Raises ValueError."""
        parts = urlsplit(self.url)
        if parts.scheme not in PORTS or not parts.hostname or parts.username or self.mqtt not in VERSIONS:
            raise ValueError(
                "a broker is mqtt://HOST:PORT or mqtts://HOST:PORT, user and password apart; mqtt 5 or 3.1.1"
            )
        return parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "mqtts"

    def __repr__(self) -> str:
        return f"Broker({self.url!r})"  # a password is never printed


@dataclass(frozen=True, slots=True)
class Heard:
    """A message for the device; `leaf` is `receipts` or `prompts`."""

    leaf: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The broker's acknowledgement of the publish with this packet id."""

    packet: int


class Connection:
    """A connection at a time, each with a client of its own. `ready` from the moment the receipts are subscribed to,
    so that no receipt is published to nobody; `trouble` says why it is not, `quota` how many messages the broker
    lets be unacknowledged. `owner` is what the selector hands back with a socket that has news.
    """

    def __init__(
        self, device: str, broker: Broker, selector: selectors.BaseSelector, owner: object, alive: int
    ) -> None:
        """`alive` is the keep-alive in seconds. Raises ValueError for an address that is none."""
        self.ready = False
        self.trouble: str | None = None
        self.quota = 0xFFFF
        self._address = broker.address()
        self._device, self._broker, self._selector, self._owner, self._alive = device, broker, selector, owner, alive
        self._receipts, self._prompts = RECEIPTS.format(device=device), PROMPTS.format(device=device)
        self._client: Client | None = None
        self._writing = self._welcome = False
        self._news: list[Heard | Taken] = []

    @property
    def alive(self) -> bool:
        return self._client is not None and self._client.socket() is not None

    def open(self) -> None:
        """Connect; `ready` follows. Raises OSError when nobody listens or TLS does not come about."""
        self._news.clear()
        self._welcome = False
        host, port, tls = self._address
        self._client = self._made(tls=tls)
        self._client.connect(host, port, keepalive=self._alive)

    def publish(self, leaf: str, payload: bytes) -> int | None:
        """Hand one message over at QoS 1: its packet id, None when the connection is gone."""
        assert self._client is not None
        sent = self._client.publish(UP.format(device=self._device, leaf=leaf), payload, qos=1)
        return sent.mid if sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def serve(self, events: int) -> list[Heard | Taken]:
        """Read and write what the selector says is possible; what was heard."""
        client = self._client
        if client is not None and events & selectors.EVENT_READ:
            client.loop_read()
            while isinstance(sock := client.socket(), ssl.SSLSocket) and sock.pending():
                client.loop_read()  # decrypted already, so the selector will not tell
        if client is not None and client.want_write():
            client.loop_write()
        self.settle_interest()
        news, self._news = self._news, []
        return news

    def settle_interest(self) -> None:
        """Ask to be told when the socket takes more, exactly while something waits to be written."""
        sock = self._client.socket() if self._client is not None else None
        if self._client is None or sock is None:
            self.ready = False
        elif self._client.want_write() != self._writing:
            self._writing = not self._writing
            self._selector.modify(sock, self._interest(), self._owner)

    def keep(self) -> None:
        """Keep-alive; to be called about twenty times in one."""
        if self._client is not None:
            self._client.loop_misc()
            self.settle_interest()

    def cut(self) -> None:
        """Lose the connection without a word, as a device does that is carried out of reach."""
        client, self._client, self.ready = self._client, None, False
        sock = client.socket() if client is not None else None
        if client is not None and sock is not None:
            client.on_socket_close = None
            self._selector.unregister(sock)
            sock.close()

    def close(self) -> None:
        """Say goodbye."""
        if self._client is not None and self.ready:
            self._client.disconnect()
        self.cut()

    def _made(self, *, tls: bool) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, self._device, protocol=VERSIONS[self._broker.mqtt], reconnect_on_failure=False
        )
        client.max_inflight_messages_set(0)  # the buffer's window is the bound
        if self._broker.password is not None or self._broker.username is not None:
            client.username_pw_set(self._broker.username or self._device, self._broker.password)
        if tls:
            client.tls_set_context(self._trust())
        client.on_socket_open, client.on_socket_close = self._watch, self._unwatch
        client.on_connect, client.on_subscribe, client.on_disconnect = self._connected, self._subscribed, self._gone
        client.on_message, client.on_publish = self._message, self._published
        return client

    def _trust(self) -> ssl.SSLContext:
        """Made anew for each connection, so that a renewed certificate is used without a restart."""
        context = ssl.create_default_context(cafile=self._broker.ca)
        if self._broker.certificate is not None:
            context.load_cert_chain(self._broker.certificate, self._broker.key)
        return context

    def _interest(self) -> int:
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._writing else 0)

    def _watch(self, _client: Client, _data: object, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writing = False
        self._selector.register(sock, self._interest(), self._owner)

    def _unwatch(self, _client: Client, _data: object, sock: Any) -> None:
        self._selector.unregister(sock)

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, more: Properties | None
    ) -> None:
        if reason.is_failure:
            self.trouble = f"the broker refused the connection: {reason}"
        else:
            self._welcome = True
            self.quota = getattr(more, "ReceiveMaximum", 0xFFFF)
            client.subscribe([(self._receipts, 0), (self._prompts, 1)])

    def _subscribed(
        self, _client: Client, _data: object, _packet: int, codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        self.ready = not codes[0].is_failure
        self.trouble = None if self.ready else f"the broker refused the subscription to receipts: {codes[0]}"

    def _gone(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        self.ready = False
        hint = "" if self._welcome or self._broker.mqtt != "5" else NO_5
        self.trouble = self.trouble or f"the connection was lost: {reason}{hint}"

    def _message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic in (self._receipts, self._prompts):
            self._news.append(Heard(message.topic.rpartition("/")[2], bytes(message.payload)))

    def _published(
        self, _client: Client, _data: object, packet: int, reason: ReasonCode, _more: Properties | None
    ) -> None:
        self._news.append(Taken(packet))
        if reason.is_failure:
            self.trouble = f"the broker refused a message: {reason}"
