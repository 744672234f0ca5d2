"""A plan played over the wire: enrol, take, send, and wait until everything is answered for.

`Manner` says what the options do. Gaps that last to the end are found by `open_silences`; without it they are the
plan's, as of its end.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from device.mqtt import Broker
from simulators.home import Books, Tally
from simulators.journal import Journal
from simulators.ledger import fold, journal_of
from simulators.plan import Plan, PlannedPatient, Silence
from simulators.run import Manner, Played, Run
from simulators.street import Street, plain_broker
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
    """Enrol everybody, then send the plan's uploads; returns what came of it. Raises what `enrol` raises, and OSError
    when the ledger cannot be written; a broker or an ingest that is away is waited for, `settle` seconds at most."""
    for patient in plan.patients:
        enrol(patient)
    manner = Manner(settle, speed, history_until, on_history_done, on_progress, stop)
    steps = schedule(plan.uploads, faults, plan.seed)
    with _writing(ledger) as journal:
        return _send(plan, steps, plain_broker(host, port), journal, manner, open_silences)


@contextmanager
def _writing(ledger: Path | None) -> Iterator[Journal]:
    """A journal that becomes the ledger of what was done so far, whatever ends the run."""
    journal = Journal(None if ledger is None else journal_of(ledger))
    try:
        with journal:
            yield journal
    finally:
        if ledger is not None:
            fold(journal_of(ledger))


def _send(
    plan: Plan,
    steps: Sequence[Step],
    broker: Broker,
    journal: Journal,
    manner: Manner,
    open_silences: OpenSilences | None,
) -> Played:
    devices = dict.fromkeys(device.id for patient in plan.patients for device in patient.devices)
    books = Books(journal, Tally(), _now)
    with Street(devices, broker, books, plan.seed) as street:
        run = Run(street, steps, books.tally, manner)
        try:
            return run.play()
        finally:
            journal.silent(_silences(_as_far(plan, steps[: run.fed]), open_silences))


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
