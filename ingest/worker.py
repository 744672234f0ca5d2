"""The worker: takes what waits, decodes, commits, acknowledges, answers, evaluates, sweeps; one loop, one thread."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Final

from sqlalchemy import Engine

from flags.evaluate import evaluate
from flags.sweep import sweep
from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, Delivery, Settled
from ingest.inbox import Inbox
from ingest.metrics import Tallies
from ingest.mqtt import BrokerAddress, Subscriber
from ingest.patience import Patience
from ingest.payloads import PayloadBudget
from ingest.prompts import Prompts
from ingest.receipts import receipts
from models.engine import open_writer
from models.life import sign, sign_off
from registry.holders import Holders

MOST: Final = 1_000  # deliveries a batch: half the usual window, so that the next batch arrives while one commits
EVALUATE_AFTER: Final = 0.1  # seconds the oldest stored reading may wait for its evaluation
CATCHING_UP: Final = 0.5  # the same while full batches come: what has waited for hours is evaluated for half the cost
SWEEP_EVERY: Final = 1.0
LULL: Final = 0.005  # seconds without a delivery: a broker with a small window pauses after each acknowledgement


class BrokerRefusedError(Exception):
    """The broker will not have us; the text says why."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What one worker needs; `slot` fixes its client id, and with it its session at the broker."""

    database_url: str
    broker: BrokerAddress
    stop: Event
    slot: int = 0
    clock: Callable[[], datetime] = utc_now
    tallies: Tallies = field(default_factory=Tallies)

    @property
    def client_id(self) -> str:
        return f"hearthline-ingest-{self.slot}"


@dataclass(slots=True)
class Work:
    """What the loop carries from turn to turn. `waiting` are patients whose new readings are not evaluated yet."""

    settings: WorkerSettings
    writer: Engine
    inbox: Inbox
    subscriber: Subscriber
    patience: Patience
    holders: Holders = field(default_factory=Holders)
    budget: PayloadBudget = field(default_factory=PayloadBudget)
    prompts: Prompts = field(default_factory=Prompts)
    waiting: set[str] = field(default_factory=set)
    waiting_since: float = 0.0
    swept: float = 0.0


def run(settings: WorkerSettings) -> None:
    """Work until `settings.stop` is set, then drain what was taken. Raises BrokerRefusedError."""
    inbox = Inbox()
    subscriber = Subscriber(settings.broker, settings.client_id, inbox, settings.clock)
    work = Work(settings, open_writer(settings.database_url), inbox, subscriber, Patience(settings.stop))
    settings.tallies.watch(inbox, subscriber, work.patience, settings.clock)
    subscriber.start()
    try:
        while not settings.stop.is_set() and subscriber.refused is None:
            turn(work, patience=0.05)
    finally:
        inbox.close()
        drain(work)
        subscriber.stop()
        work.writer.dispose()
    if subscriber.refused is not None:
        raise BrokerRefusedError(subscriber.refused)


def turn(work: Work, patience: float) -> None:
    """One turn: a batch to the end, then evaluation and sweep where they are due."""
    batch = work.inbox.take(MOST, LULL if work.waiting else patience)
    if batch:
        settle(work, batch)
    longest = CATCHING_UP if len(batch) == MOST else EVALUATE_AFTER
    if work.waiting and (not batch or time.monotonic() - work.waiting_since > longest):
        judge(work)
    if time.monotonic() - work.swept > SWEEP_EVERY:
        work.swept = time.monotonic()
        work.patience.persist(lambda: look_around(work))


def settle(work: Work, batch: Sequence[Delivery]) -> None:
    """Commit first; acknowledge and answer after, never before."""
    outcomes = [Decoding(one, decode(one.payload, one.topic, one.received_at)) for one in batch]
    decodings, settled = work.budget.limit(outcomes), list[Settled]()
    storing = partial(commit, work.writer, decodings, work.holders, work.settings.clock)
    work.settings.tallies.take(len(batch))
    if not work.patience.persist(lambda: settled.extend(storing())):
        return
    work.settings.tallies.commit(decodings, settled, work.settings.clock())
    work.subscriber.acknowledge(one.delivery.token for one in settled)
    for topic, payload in receipts(settled):
        work.subscriber.publish(topic, payload)
    work.prompts.hear(settled)
    if not work.waiting:
        work.waiting_since = time.monotonic()
    work.waiting.update(patient for one in settled for patient in one.patients)


def judge(work: Work) -> None:
    """Evaluate those whose new readings wait for it."""
    tallies, clock = work.settings.tallies, work.settings.clock
    judging = partial(evaluate, work.writer, sorted(work.waiting), clock=clock, tally=tallies.flags)
    if work.patience.persist(judging):
        tallies.evaluate(clock())
    work.waiting.clear()


def look_around(work: Work) -> None:
    """A sign of life, then what a crash left behind and what is due."""
    work.subscriber.watch()
    now = work.settings.clock()
    with work.writer.begin() as connection:
        sign(connection, "ingest", work.settings.slot, now=now, oldest_waiting=work.inbox.oldest())
    work.prompts.send(work.writer, partial(work.subscriber.publish, qos=1), now)
    sweep(work.writer, clock=work.settings.clock, tally=work.settings.tallies.flags)


def drain(work: Work) -> None:
    """What was taken is finished, as far as the database allows; the rest is the broker's still."""
    if work.waiting:
        judge(work)
    work.patience.persist(lambda: _say_goodbye(work))


def _say_goodbye(work: Work) -> None:
    with work.writer.begin() as connection:
        sign_off(connection, "ingest", work.settings.slot)
