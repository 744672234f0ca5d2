"""What waits between the network thread and the writer: bounded, so that a slow database slows the broker down."""

import time
from collections import deque
from datetime import datetime, timedelta
from threading import Condition
from typing import Final

from ingest.delivery import Delivery

GATHER: Final = 0.001  # seconds without a delivery that end a batch
GATHERINGS: Final = 5
LITTLE: Final = 50  # deliveries; more at once were waiting for us, at least at the broker


class Inbox:
    """Deliveries in order of arrival; bounded in count and in bytes. `received`: how many ever came in."""

    def __init__(self, capacity: int = 65_535, most_bytes: int = 64 << 20) -> None:
        self._waiting: deque[Delivery] = deque()
        self._changed = Condition()
        self._capacity, self._most_bytes, self._bytes, self._closed = capacity, most_bytes, 0, False
        self.received = 0
        self._busy_since: float | None = None

    def put(self, delivery: Delivery) -> None:
        """Add a delivery, waiting while there is no room: the broker then stops sending, and keeps what it has."""
        with self._changed:
            while self._full(len(delivery.payload)) and not self._closed:
                self._changed.wait()
            if not self._closed:
                self._waiting.append(delivery)
                self._bytes += len(delivery.payload)
                self.received += 1
                if self._busy_since is None:
                    self._busy_since = time.monotonic()
                if len(self._waiting) == 1:
                    self._changed.notify()

    def _full(self, size: int) -> bool:
        return bool(self._waiting) and (len(self._waiting) >= self._capacity or self._bytes + size > self._most_bytes)

    def take(self, most: int, patience: float) -> list[Delivery]:
        """Up to `most` deliveries, after waiting at most `patience` seconds for the first; empty when none came.

        More are waited for while they keep coming, for a commit costs the same for one as for many.
        """
        with self._changed:
            if not self._waiting and not self._closed:
                self._changed.wait(patience)
        self._gather(most)
        with self._changed:
            batch = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._bytes -= sum(len(each.payload) for each in batch)
            if not self._waiting and len(batch) < LITTLE:
                self._busy_since = None
            self._changed.notify()
            return batch

    def _gather(self, most: int) -> None:
        for _ in range(GATHERINGS):
            before = len(self._waiting)
            if not 0 < before < most or self._closed:
                return
            time.sleep(GATHER)
            if len(self._waiting) == before:
                return

    def close(self) -> None:
        """Take no more: what is not in yet was never acknowledged, so the broker still has it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def busy_for(self) -> timedelta | None:
        """How long there was always something to do: a backlog is one even while it drains; None when there is none."""
        since = self._busy_since
        return None if since is None else timedelta(seconds=time.monotonic() - since)

    def oldest(self) -> datetime | None:
        """When the longest waiting delivery was received."""
        with self._changed:
            return self._waiting[0].received_at if self._waiting else None

    def __len__(self) -> int:
        return len(self._waiting)
