"""The demo from beginning to end: its place, its processes in the order in which readings flow, and what came of it."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from hearthline.broker import WARNING
from hearthline.database import naming, upgrade
from hearthline.demo.children import Child, running, wait_for_port
from hearthline.demo.days import Part, history_alone, history_and_live
from hearthline.demo.interrupt import DemoInterruption
from hearthline.demo.leave import leave_reports
from hearthline.demo.place import Place, taken
from hearthline.demo.player import Player
from hearthline.demo.scene import Scene, look
from hearthline.demo.screen import opened, say
from hearthline.demo.summary import Summary
from hearthline.demo.watch import Watch
from hearthline.errors import BROKER, DONE, INTERRUPTED, NO
from hearthline.signals import catching
from models.engine import open_reader, open_writer


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of the command; `seconds` None means until Ctrl-C, or with `once` until all is played."""

    once: bool
    seconds: float | None
    patients: int
    days: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the exit code: Ctrl-C is how a live demo ends, but not one that plays the history once, nor one that
    has not begun to."""

    summary: Summary
    code: int


def run_demo(wish: Wish, var: Path, clock: Callable[[], datetime]) -> Outcome:
    """Raises Failure when the place is taken or cannot be written, and when a part of the demo dies."""
    began = time.monotonic()
    with taken(var, clock()) as place, catching(DemoInterruption()) as signals, naming(place.database):
        say(f"database {place.database}")
        say(f"broker {place.broker} ({WARNING})")
        upgrade(place.database)
        with engines(place) as (writer, reader):
            player = Player(lambda: _parts(wish, clock()), place.port, writer, clock)
            with children(place, signals) as alive:
                watch = Watch(reader, player, alive, clock, began)
                with player.playing(), signals.drawing(), opened() as screen:
                    watch.play(screen, signals.stop, wish.seconds)
            summary = _summary(wish, place, player, watch, look(reader, clock()))
            summary = replace(summary, reports=leave_reports(place, reader, clock()))
    if signals.interrupted and (wish.once or not player.planned):
        return Outcome(summary, INTERRUPTED)
    if wish.once and summary.in_doubt:
        say(f"{summary.in_doubt} readings have no receipt; see {place.log('ingest')}")
        return Outcome(summary, NO)
    return Outcome(summary, DONE)


@contextlib.contextmanager
def engines(place: Place) -> Iterator[tuple[Engine, Engine]]:
    """The demo's database for writing and for reading."""
    writer, reader = open_writer(place.database), open_reader(place.database)
    try:
        yield writer, reader
    finally:
        writer.dispose()
        reader.dispose()


@contextlib.contextmanager
def children(place: Place, signals: DemoInterruption) -> Iterator[list[Child]]:
    """Broker and ingest; at the end ingest drains while the broker still listens."""
    with running("broker", place, code=BROKER) as broker:
        signals.children.append(broker.process.pid)
        wait_for_port(broker, place.port)
        with running("ingest", place) as ingest:
            signals.children.append(ingest.process.pid)
            yield [broker, ingest]


def _parts(wish: Wish, now: datetime) -> list[Part]:
    days = history_alone if wish.once else history_and_live
    return days(patients=wish.patients, days=wish.days, seed=wish.seed, now=now)


def _summary(wish: Wish, place: Place, player: Player, watch: Watch, scene: Scene) -> Summary:
    return Summary(
        patients=wish.patients,
        readings_taken=player.taken,
        messages_received=scene.counts.messages,
        stored=scene.counts.stored,
        duplicate=scene.counts.duplicate,
        quarantined=scene.counts.quarantined,
        in_doubt=player.in_doubt,
        flags_open=len(scene.worklist),
        seconds=round(watch.seconds, 2),
        first_flag_seconds=None if watch.first_flag is None else round(watch.first_flag, 2),
        database=place.database,
        broker=place.broker,
    )
