"""A thread that drives one device's connection."""

import logging
import selectors
import socket
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from device.courier import Courier

LONGEST_SLEEP: Final = 60.0
log = logging.getLogger("hearthline.device")


class _Waker:
    """A socket that ends the wait for the others."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._inner, self._outer = socket.socketpair()
        for end in (self._inner, self._outer):
            end.setblocking(False)
        selector.register(self._inner, selectors.EVENT_READ, self)

    def wake(self) -> None:
        try:
            self._outer.send(b"\0")
        except OSError:
            return  # full, so it will wake; or closed, so nobody sleeps any more

    def serve(self, _events: int, _now: float, _wall: float) -> None:
        self._inner.recv(4096)

    def close(self) -> None:
        self._inner.close()
        self._outer.close()


class Loop:
    """`turned` is called after every turn. Whatever goes wrong in a turn costs the connection, never the thread: a
    device whose thread died would go on measuring and send nothing (F8)."""

    def __init__(
        self, name: str, couriered: Callable[[selectors.BaseSelector], Courier], turned: Callable[[], None]
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self._waker = _Waker(self._selector)
        self.courier = couriered(self._selector)
        self._turned = turned
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"device {name}", daemon=True)

    def start(self) -> None:
        """To be called by whoever `turned` belongs to, once it is complete."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send."""
        self._waker.wake()

    def close(self) -> None:
        """Say goodbye to the broker and end the thread."""
        self._stop.set()
        self._waker.wake()
        self._thread.join()
        self.courier.close()
        self._waker.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._turn(time.monotonic())
            except Exception:
                log.exception("the connection is given up and made anew")
                self.courier.give_up("an error in the device's own program, see its log")
            self._turned()

    def _turn(self, now: float) -> None:
        self.courier.tick(now)
        self.courier.pump(now)
        until = min(self.courier.next_tick(now), now + LONGEST_SLEEP)
        for key, events in self._selector.select(max(until - time.monotonic(), 0.0)):
            key.data.serve(events, time.monotonic(), time.time())
