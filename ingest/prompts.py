"""Prompts to send again: to devices that were just heard, for what is published to one that stays away would fill the
broker (QoS 1, and MQTT 3.1.1 knows no expiry)."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from ingest.delivery import Settled
from ingest.rows import encode
from registry.resend import Request, forget_expired, list_requests, note_asked

DOWN: Final = "hearthline/v1/down/{}/prompts"
MOST: Final = 500  # a round: devices that all send again at once delay what is new
READ_EVERY: Final = 60.0  # seconds
ASK_AGAIN: Final = timedelta(hours=6)  # a device answers a prompt once, by its id; a lost one is not lost for long
Publish = Callable[[str, str], bool]


@dataclass(slots=True)
class Prompts:
    """`heard` are publishers since the last round; `requests` what is open, as last read."""

    heard: set[str] = field(default_factory=set)
    requests: dict[str, Request] = field(default_factory=dict)
    read_at: float | None = None

    def hear(self, settled: Iterable[Settled]) -> None:
        """They are here now."""
        self.heard.update(one.delivery.publisher for one in settled)

    def send(self, writer: Engine, publish: Publish, now: datetime) -> None:
        """A round: ask those that were heard and are to be asked. `publish` says whether the broker is there."""
        if self.read_at is None or time.monotonic() - self.read_at > READ_EVERY:
            self._read(writer, now)
        wanted = sorted(name for name in self.heard if self._is_due(name, now))
        asked = [name for name in wanted[:MOST] if publish(DOWN.format(name), prompt(self.requests[name]))]
        self.heard = set(wanted).difference(asked)
        if asked:
            with writer.begin() as connection:
                note_asked(connection, asked, now=now)
            self._read(writer, now)

    def _is_due(self, name: str, now: datetime) -> bool:
        request = self.requests.get(name)
        if request is None or request.expires_at <= now:
            return False
        return request.asked_at is None or request.asked_at <= now - ASK_AGAIN

    def _read(self, writer: Engine, now: datetime) -> None:
        with writer.connect() as connection:
            found = list_requests(connection)
            if any(each.expires_at <= now for each in found):
                forget_expired(connection, now=now)
            connection.commit()
        self.requests, self.read_at = {each.device_id: each for each in found}, time.monotonic()


def prompt(request: Request) -> str:
    """What the device is told (contract, *Wire*)."""
    told = {"id": request.id, "kind": "resend_since", "since": request.since, "expires_at": request.expires_at}
    return encode(told)
