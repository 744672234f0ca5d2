"""A panel's days lived through in one process: the simulator's bytes, our decode, store, evaluation and sweeps, at
simulated instants. No broker and no network: what is on the wire is handed over as the subscriber would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from flags.actions import resolve
from flags.evaluate import evaluate
from flags.sweep import sweep
from hearthline.enrol import enrol_planned
from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import UP, Decoding, handed_over
from models.tables import Evaluation, Flag
from registry.holders import Holders
from simulators.panel import AWAY, MIXED
from simulators.plan import Plan, Upload
from simulators.transport_faults import Step, schedule

TURN = timedelta(minutes=15)  # what arrives within it is stored and judged together, at its end
ECHO = timedelta(minutes=2)  # after the answer, when a device sends once more what was answered
WAITS = ("open", "acknowledged", "in_progress")
BLINK = timedelta(seconds=1)  # a limit is passed just after its instant
ROUND = timedelta(days=1)  # how often staff look; they close what has ended and waited as long
AFTER = timedelta(hours=1)  # from the plan's end to the last look


@dataclass(slots=True)
class Clinic:
    """The record of a panel, and the simulated time in it."""

    writer: Engine
    now: datetime
    holders: Holders = field(default_factory=Holders)

    def clock(self) -> datetime:
        return self.now


def live(writer: Engine, plan: Plan, faults: frozenset[str], start: datetime) -> datetime:
    """Enrol everybody and live from `start` to the plan's end; answers when the last look was."""
    clinic = Clinic(writer, start)
    with Session(writer) as session, session.begin():
        for patient in plan.patients:
            enrol_planned(session, patient, start)
    rounds = start + ROUND
    for now, uploads in _turns(arrivals(schedule(plan.uploads, faults, plan.seed, AWAY, MIXED))):
        _wait_until(clinic, now)
        _take(clinic, uploads)
        if now >= rounds:
            _staff_round(clinic)
            rounds = now + ROUND
    _wait_until(clinic, max(clinic.now, plan.until) + AFTER)
    return clinic.now


def arrivals(steps: Sequence[Step]) -> list[tuple[datetime, Upload]]:
    """When each message reaches us, as often as it does: what a device out of reach holds back comes all at once."""
    came: list[tuple[datetime, Upload]] = []
    held: dict[str, tuple[int, list[Step]]] = {}
    for step in steps:
        left, waiting = held.get(step.upload.device, (0, []))
        left, waiting = (step.offline or left), [*waiting, step]
        held[step.upload.device] = left - 1, waiting
        if left <= 1:
            came += [pair for each in waiting for pair in _sent(each, step.release)]
            del held[step.upload.device]
    if held:
        last = max(step.release for step in steps)
        came += [pair for _, waiting in held.values() for each in waiting for pair in _sent(each, last)]
    return sorted(came, key=lambda pair: pair[0])


def _sent(step: Step, at: datetime) -> Iterator[tuple[datetime, Upload]]:
    for _ in range(step.copies):
        yield at, step.upload
    if step.echo:
        yield at + ECHO, step.upload


def _turns(came: Sequence[tuple[datetime, Upload]]) -> Iterator[tuple[datetime, list[Upload]]]:
    for end, together in groupby(came, key=lambda pair: _end_of_turn(pair[0])):
        yield end, [upload for _, upload in together]


def _end_of_turn(at: datetime) -> datetime:
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % TURN


def _take(clinic: Clinic, uploads: Sequence[Upload]) -> None:
    topics = [f"{UP}{each.device}/{each.measure}" for each in uploads]
    deliveries = [handed_over(*each, clinic.now) for each in zip(topics, (up.payload for up in uploads), strict=True)]
    decodings = [Decoding(each, decode(each.payload, each.topic, each.received_at)) for each in deliveries]
    settled = commit(clinic.writer, decodings, clinic.holders, clinic.clock)
    evaluate(clinic.writer, sorted({who for each in settled for who in each.patients}), clock=clinic.clock)


def _wait_until(clinic: Clinic, then: datetime) -> None:
    """What becomes due by waiting alone is looked at when it is due, on the same beat as what arrives."""
    while (due := _next_due(clinic.writer)) is not None and due + BLINK <= then:
        clinic.now = max(clinic.now, due + BLINK)
        if not sweep(clinic.writer, clock=clinic.clock):
            break
    clinic.now = then


def _next_due(writer: Engine) -> datetime | None:
    with Session(writer) as session:
        return session.scalar(select(func.min(Evaluation.due_at)))


def _staff_round(clinic: Clinic) -> None:
    """Staff close what has ended and was raised a day ago or longer; what lasts stays open."""
    with Session(clinic.writer) as session, session.begin():
        waiting = select(Flag.id).where(Flag.status.in_(WAITS), Flag.ended, Flag.raised_at < clinic.now - ROUND)
        for flag in session.scalars(waiting).all():
            resolve(session, flag, actor="staff", note="seen", now=clinic.now)
