"""The worker's own numbers, kept as plain numbers: it counts a batch at a time, and a scrape reads what there is.

One thread writes and another reads without a lock: a scrape in the middle of a batch may see it half counted, and the
next one sees all of it. Nothing here knows who serves the numbers, or whether anybody does.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from flags.tally import FlagTally
from ingest import metric_table as table
from ingest.codes import CODES
from ingest.decode.times import AHEAD, LATE
from ingest.decoded import Decoded
from ingest.delivery import Decoding, Settled
from ingest.metric_table import OF_THE_WORKER, OTHER, RAISING, Metric

if TYPE_CHECKING:  # who is watched; nothing of them is needed to count
    from ingest.inbox import Inbox
    from ingest.mqtt import Subscriber
    from ingest.patience import Patience

LabelValues = tuple[str, ...]


@dataclass(slots=True)
class Spread:
    """A histogram: how many were at most each bound and above the one before; the last count is of those above all."""

    bounds: tuple[float, ...]
    counts: list[int]
    sum: float = 0.0

    def add(self, values: Iterable[float]) -> None:
        """A clock that was set back makes no negative wait."""
        found = [value if value > 0.0 else 0.0 for value in values]
        for bucket, number in Counter(map(partial(bisect_left, self.bounds), found)).items():
            self.counts[bucket] += number
        self.sum += sum(found)


def _counters() -> dict[str, dict[LabelValues, float]]:
    """Every label value from the start, at 0: the first event is then a rise, and no dict grows beside a scrape."""
    return {each.name: dict.fromkeys(product(*each.labels.values()), 0.0) for each in _of_kind("counter")}


def _spreads() -> dict[str, Spread]:
    return {each.name: Spread(each.bounds, [0] * (len(each.bounds) + 1)) for each in _of_kind("histogram")}


def _of_kind(kind: str) -> list[Metric]:
    return [each for each in OF_THE_WORKER if each.kind == kind]


@dataclass(slots=True)
class Tallies:
    """`live` asks the worker's own parts at the time of the scrape; `unjudged`: of each batch not evaluated yet when it
    was committed, and how long its messages with new readings had waited then."""

    counters: dict[str, dict[LabelValues, float]] = field(default_factory=_counters)
    spreads: dict[str, Spread] = field(default_factory=_spreads)
    flags: FlagTally = field(default_factory=FlagTally)
    live: dict[str, Callable[[], float]] = field(default_factory=dict)
    unjudged: list[tuple[datetime, list[float]]] = field(default_factory=list)
    in_hand: int = 0
    taken: float = 0.0

    def watch(
        self, inbox: "Inbox", subscriber: "Subscriber", patience: "Patience", clock: Callable[[], datetime]
    ) -> None:
        """Ask these whenever somebody wants to know."""
        self.live |= {
            table.RECEIVED: lambda: inbox.received,
            table.INBOX: lambda: len(inbox),
            table.UNACKNOWLEDGED: lambda: len(inbox) + self.in_hand,
            table.OLDEST: lambda: _since(inbox.oldest(), clock()),
            table.CONNECTED: lambda: subscriber.connected,
            table.RECONNECTS: lambda: subscriber.reconnects,
            table.RETRIES: lambda: patience.retries,
            table.AWAY: lambda: patience.away_seconds,
            table.FAILURES: lambda: self.flags.failures,
        }

    def take(self, messages: int) -> None:
        """A batch goes to the database."""
        self.in_hand, self.taken = messages, time.monotonic()

    def commit(self, decodings: Sequence[Decoding], settled: Sequence[Settled], now: datetime) -> None:
        """The batch is in; `settled` in the order of `decodings`."""
        self.spreads[table.COMMIT].add([time.monotonic() - self.taken])
        self.spreads[table.BATCH].add([len(settled)])
        waits = [(now - one.delivery.received_at).total_seconds() for one in settled]
        self.spreads[table.TO_COMMIT].add(waits)
        self.spreads[table.MEASURED].add([(now - at).total_seconds() for at in _trusted(decodings, settled, now)])
        self.counters[table.COMMITTED][()] += len(settled)
        self._count_verdicts(settled)
        self.unjudged.append((now, [wait for wait, one in zip(waits, settled, strict=True) if one.patients]))
        self.in_hand = 0

    def _count_verdicts(self, settled: Sequence[Settled]) -> None:
        elements, codes = self.counters[table.ELEMENTS], self.counters[table.QUARANTINED]
        for verdict, number in Counter([each.verdict for one in settled for each in one.verdicts]).items():
            elements[verdict,] += number
        for code in [each.code for one in settled if one.refusals for each in one.verdicts if each.code is not None]:
            codes[(code,) if code in CODES else (OTHER,)] += 1

    def evaluate(self, now: datetime, batches: int | None = None) -> None:
        """So many batches, the oldest, are evaluated; None for all."""
        for committed_at, waits in self.unjudged[:batches]:
            since = (now - committed_at).total_seconds()
            self.spreads[table.TO_EVALUATION].add([wait + since for wait in waits])
        del self.unjudged[:batches]

    def change_lease(self, change: str) -> None:
        """`change`: taken or lost."""
        self.counters[table.LEASES][change,] += 1

    def read(self, metric: Metric) -> Mapping[LabelValues, float]:
        """What a counter or a gauge of the worker is now, by the values of its labels."""
        if metric.name in self.live:
            return {(): self.live[metric.name]()}
        counted = dict(self.counters.get(metric.name, {}))
        for (rule, severity), number in list(self._of_flags(metric.name).items()):
            counted[rule if rule in RAISING else OTHER, severity] += number
        return counted

    def _of_flags(self, name: str) -> Mapping[tuple[str, str], int]:
        return {table.RAISED: self.flags.raised, table.WITHDRAWN: self.flags.withdrawn}.get(name, {})


def _since(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max((now - then).total_seconds(), 0.0)


def _trusted(decodings: Sequence[Decoding], settled: Sequence[Settled], now: datetime) -> list[datetime]:
    """Device times of what was stored, where nothing speaks against the device's clock. The cheap questions first: most
    of a backlog is too old."""
    since, until = now - LATE, now - AHEAD
    return [
        outcome.measured_at
        for decoding, one in zip(decodings, settled, strict=True)
        if one.patients
        for outcome, verdict in zip(decoding.outcomes, one.verdicts, strict=True)
        if verdict.verdict == "stored" and isinstance(outcome, Decoded) and since < outcome.measured_at < until
        if outcome.clock is None and outcome.time_quality == "good"
    ]
