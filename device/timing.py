"""How long a device waits before it tries again: pure, with time as a number of seconds."""

from dataclasses import dataclass
from random import Random
from typing import Final

STEPS: Final = 20  # a wait is doubled at most so often; every wait has reached its cap long before


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, bytes and counts. `window` messages at most wait for their receipts, of which at most `on_wire`, and
    `wire_bytes` in all, are not yet in the broker's hands: what fills a slow line keeps the pings from passing.

    `patience` is the wait for a receipt before a message is sent again, `first_patience` that for the very first
    message, `retry` the longest first pause after a connection was lost; `start` spreads the first connection of
    devices that are switched on together, after a power cut for example.
    """

    window: int = 64
    on_wire: int = 16  # below Mosquitto's receive maximum of 20
    wire_bytes: int = 64 * 1024
    patience: float = 10.0
    longest_patience: float = 900.0
    first_patience: float = 2.0
    retry: float = 10.0
    longest_retry: float = 60.0
    start: float = 0.0
    keep_alive: int = 60


def pause(failures: int, timing: Timing, rng: Random) -> float:
    """Before the next connection, after `failures` tries in a row: anything from nothing to a bound that doubles.

    Full jitter spreads devices that were cut off together best (Brooker, "Exponential Backoff and Jitter", 2015).
    """
    return rng.uniform(0.0, min(timing.longest_retry, timing.retry * 2.0 ** min(failures, STEPS)))


def patience(sends: int, timing: Timing, rng: Random, *, introduced: bool) -> float:
    """For the receipts of a message sent so many times before, counted from when the broker took it."""
    longest = timing.longest_patience if introduced else min(timing.first_patience, timing.patience)
    return min(longest, timing.patience * 2.0 ** min(sends, STEPS)) * rng.uniform(0.75, 1.25)
