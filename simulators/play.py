"""A plan played over the wire: enrol, take, send, and wait until everything is answered for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from simulators.home import Books, Tally
from simulators.journal import Journal
from simulators.ledger import fold, journal_of
from simulators.mqtt import Address
from simulators.plan import Plan, PlannedPatient, Silence
from simulators.run import Manner, Played, Run
from simulators.street import Street
from simulators.transport_faults import Step, schedule

OpenSilences = Callable[[Plan, datetime], Sequence[Silence]]


def play(  # noqa: PLR0913 - one parameter for each option of the command, all by name
    plan: Plan,
    *,
    host: str,
    port: int,
    enrol: Callable[[PlannedPatient], None],
    ledger: Path | None = None,
    speed: float | None = None,
    settle: float = 60.0,
    faults: frozenset[str] = frozenset(),
    history_until: datetime | None = None,
    on_history_done: Callable[[], None] | None = None,
    on_progress: Callable[[Played], None] | None = None,
    stop: Event | None = None,
    open_silences: OpenSilences | None = None,
) -> Played:
    """Enrol everybody, then send the plan's uploads, and return what came of it; `Manner` says in which way.

    The ledger is complete also when the run is stopped, interrupted or raises; it then has what was taken so far.
    `open_silences` finds the gaps that last to the end; without it they are the plan's, as of its end. A broker or an
    ingest that is away is waited for, `settle` seconds at most. Raises what `enrol` raises, and OSError when the
    ledger cannot be written.
    """
    for patient in plan.patients:
        enrol(patient)
    steps = schedule(plan.uploads, faults, plan.seed)
    devices = dict.fromkeys(device.id for patient in plan.patients for device in patient.devices)
    manner = Manner(settle, speed, history_until, on_history_done, on_progress, stop)
    journal_path = None if ledger is None else journal_of(ledger)
    try:
        with Journal(journal_path) as journal:
            books = Books(journal, Tally(), _now)
            with Street(devices, Address(host, port), books, plan.seed) as street:
                run = Run(street, steps, books.tally, manner)
                try:
                    return run.play()
                finally:
                    journal.silent(_silences(_as_far(plan, steps[: run.fed]), open_silences))
    finally:
        if journal_path is not None:
            fold(journal_path)


def _silences(plan: Plan, open_silences: OpenSilences | None) -> list[Silence]:
    """Open gaps are judged as of the later of the simulated end and now, as the sweep will judge them."""
    if open_silences is None:
        return list(plan.silences)
    ended = (silence for silence in plan.silences if silence.end is not None)
    return [*ended, *open_silences(plan, max(plan.until, _now()))]


def _as_far(plan: Plan, steps: Sequence[Step]) -> Plan:
    """The plan that was really played."""
    if len(steps) == len(plan.uploads):
        return plan
    until = max((step.release for step in steps), default=datetime.min.replace(tzinfo=UTC))
    uploads = sorted((step.upload for step in steps), key=lambda upload: upload.at)
    ended = tuple(silence for silence in plan.silences if silence.end is not None and silence.end <= until)
    return replace(plan, until=until, uploads=tuple(uploads), silences=ended)


def _now() -> datetime:
    return datetime.now(UTC)
