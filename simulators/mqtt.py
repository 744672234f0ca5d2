"""One device's connection to the broker, driven from outside by whoever owns the selector."""

import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

UP: Final = "hearthline/v1/up/{device}/{measure}"
RECEIPTS: Final = "hearthline/v1/down/{device}/receipts"
PROMPTS: Final = "hearthline/v1/down/{device}/prompts"
KEEPALIVE: Final = 20  # iotcore closes connections with keep-alive 0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker listens."""

    host: str
    port: int


class Connection:
    """A connection at a time, each with a client of its own: what outlives one is kept by the device's buffer, not
    by paho. `ready` from the moment the receipts are subscribed to, so that no receipt is published to nobody.
    `heard` gets the payload of every receipts message and must not raise.
    """

    def __init__(
        self, device: str, address: Address, selector: selectors.BaseSelector, heard: Callable[[bytes], None]
    ) -> None:
        self.ready = False
        self._device = device
        self._address = address
        self._selector = selector
        self._heard = heard
        self._receipts = RECEIPTS.format(device=device)
        self._client: Client | None = None
        self._writing = False

    @property
    def alive(self) -> bool:
        return self._client is not None and self._client.socket() is not None

    def open(self) -> None:
        """Connect; `ready` follows. Raises OSError when nobody listens."""
        client = Client(CallbackAPIVersion.VERSION2, client_id=self._device, clean_session=True)
        client.max_inflight_messages_set(0)  # the buffer's window is the bound
        client.on_socket_open = self._watch
        client.on_socket_close = self._unwatch
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        self._client = client
        client.connect(self._address.host, self._address.port, keepalive=KEEPALIVE)

    def publish(self, measure: str, payload: bytes) -> bool:
        """Hand one message over at QoS 1; False when the connection is gone."""
        assert self._client is not None
        topic = UP.format(device=self._device, measure=measure)
        return self._client.publish(topic, payload, qos=1).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def serve(self, events: int) -> None:
        """Read and write what the selector says is possible."""
        assert self._client is not None
        if events & selectors.EVENT_READ:
            self._client.loop_read()
        if self._client.want_write():
            self._client.loop_write()
        self.settle_interest()

    def settle_interest(self) -> None:
        """Ask to be told when the socket takes more, exactly while something waits to be written."""
        sock = self._client.socket() if self._client is not None else None
        if self._client is None or sock is None:
            self.ready = False
        elif self._client.want_write() != self._writing:
            self._writing = not self._writing
            self._selector.modify(sock, self._interest(), self)

    def keep(self) -> None:
        """Keep-alive; to be called about once a second."""
        assert self._client is not None
        self._client.loop_misc()
        self.settle_interest()

    def cut(self) -> None:
        """Lose the connection without a word, as a device does that is carried out of reach."""
        while self._client is not None and (sock := self._client.socket()) is not None:
            self._shut(sock)
            self._client.loop_read()
        self.ready = False

    def close(self) -> None:
        """Say goodbye."""
        if self._client is not None and self.ready:
            self._client.disconnect()
        self.cut()

    @staticmethod
    def _shut(sock: Any) -> None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster

    def _interest(self) -> int:
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._writing else 0)

    def _watch(self, _client: Client, _data: object, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writing = False
        self._selector.register(sock, self._interest(), self)

    def _unwatch(self, _client: Client, _data: object, sock: Any) -> None:
        self._selector.unregister(sock)

    def _connected(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        if not reason.is_failure:
            client.subscribe([(self._receipts, 0), (PROMPTS.format(device=self._device), 1)])

    def _subscribed(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        self.ready = not codes[0].is_failure

    def _message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic == self._receipts:
            self._heard(bytes(message.payload))
