"""The worker: holds the lease on its slot, works under the slot's client id, and looks after slots nobody holds; one
loop, one thread."""

from functools import partial
from typing import Final

import structlog
from sqlalchemy import Engine

from ingest.keeper import Keeper
from ingest.lease import LOOKS, Lease, LeaseLostError, Stillness, Wait
from ingest.patience import MOST, Patience
from ingest.settings import WorkerSettings
from ingest.turn import drop, finish, sit_down, turn
from models.engine import open_writer

IDLE_AT_LEAST: Final = 2.0  # seconds of doing nothing in a transaction that a busy machine is allowed
log = structlog.get_logger()


class BrokerRefusedError(Exception):
    """The broker will not have us; the text says why."""


def run(settings: WorkerSettings) -> None:
    """Work until `settings.stop` is set, then finish what was taken. Raises BrokerRefusedError and SlotHeldError."""
    writer = open_writer(settings.database_url, idle_seconds=max(IDLE_AT_LEAST, settings.lease / 2))
    beat = partial(settings.tell, "WATCHDOG=1")
    patience = Patience(settings.stop, most=min(MOST, settings.lease / 2), beat=beat)
    standby = settings.standby
    try:
        while (lease := hold_slot(settings, writer, patience, standby)) is not None:
            settings.tallies.change_lease("taken")
            standby = True  # whoever loses it waits until it is free again
            try:
                work_under(lease, settings, writer, patience)
            except LeaseLostError as lost:
                settings.tallies.change_lease("lost")
                log.warning("lease.lost", slot=lease.slot, cause=str(lost), does="waits for the slot")
    finally:
        settings.tell("STOPPING=1")
        writer.dispose()


def hold_slot(settings: WorkerSettings, writer: Engine, patience: Patience, standby: bool) -> Lease | None:
    """The lease on the slot, after waiting for it; None when told to stop before. Raises SlotHeldError."""
    stillness = Stillness(2 * settings.lease / LOOKS)
    waiting, got = Wait(writer, settings.slot, settings.lease, settings.clock, standby, stillness), list[Lease | None]()
    while not settings.stop.is_set():
        patience.persist(lambda: got.append(waiting.attempt()))
        if standby or got[-1:] != [None]:
            settings.tell("READY=1")
        if got and got[-1] is not None:
            return got[-1]
        patience.beat()
        settings.stop.wait(settings.lease / LOOKS)
    return None


def work_under(lease: Lease, settings: WorkerSettings, writer: Engine, patience: Patience) -> None:
    """Until told to stop, refused (BrokerRefusedError) or without the lease (LeaseLostError)."""
    wanted, unwanted = settings.filters
    seat = partial(sit_down, settings, writer, patience)
    work = seat(lease, wanted=wanted, unwanted=[unwanted])
    settings.tallies.watch(work.inbox, work.subscriber, patience, settings.clock)
    keeper = Keeper(work, partial(seat, wanted=None, unwanted=settings.filters))
    try:
        while not settings.stop.is_set() and work.subscriber.refused is None:
            turn(work, patience=0.05)
            keeper.turn()
            patience.beat()
    except BaseException:
        keeper.drop()
        drop(work)
        raise
    keeper.finish()
    finish(work)
    if work.subscriber.refused is not None:
        raise BrokerRefusedError(work.subscriber.refused)
