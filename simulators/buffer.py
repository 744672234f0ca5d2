"""What a device keeps until somebody answered for it: pure, with time as a number of seconds."""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from random import Random

from simulators.plan import Upload
from simulators.receipts import Key, Receipt, key_of, key_of_element

WINDOW = 64
PATIENCE = 5.0
FIRST_PATIENCE = 1.0
LONGEST_PATIENCE = 60.0


@dataclass(slots=True, eq=False)
class Waiting:
    """An upload some of whose readings have no final receipt yet: `open` is element -> what its receipt will say.

    `copies` is how often the first send goes out, `echo` whether it is sent once more after it was answered, and
    `again` marks that second life.
    """

    number: int
    upload: Upload
    sha256: str
    copies: int = 1
    echo: bool = False
    again: bool = False
    open: dict[int, Key] = field(default_factory=dict)
    sends: int = 0
    due: float = 0.0


def waiting(number: int, upload: Upload, *, copies: int = 1, echo: bool = False, again: bool = False) -> Waiting:
    """`number` names the upload in the journal; nothing of it has been sent yet."""
    sha256 = hashlib.sha256(upload.payload).hexdigest()
    entry = Waiting(number, upload, sha256, copies, echo, again)
    entry.open = {n: key_of_element(taken, sha256, n) for n, taken in enumerate(upload.readings)}
    return entry


class Buffer:
    """Uploads in the order they are to be sent; at most `window` of them in flight without their receipts.

    Until its first upload is answered a device sends nothing else: what is published before ingest first subscribed
    is queued by nobody (F23). An upload without receipts is due again after `patience` seconds, later twice that and
    so on up to a minute, all jittered, so that an ingest that is away is not flooded.
    """

    def __init__(self, rng: Random, window: int = WINDOW, patience: float = PATIENCE) -> None:
        self.readings = 0
        self._rng = rng
        self._window = window
        self._patience = patience
        self._introduced = False
        self._unsent: deque[Waiting] = deque()
        self._in_flight: dict[Waiting, None] = {}
        self._expected: dict[Key, list[tuple[Waiting, int]]] = {}

    def __len__(self) -> int:
        return len(self._unsent) + len(self._in_flight)

    def take(self, entry: Waiting) -> None:
        self._unsent.append(entry)
        self.readings += len(entry.open)

    def fresh(self, now: float) -> list[Waiting]:
        """Uploads to be sent for the first time, as many as the window has room for; counted as sent from now on."""
        window = self._window if self._introduced else 1
        count = min(window - len(self._in_flight), len(self._unsent))
        return self._send([self._unsent.popleft() for _ in range(count)], now)

    def overdue(self, now: float) -> list[Waiting]:
        """Uploads in flight whose receipts have been waited for long enough, to be sent again."""
        return self._send([entry for entry in self._in_flight if entry.due <= now], now)

    def forget_sends(self) -> None:
        """The connection broke, and with it every receipt under way: all that is in flight is due at once."""
        for entry in self._in_flight:
            entry.due = 0.0

    def settle(self, receipt: Receipt) -> tuple[Waiting, int] | None:
        """The reading (its upload and element) that this receipt answers; None when it is final for none of ours."""
        expected = None if receipt.retry else self._expected.get(key_of(receipt))
        if not expected:
            return None
        entry, element = expected.pop(0)
        if not expected:
            del self._expected[entry.open[element]]
        del entry.open[element]
        self.readings -= 1
        if not entry.open:
            del self._in_flight[entry]
            self._introduced = True
        return entry, element

    def _send(self, entries: list[Waiting], now: float) -> list[Waiting]:
        for entry in entries:
            if entry.sends == 0:
                self._expect(entry)
            entry.due = now + self._patience_for(entry) * self._rng.uniform(0.75, 1.25)
            entry.sends += 1
        return entries

    def _expect(self, entry: Waiting) -> None:
        """From the first send on, and not before: nobody can have answered for what was never sent."""
        self._in_flight[entry] = None
        for element, key in entry.open.items():
            self._expected.setdefault(key, []).append((entry, element))

    def _patience_for(self, entry: Waiting) -> float:
        if not self._introduced:
            return min(FIRST_PATIENCE, self._patience)
        return min(self._patience * 2.0 ** min(entry.sends, 10), LONGEST_PATIENCE)
