"""Evaluate patients: under their locks, in one transaction, from the queue's rows to episodes and flags.

A patient whose evaluation raises does not stop the others: the batch is halved until it is alone, then postponed.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from time import monotonic
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from flags.due import Due, forget, read_due, slow_later
from flags.history import load_cases, load_samples
from flags.judge import Judged, before, judge, window
from flags.locks import lock_patients, try_lock_patients
from flags.matching import match
from flags.prompting import asks_to_weigh, write_prompts
from flags.record import Key, Wanted, load_episodes, load_flags, load_further, write_episodes, write_flags
from flags.silence_causes import with_causes
from flags.states import EpisodeState, FlagState
from flags.tally import FlagTally
from models.queue import LookAgain, enqueue
from thresholds import RULES, rules_for
from thresholds.doubt import marked
from thresholds.types import Case, Sample

MOST: Final = 250  # patients a transaction: some 40 ms, so that a second writer on SQLite never waits long
BACK_OFF: Final = timedelta(seconds=30)
A_WHILE: Final = 0.5  # seconds
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
LONGEST_ENTRY: Final = max(rule.entry for rule in RULES.values() if rule.on)
Samples = Mapping[tuple[str, str], Sequence[Sample]]  # by patient and stream
log = structlog.get_logger()


class Sweep(Enum):
    """What a sweep may do that ingest may not: it judges the open gap, unless ingest is behind."""

    ALL = "all"
    BUT_SILENCE = "but silence"


def evaluate(
    writer: Engine,
    patients: Sequence[str],
    *,
    clock: Callable[[], datetime],
    sweep: Sweep | None = None,
    tally: FlagTally | None = None,
    slow: bool = True,
) -> set[str]:
    """Answer what the queue asks for these patients by now; without `slow` the slow rules are put off, and the answer
    is for whom. A sweep skips patients whose lock is taken. `tally` learns what was committed. Raises DBAPIError when
    the database is away; nothing is forgotten then."""
    how = How(clock, sweep, FlagTally() if tally is None else tally, slow)
    for start in range(0, len(patients), MOST):
        _bisect(writer, patients[start : start + MOST], how)
    return how.put_off


@dataclass(frozen=True, slots=True)
class How:
    """What is the same for every patient of a call."""

    clock: Callable[[], datetime]
    sweep: Sweep | None
    tally: FlagTally
    slow: bool
    put_off: set[str] = field(default_factory=set)


def _bisect(writer: Engine, patients: Sequence[str], how: How) -> None:
    try:
        with writer.begin() as connection:
            lock = try_lock_patients if how.sweep else lock_patients
            locked = lock(connection, patients)
            changed, known = _evaluate(connection, locked, how.clock(), how)
        how.tally.count(changed, known)
    except Exception as error:
        if _is_away(error):
            raise
        if len(patients) == 1:
            how.tally.failures += 1
            _postpone(writer, patients[0], how.clock(), error)
            return
        middle = len(patients) // 2
        _bisect(writer, patients[:middle], how)
        _bisect(writer, patients[middle:], how)


def _is_away(error: Exception) -> bool:
    """Whether the fault is the database's (gone, locked, full, deadlocked), not one patient's rows'."""
    return isinstance(error, DBAPIError) and not isinstance(error, (DataError, IntegrityError))


def _postpone(writer: Engine, patient_id: str, now: datetime, error: Exception) -> None:
    """Replace all rows of the streams that were due by one later try each, earlier tries included; the log names the
    fault, never the patient or their values."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("evaluation.failed", cause=type(error).__name__, where=f"{place.name}:{place.lineno}")
    with writer.begin() as connection:
        lock_patients(connection, [patient_id])
        streams = {each.stream for each in read_due(connection, [patient_id], now)}
        failed = [each for each in read_due(connection, [patient_id], END_OF_TIME) if each.stream in streams]
        forget(connection, [row for each in failed for row in each.rows])
        enqueue(connection, [_later(each, now) for each in failed])


def _later(due: Due, now: datetime) -> LookAgain:
    wait = BACK_OFF * 2 ** min(due.attempts, 7)
    return LookAgain(due.patient_id, due.stream, due.since, now + wait, "retry", due.attempts + 1)


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of the patients at hand."""

    flags: dict[Key, list[FlagState]]
    episodes: dict[Key, list[EpisodeState]]
    cases: dict[str, Case]


def _evaluate(
    connection: Connection, patients: Sequence[str], now: datetime, how: How
) -> tuple[list[FlagState], set[UUID]]:
    """Answers the flags that changed, and which there were before."""
    due = read_due(connection, patients, now, slow=how.slow)
    if not due:
        return [], set()
    record = _load(connection, due, now)
    samples = _load_samples(connection, due, record)
    judged = list(_awake(connection, _judge_all(due, samples, record, how.sweep is Sweep.ALL)))
    write_episodes(connection, [each.change for _, each in judged])
    changed = [flag for key, each in judged for flag in _match(key, each, record, now)]
    changed = with_causes(connection, changed, now)
    known = {flag.id for flags in record.flags.values() for flag in flags}
    write_flags(connection, changed, known)
    doubted = [ask for (patient, _), mine in samples.items() for ask in asks_to_weigh(patient, mine, now)]
    write_prompts(connection, [each.change for _, each in judged], doubted, now)
    forget(connection, [row for each in due for row in each.rows])
    later = list(slow_later(due, now))
    enqueue(connection, [*(again for _, each in judged for again in each.look_again), *later])
    how.put_off.update(again.patient_id for again in later)
    return changed, known


def _awake(connection: Connection, judged: Iterator[tuple[Key, Judged]]) -> Iterator[tuple[Key, Judged]]:
    """A database that hears nothing for seconds ends the transaction, as that of a worker that was stopped; but
    thousands of readings may take so long."""
    heard = monotonic()
    for each in judged:
        if monotonic() - heard > A_WHILE:
            connection.exec_driver_sql("SELECT 1")
            heard = monotonic()
        yield each


def _load(connection: Connection, due: Sequence[Due], now: datetime) -> Record:
    """Flags are needed as far back as the episodes of their rule that are under way may have started, however early a
    person closed them; and episodes as far back as the flags of their rule that they may still belong to."""
    patients = sorted({each.patient_id for each in due})
    rules = {rule.id for stream in {each.stream for each in due} for rule in rules_for(stream)}
    wanted = Wanted(patients, sorted(rules))
    since = before(min(each.since for each in due), LONGEST_ENTRY)
    episodes = load_episodes(connection, wanted, since)
    under_way = [(*key, min(each.started_at for each in mine)) for key, mine in episodes.items()]
    flags = load_flags(connection, wanted, since, [each for each in under_way if each[2] < since], now)
    covering = [(*key, min(flag.since for flag in mine)) for key, mine in flags.items()]
    if older := [each for each in covering if each[2] < since]:
        episodes = load_further(connection, episodes, older)
    return Record(flags, episodes, load_cases(connection, patients, now))


def _judge_all(due: Sequence[Due], samples: Samples, record: Record, open_gap: bool) -> Iterator[tuple[Key, Judged]]:
    for each in due:
        case = record.cases[each.patient_id]
        if open_gap and each.timed:
            case = replace(case, open_gap=True)
        mine = samples.get((each.patient_id, each.stream), [])
        for rule in rules_for(each.stream, slow=each.slow):
            key = each.patient_id, rule.id
            yield key, judge(rule, each, mine, case, record.episodes.get(key, ()))


def _load_samples(connection: Connection, due: Sequence[Due], record: Record) -> Samples:
    """First what was measured since; then, for the few streams that hold something of interest, further back. Each with
    what its history says against it."""
    windows = {
        (each.patient_id, each.stream): (each, window(each, record.episodes, record.cases[each.patient_id]))
        for each in due
    }
    samples = load_samples(connection, [(*key, begin) for key, (_, begin) in windows.items()])
    further = {
        key: window(each, record.episodes, record.cases[key[0]], samples.get(key, ()))
        for key, (each, _) in windows.items()
    }
    wanted = [(*key, begin) for key, begin in further.items() if begin < windows[key][1]]
    found = samples | load_samples(connection, wanted) if wanted else samples
    return {key: marked(key[1], each, record.cases[key[0]].zone) for key, each in found.items()}


def _match(key: Key, judged: Judged, record: Record, now: datetime) -> list[FlagState]:
    """An episode that did not change and touches no flag at hand has its flag further back (other patients of the batch
    may need more history)."""
    change, flags = judged.change, record.flags.get(key, [])
    if not change.gone and not change.written:
        return []
    mine = [each for each in judged.current if each in change.written or any(flag.touches(each) for flag in flags)]
    return match(key[0], change.measure, mine, flags, now)
