"""The worker's own numbers, kept as plain numbers: it counts a batch at a time, and a scrape reads what there is.

One thread writes and another reads without a lock: a scrape in the middle of a batch may see it half counted, and the
next one sees all of it. Nothing here knows who serves the numbers, or whether anybody does.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING, Final

from flags.tally import FlagTally
from ingest import metric_table as table
from ingest.decoded import Decoded
from ingest.delivery import Decoding, Settled
from ingest.metric_table import OF_THE_WORKER, OTHER, Metric
from thresholds import RULES

if TYPE_CHECKING:  # who is watched; nothing of them is needed to count
    from ingest.inbox import Inbox
    from ingest.mqtt import Subscriber
    from ingest.patience import Patience

LabelValues = tuple[str, ...]
UNTRUSTED: Final = frozenset({"late", "old", "ahead", "clock_doubtful"})


@dataclass(slots=True)
class Spread:
    """A histogram: how many were at most each bound and above the one before; the last count is of those above all."""

    bounds: tuple[float, ...]
    counts: list[int]
    sum: float = 0.0

    def add(self, values: Iterable[float]) -> None:
        """A clock that was set back makes no negative wait."""
        for value in values:
            self.counts[bisect_left(self.bounds, value)] += 1
            self.sum += max(value, 0.0)


def _counters() -> dict[str, dict[LabelValues, float]]:
    """Every label value from the start, at 0: the first event is then a rise, and no dict grows beside a scrape."""
    return {each.name: dict.fromkeys(product(*each.labels.values()), 0.0) for each in _of_kind("counter")}


def _spreads() -> dict[str, Spread]:
    return {each.name: Spread(each.bounds, [0] * (len(each.bounds) + 1)) for each in _of_kind("histogram")}


def _of_kind(kind: str) -> list[Metric]:
    return [each for each in OF_THE_WORKER if each.kind == kind]


@dataclass(slots=True)
class Tallies:
    """`live` asks the worker's own parts at the time of the scrape; `unjudged` are receipts not evaluated yet."""

    counters: dict[str, dict[LabelValues, float]] = field(default_factory=_counters)
    spreads: dict[str, Spread] = field(default_factory=_spreads)
    flags: FlagTally = field(default_factory=FlagTally)
    live: dict[str, Callable[[], float]] = field(default_factory=dict)
    unjudged: list[datetime] = field(default_factory=list)
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
        self.spreads[table.TO_COMMIT].add((now - one.delivery.received_at).total_seconds() for one in settled)
        self.spreads[table.MEASURED].add((now - at).total_seconds() for at in _trusted(decodings, settled))
        self.counters[table.COMMITTED][()] += len(settled)
        self._count_verdicts(settled)
        self.unjudged.extend(one.delivery.received_at for one in settled if one.patients)
        self.in_hand = 0

    def _count_verdicts(self, settled: Sequence[Settled]) -> None:
        elements, codes = self.counters[table.ELEMENTS], self.counters[table.QUARANTINED]
        for one in settled:
            for verdict in one.verdicts:
                elements[verdict.verdict,] += 1
                if verdict.code is not None:
                    codes[(verdict.code,) if (verdict.code,) in codes else (OTHER,)] += 1

    def evaluate(self, now: datetime) -> None:
        """All that was stored is evaluated."""
        self.spreads[table.TO_EVALUATION].add((now - at).total_seconds() for at in self.unjudged)
        self.unjudged.clear()

    def change_lease(self, change: str) -> None:
        """`change`: taken or lost."""
        self.counters[table.LEASES][change,] += 1

    def read(self, metric: Metric) -> Mapping[LabelValues, float]:
        """What a counter or a gauge of the worker is now, by the values of its labels."""
        if metric.name in self.live:
            return {(): self.live[metric.name]()}
        counted = dict(self.counters.get(metric.name, {}))
        for (rule, severity), number in list(self._of_flags(metric.name).items()):
            counted[rule if rule in RULES else OTHER, severity] += number
        return counted

    def _of_flags(self, name: str) -> Mapping[tuple[str, str], int]:
        return {table.RAISED: self.flags.raised, table.WITHDRAWN: self.flags.withdrawn}.get(name, {})


def _since(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max((now - then).total_seconds(), 0.0)


def _trusted(decodings: Sequence[Decoding], settled: Sequence[Settled]) -> Iterable[datetime]:
    """Device times of what was stored, where the payload says nothing against its own clock."""
    for decoding, one in zip(decodings, settled, strict=True):
        for outcome, verdict in zip(decoding.outcomes, one.verdicts, strict=True):
            if isinstance(outcome, Decoded) and verdict.verdict == "stored" and _good_clock(outcome):
                yield outcome.measured_at


def _good_clock(reading: Decoded) -> bool:
    return reading.time_quality == "good" and reading.clock is None and UNTRUSTED.isdisjoint(reading.quality)
