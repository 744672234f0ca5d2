"""The load: a street of devices behind a few connections; each message is sent again until it has its receipts."""

import json
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from random import Random
from threading import Event, Thread
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.faults.readings import STRANGER, Device, Parcel, garbage, pack, stranger, take
from tests.support.faults.truth import Truth

TICK = 0.05
KEEP_ALIVE = 4
WINDOW = 400  # messages without receipts that are on their way at once
KEPT = 400  # answered messages that may be said again


class Street:
    """A thread of its own. `rate` is readings a second; a test may change `rate`, `deaf` (share of receipts that never
    arrive) and `hold_back` at any time, for each is one assignment."""

    def __init__(
        self, port: int, devices: Sequence[Device], truth: Truth, chance: Random, rate: float, patience: float
    ) -> None:
        self.rate, self.bad, self.deaf, self.hold_back = rate, 0.04, 0.0, False
        self.patience, self.window = patience, WINDOW
        self.sent, self.receipts, self.turns = 0, 0, 0
        self.devices, self._truth, self._chance, self._port = devices, truth, chance, port
        self._heard: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
        self._ready: deque[Parcel] = deque()
        self._away: dict[tuple[Any, ...], Parcel] = {}
        self._answered: deque[Parcel] = deque(maxlen=KEPT)
        self._again = Counter[str]()
        self._owed, self._stop = 0.0, Event()
        self._clients = [self._client(number) for number in range(3)]
        self._thread = Thread(target=self._run, daemon=True)
        self.failed: BaseException | None = None

    def start(self) -> None:
        for client in self._clients:
            client.connect_async("127.0.0.1", self._port, KEEP_ALIVE)
            client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)
        for client in self._clients:
            client.disconnect()
            client.loop_stop()

    @property
    def waiting(self) -> int:
        """Messages without all their receipts."""
        return len(self._ready) + len({id(parcel) for parcel in self._away.copy().values()}) + self._heard.qsize()

    def repeat(self, times: int) -> None:
        """Say so many answered messages again, in any order."""
        self._again["repeat"] += times

    def turn_round(self) -> None:
        """What waits goes newest first."""
        self._again["turn"] += 1

    def _client(self, number: int) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id=f"street-{number}-{self._chance.getrandbits(32):08x}")
        client.max_inflight_messages_set(200)
        client.reconnect_delay_set(1, 3)
        wanted = [(f"hearthline/v1/down/{device}/receipts", 0) for device in self._served_by(number)]
        client.on_connect = lambda client, *_: client.subscribe(wanted)
        client.on_message = self._hear
        return client

    def _served_by(self, number: int) -> list[str]:
        mine = [device.id for place, device in enumerate(self.devices) if place % 3 == number]
        return [*mine, STRANGER] if number == 0 else mine

    def _client_of(self, device: str) -> Client:
        return next(client for number, client in enumerate(self._clients) if device in self._served_by(number))

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if not message.retain and self._chance.random() >= self.deaf:
            self._heard.put((message.topic.split("/")[3], bytes(message.payload)))

    def _run(self) -> None:
        last = time.monotonic()
        try:
            while not self._stop.wait(TICK):
                now = time.monotonic()
                self._listen()
                self._measure((now - last) * self.rate)
                self._speak(now)
                last, self.turns = now, self.turns + 1
        except BaseException as error:  # for the thread that asks
            self.failed = error
            raise

    def _listen(self) -> None:
        with suppress(Empty):
            while True:
                device, payload = self._heard.get_nowait()
                self._take_receipts(device, json.loads(payload))

    def _take_receipts(self, device: str, receipts: list[dict[str, Any]]) -> None:
        self._truth.answered(device, receipts)
        self.receipts += len(receipts)
        for each in receipts:
            named = each.get("id") is not None
            key = (device, each["id"], each["measured_at"]) if named else (each["message"], each["element"], None)
            parcel = self._away.pop(key, None)
            if parcel is not None and not each["retry"]:
                parcel.due.discard(key)
                if not parcel.due:
                    self._done(parcel)

    def _done(self, parcel: Parcel) -> None:
        self._answered.append(parcel)
        stored = [element for element in parcel.elements if element.expect == "stored"]
        if stored:
            next(device for device in self.devices if device.id == parcel.device).last = stored[-1].id

    def _measure(self, owed: float) -> None:
        self._owed += owed
        made: list[Parcel] = []
        while self._owed >= 1:
            made.append(self._make(self._chance.choice(self.devices)))
            self._owed -= len(made[-1].elements)
        self._truth.intend(element for parcel in made for element in parcel.elements)
        self.sent += sum(len(parcel.elements) for parcel in made)
        self._ready.extend(made)

    def _make(self, device: Device) -> Parcel:
        if self._chance.random() < self.bad / 2:
            return self._chance.choice((garbage, stranger))(device, self._chance)
        many = self._chance.randint(2, 12) if self._chance.random() < 0.1 else 1
        return pack([take(device, self._chance, bad=self.bad) for _ in range(many)])

    def _speak(self, now: float) -> None:
        """What waits, what had no answer in time, and now and then what was answered already."""
        if self._again.pop("turn", 0):
            self._ready.reverse()
        if self.hold_back:
            return
        while self._ready and len(self._away) < self.window:
            parcel = self._ready.popleft()
            self._away.update(dict.fromkeys(parcel.due, parcel))
            self._publish(parcel, now)
        self._publish_late(
            {id(parcel): parcel for parcel in self._away.values() if parcel.next_try <= now}.values(), now
        )
        for _ in range(min(self._again.pop("repeat", 0), len(self._answered))):
            self._publish(self._chance.choice(self._answered), now)

    def _publish_late(self, parcels: Iterable[Parcel], now: float) -> None:
        for parcel in parcels:
            self._publish(parcel, now)

    def _publish(self, parcel: Parcel, now: float) -> None:
        """The identical bytes each time, ever later; nothing is said while there is no connection."""
        parcel.tries += 1
        parcel.next_try = now + self.patience * min(1.6**parcel.tries, 7.0) * self._chance.uniform(0.7, 1.3)
        client = self._client_of(parcel.device)
        if client.is_connected():
            client.publish(parcel.topic, parcel.payload, qos=1)
