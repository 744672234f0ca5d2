"""A seat at the broker and one turn of its work: take a batch, decode, commit, acknowledge, answer, evaluate, sweep."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Engine

from flags.evaluate import evaluate
from flags.sweep import look_again_at_all, look_again_at_left, sweep
from ingest.careful import Careful
from ingest.commit import commit
from ingest.delivery import Decoding, Delivery, Settled
from ingest.inbox import Inbox
from ingest.lease import Lease, steady_seconds
from ingest.mqtt import Seat, Subscriber
from ingest.pace import Pace
from ingest.patience import Patience
from ingest.payloads import PayloadBudget
from ingest.prompts import Prompts
from ingest.receipts import receipts
from ingest.repeats import send_repeats
from ingest.rounds import Lot, Rounds
from ingest.settings import WorkerSettings, client_id
from registry.holders import Holders

MOST: Final = 1_000  # deliveries a batch: half the usual window, so that the next batch arrives while one commits
FEW: Final = 100  # the same while decoding carefully: what is decoded one by one shall not wait for a thousand others
SWEEP_EVERY: Final = 1.0
LULL: Final = 0.005  # seconds without a delivery: a broker with a small window pauses after each acknowledgement
log = structlog.get_logger()


@dataclass(slots=True)
class Work:
    """What the loop carries from turn to turn. `careful` decodes what may have killed whoever held the slot before."""

    settings: WorkerSettings
    writer: Engine
    patience: Patience
    lease: Lease
    inbox: Inbox
    subscriber: Subscriber
    holders: Holders = field(default_factory=Holders)
    budget: PayloadBudget = field(default_factory=PayloadBudget)
    careful: Careful | None = None
    pace: Pace = field(default_factory=Pace)
    prompts: Prompts = field(default_factory=Prompts)
    rounds: Rounds = field(default_factory=Rounds)
    swept: float = 0.0


def sit_down(
    settings: WorkerSettings,
    writer: Engine,
    patience: Patience,
    lease: Lease,
    *,
    wanted: str | None,
    unwanted: Sequence[str],
) -> Work:
    """Connect under the slot's client id; the session is to be subscribed to `wanted` and not to `unwanted`."""
    careful = Careful(settings.decode) if lease.predecessor is not None else None
    if careful is not None:
        careful.make_ready(lease.length / 4)  # it is not renewed meanwhile
    inbox = Inbox()
    seat = Seat(client_id(lease.slot), wanted, unwanted, lambda: lease.fresh, settings.keep_alive)
    subscriber = Subscriber(settings.broker, seat, inbox, settings.clock)
    subscriber.start()
    return Work(settings, writer, patience, lease, inbox, subscriber, careful=careful)


def turn(work: Work, patience: float) -> bool:
    """One turn: a batch to the end, then evaluation and sweep where they are due. Answers whether anything came.
    Raises LeaseLostError."""
    renew_if_due(work)
    most = MOST if work.careful is None else FEW
    batch = work.inbox.take(most, patience if work.rounds.idle else 0.0 if work.rounds.left else LULL)
    if batch:
        settle(work, batch)
    lot = work.rounds.next_lot(time.monotonic(), lull=not batch, backlog=len(batch) == MOST)
    if lot.patients:
        judge(work, lot)
    if time.monotonic() - work.swept > SWEEP_EVERY:
        work.swept = time.monotonic()
        work.patience.persist(lambda: look_around(work))
    return bool(batch)


def renew_if_due(work: Work) -> None:
    if work.lease.due:
        now, waited = work.settings.clock(), work.inbox.busy_for()
        oldest = None if waited is None else now - waited
        work.patience.persist(lambda: work.lease.renew(work.writer, now, oldest))


def decode_all(work: Work, batch: Sequence[Delivery]) -> list[Decoding]:
    if work.careful is None:
        decode = work.settings.decode
        return [Decoding(one, decode(one.payload, one.topic, one.received_at)) for one in batch]
    decodings = work.careful.decode_each(batch, between=partial(renew_if_due, work))
    if work.careful.left <= 0:
        work.careful = None
    return decodings


def settle(work: Work, batch: Sequence[Delivery]) -> None:
    """Commit first; acknowledge and answer after, never before."""
    decodings, settled = work.budget.limit(decode_all(work, batch)), list[Settled]()
    storing = partial(commit, work.writer, decodings, work.holders, work.settings.clock, work.lease.fence)
    work.settings.tallies.take(len(batch))
    if not work.patience.persist(lambda: settled.extend(storing())):
        return
    work.settings.tallies.commit(decodings, settled, work.settings.clock())
    work.subscriber.acknowledge(one.delivery.token for one in settled)
    work.subscriber.answer(receipts(settled))
    work.prompts.hear(settled)
    work.rounds.add(settled, time.monotonic())


def judge(work: Work, lot: Lot) -> None:
    """Evaluate patients whose new readings wait for it."""
    tallies, clock, put_off = work.settings.tallies, work.settings.clock, set[str]()
    judging = partial(evaluate, work.writer, lot.patients, clock=clock, tally=tallies.flags, slow=lot.slow)
    if work.patience.persist(lambda: put_off.update(judging())):
        work.rounds.put_off(put_off, time.monotonic())
        tallies.evaluate(clock(), work.rounds.ended())


def look_around(work: Work) -> None:
    """Whom to ask to send or measure again, what a crash left behind, and what is due."""
    work.subscriber.watch()
    now = work.settings.clock()
    publish = partial(work.subscriber.publish, qos=1)
    work.prompts.send(work.writer, publish, now)
    send_repeats(work.writer, publish, now)
    if work.pace.wall is None:
        look_again_at_left(work.writer, now)
    stepped = work.pace.look(now, steady_seconds())
    if stepped:
        log.warning("clock.stepped", seconds=round(stepped.total_seconds()))
        look_again_at_all(work.writer, now)
    clock, tally = work.settings.clock, work.settings.tallies.flags
    sweep(work.writer, clock=clock, tally=tally, judge_silence=work.pace.settled)


def finish(work: Work) -> None:
    """What was taken is finished, as far as the database allows; the rest is the broker's still. Frees the slot."""
    work.inbox.close()
    if not work.rounds.idle:
        judge(work, work.rounds.everybody())
    drop(work)
    work.patience.persist(lambda: work.lease.leave(work.writer, work.settings.clock()))


def drop(work: Work) -> None:
    """Leave everything as it is: the slot is another's, or its next holder has to know that we did not end well."""
    if work.careful is not None:
        work.careful.close()
    work.subscriber.stop()
