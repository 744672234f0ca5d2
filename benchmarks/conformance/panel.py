"""One part of a panel: what the simulator meant to cause beside what the record holds after its days."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from benchmarks.conformance.days import live
from hearthline.database import upgrade
from models.engine import open_writer
from models.tables import Episode, Flag
from simulators.cohort import CONTENT_FAULTS, open_silences, plan
from simulators.household import Part
from simulators.panel import mixed
from simulators.plan import Plan
from simulators.transport_faults import TRANSPORT_FAULTS

FAULTS = frozenset({*CONTENT_FAULTS, *TRANSPORT_FAULTS})
UNTIL = datetime(2026, 4, 20, 12, tzinfo=UTC)  # clocks change in America, Europe and Australia in the weeks before
BEYOND = timedelta(days=3650)  # a lost clock says a time from before anything was measured
Start = tuple[str, str, datetime]  # patient, rule, when the episode starts


@dataclass(frozen=True, slots=True)
class Wish:
    """`part` of `parts` of a panel."""

    seed: int
    patients: int
    days: int
    part: int
    parts: int


@dataclass(slots=True)
class Outcome:
    """Of each rule the episodes that should be, those of them that are, and those that should not be; flags raised by
    severity, withdrawn ones among them; seconds from the start of an episode to the flag it raised, by severity."""

    truth: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    spurious: Counter[str] = field(default_factory=Counter)
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    withdrawn: Counter[tuple[str, str]] = field(default_factory=Counter)
    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    readings: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        for name in ("truth", "found", "spurious", "flags", "withdrawn"):
            getattr(self, name).update(getattr(other, name))
        for severity, seconds in other.waited.items():
            self.waited[severity] += seconds
        self.readings += other.readings
        self.wrong += other.wrong


def run(wish: Wish) -> Outcome:
    """Plan the part, live through it in a SQLite file of its own, and compare."""
    part = Part(wish.part, wish.parts)
    planned = plan(
        patients=wish.patients, days=wish.days, seed=wish.seed, until=UNTIL, faults=FAULTS, members=mixed, part=part
    )
    with tempfile.TemporaryDirectory(prefix="hearthline-flags-") as folder:
        url = f"sqlite:///{Path(folder) / 'panel.db'}"
        upgrade(url)
        writer = open_writer(url)
        event.listen(writer, "connect", _forgetful)
        try:
            end = live(writer, planned, FAULTS, UNTIL - timedelta(days=wish.days))
            return _compare(set(_expected(planned, end)), writer, _readings(planned))
        finally:
            writer.dispose()


def _forgetful(connection: Any, _record: Any) -> None:
    """Nothing is kept, so nobody waits for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _readings(planned: Plan) -> int:
    return sum(len(upload.readings) for upload in planned.uploads)


def _expected(planned: Plan, end: datetime) -> Iterator[Start]:
    for upload in planned.uploads:
        for one in upload.readings:
            if one.expect_flags and one.measured_at is not None:
                at = datetime.fromisoformat(one.measured_at).astimezone(UTC)
                yield from ((one.patient, rule, at) for rule in one.expect_flags)
    closed = [silence for silence in planned.silences if silence.end is not None]
    for silence in [*closed, *open_silences(planned, end)]:
        yield from ((silence.patient, rule, silence.flagged_at) for rule in silence.expect_flags)


def _compare(expected: set[Start], writer: Engine, readings: int) -> Outcome:
    """An episode is found when it is in the record and a flag that was not withdrawn covers it."""
    with Session(writer) as session:
        flags = list(session.scalars(select(Flag)))
        started = set(session.execute(select(Episode.patient_id, Episode.rule, Episode.started_at)).tuples())
    covering: dict[tuple[str, str], list[Flag]] = defaultdict(list)
    for flag in flags:
        if flag.status != "withdrawn":
            covering[flag.patient_id, flag.rule].append(flag)
    found = {each for each in started if any(_covers(flag, each[2]) for flag in covering[each[:2]])}
    outcome = Outcome(readings=readings)
    outcome.truth.update(_rules(expected))
    outcome.found.update(_rules(expected & found))
    outcome.spurious.update(_rules(started - expected))
    outcome.wrong = [f"missed {each}" for each in _words(expected - found)]
    outcome.wrong += [f"spurious {each}" for each in _words(started - expected)]
    for flag in flags:
        _count(outcome, flag)
    return outcome


def _count(outcome: Outcome, flag: Flag) -> None:
    kind = flag.rule, flag.severity
    outcome.flags[kind] += 1
    if flag.status == "withdrawn":
        outcome.withdrawn[kind] += 1
    elif flag.since > UNTIL - BEYOND:
        outcome.waited[flag.severity].append((flag.raised_at - flag.since).total_seconds())


def _covers(flag: Flag, at: datetime) -> bool:
    return flag.since <= at <= flag.until


def _rules(starts: Iterable[Start]) -> Iterator[str]:
    return (rule for _, rule, _ in starts)


def _words(starts: Iterable[Start]) -> list[str]:
    return [f"{rule} of {patient} from {at.isoformat()}" for patient, rule, at in sorted(starts)]
