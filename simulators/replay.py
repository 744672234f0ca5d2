"""Real recordings, published as a device would: in order, in arrays, each kept until it is answered for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Final

from device.receipts import Receipt
from simulators.home import Books, Tally
from simulators.journal import Journal
from simulators.plan import Taken, Upload
from simulators.recording import Recorded
from simulators.run import Manner, Played, Run
from simulators.street import Street, plain_broker
from simulators.transport_faults import Step
from simulators.waiting import Waiting

READINGS: Final = 200
BYTES: Final = 64 * 1024
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a recording of `taken` readings: `receipted` of them have a final receipt, and each of these says
    stored, duplicate (the record had it already) or quarantined; `in_doubt` were sent, have an id and no receipt;
    `published_messages` counts every send."""

    taken: int
    receipted: int
    stored: int
    duplicate: int
    quarantined: int
    in_doubt: int
    published_messages: int
    seconds: float


class Verdicts(Journal):
    """Counts what the receipts say; nobody keeps a ledger of a recording."""

    def __init__(self) -> None:
        super().__init__(None)
        self.count: Counter[str] = Counter()

    def answered(self, entry: Waiting, element: int, receipt: Receipt, at: datetime) -> None:
        self.count[receipt.verdict] += 1


def play_recording(  # noqa: PLR0913 - one parameter for each option of the command, most by name
    readings: Sequence[Recorded],
    device: str,
    measure: str,
    *,
    host: str,
    port: int,
    settle: float = 60.0,
    speed: float | None = None,
    on_progress: Callable[[Played], None] | None = None,
    stop: Event | None = None,
) -> Replayed:
    """Publish as `device` until everything has its receipt, or `settle` seconds brought nothing new.

    `speed` None: arrays, as fast as receipts allow; else one reading a message, `speed` recorded seconds a second.
    """
    most = READINGS if speed is None else 1
    steps = [Step(upload, upload.at) for upload in uploads_of(readings, device, measure, most)]
    verdicts = Verdicts()
    books = Books(verdicts, Tally(), lambda: datetime.now(UTC))
    with Street([device], plain_broker(host, port), books, seed=0) as street:
        played = Run(street, steps, books.tally, Manner(settle, speed, None, None, on_progress, stop)).play()
    stored, duplicate, quarantined = (verdicts.count[name] for name in ("stored", "duplicate", "quarantined"))
    return Replayed(
        len(readings), played.receipted, stored, duplicate, quarantined,
        played.in_doubt, played.published_messages, played.seconds,
    )  # fmt: skip


def uploads_of(readings: Sequence[Recorded], device: str, measure: str, most: int = READINGS) -> Iterator[Upload]:
    """Arrays of at most `most` readings and 64 KiB, in the given order; a reading alone is no array.

    Their `at` never steps back: a reading out of order, or of an unknown instant, goes with the one before it.
    """
    at = next((reading.at for reading in readings if reading.at is not None), BEGINNING)
    for part in _parts(readings, most):
        at = max([at, *(reading.at for reading in part if reading.at is not None)])
        text = part[0].text if len(part) == 1 else "[" + ",".join(reading.text for reading in part) + "]"
        taken = tuple(_taken(reading, device, measure, at) for reading in part)
        yield Upload(device, measure, at, text.encode(), taken)


def _parts(readings: Iterable[Recorded], most: int) -> Iterator[list[Recorded]]:
    part: list[Recorded] = []
    size = len("[]")
    for reading in readings:
        length = len(reading.text.encode()) + len(",")
        if part and (len(part) == most or size + length > BYTES):
            yield part
            part, size = [], len("[]")
        part.append(reading)
        size += length
    if part:
        yield part


def _taken(reading: Recorded, device: str, measure: str, at: datetime) -> Taken:
    """Only what a receipt needs: nobody keeps a ledger of a recording, and nothing is expected of it."""
    return Taken("", device, measure, reading.id, reading.measured_at, reading.at or at, {}, {}, (), "", ())
