"""A small clinic on a real record: people with devices, workers that store and judge, each with an engine of its own.

Readings go the whole way of the write path, decode included, so that queue rows come from the store alone.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.orm import Session

from flags.evaluate import evaluate
from flags.history import doubts_of, one_route
from flags.states import SO_FAR, EpisodeState, episode_of
from flags.sweep import sweep
from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, Settled, handed_over
from models.engine import open_writer
from models.tables import Base, Episode, Evaluation, Flag, Patient, Reading, RegistryVersion
from registry.assignments import assign_device
from registry.case import case_of
from registry.devices import enrol_device
from registry.facts import set_fact
from registry.holders import Holders
from registry.patients import enrol_patient
from thresholds import RULES, rules_for
from thresholds.doubt import marked
from thresholds.types import Amount, Sample

NOW = datetime(2026, 3, 20, 12, 0, 0, 77, tzinfo=UTC)  # no limit counted from a whole second passes at this instant
COMPONENTS = {
    "blood_pressure": ("systolic", "diastolic"),
    "glucose": ("glucose",),
    "weight": ("weight",),
    "sleep": ("ahi",),
}
MANY = 60
STREAMS = sorted({rule.stream for rule in RULES.values()})
DEVICE = "dev-{}"
Told = dict[tuple[str, str], list[EpisodeState]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading as a device sends it; `value` such as "185 100 mmHg", one number a component, then their unit."""

    patient: str
    measure: str
    id: str
    at: datetime
    value: str
    context: tuple[tuple[str, str], ...] = ()

    @property
    def topic(self) -> str:
        return f"hearthline/v1/up/{DEVICE.format(self.patient)}/{self.measure}"

    @property
    def payload(self) -> bytes:
        *numbers, unit = self.value.split()
        values = {
            name: {"value": number if number in ("LO", "HI") else float(number), "unit": unit}
            for name, number in zip(COMPONENTS[self.measure], numbers, strict=True)
        }
        body = {"id": self.id, "measured_at": self.at.isoformat(), "values": values, "context": dict(self.context)}
        if self.measure == "sleep":
            body["started_at"] = (self.at - timedelta(hours=7)).isoformat()
        return json.dumps(body).encode()


def pressure(patient: str, at: datetime, value: str = "185 100 mmHg") -> Taken:
    return Taken(patient, "blood_pressure", f"b{at:%d%H%M%S}", at, value)


def fingerstick(patient: str, at: datetime, value: str = "60 mg/dL", **context: str) -> Taken:
    return Taken(patient, "glucose", f"g{at:%d%H%M%S}", at, value, tuple(context.items()))


def sensor(patient: str, at: datetime, value: str = "50 mg/dL") -> Taken:
    return Taken(patient, "glucose", f"c{at:%d%H%M%S}", at, value, (("specimen", "interstitial"),))


def weighing(patient: str, at: datetime, value: str = "80.0 kg") -> Taken:
    return Taken(patient, "weight", f"w{at:%d%H%M%S}", at, value)


def ago(**span: float) -> datetime:
    """Before NOW, on a whole second."""
    return NOW.replace(microsecond=0) - timedelta(**span)


@dataclass(slots=True)
class Worker:
    """What one ingest process has: an engine and a cache of the registry."""

    engine: Engine
    holders: Holders = field(default_factory=Holders)


@dataclass(slots=True)
class Clinic:
    """`now` is everybody's clock; a test moves it."""

    workers: list[Worker]
    now: datetime = NOW

    @property
    def engine(self) -> Engine:
        return self.workers[0].engine

    def clock(self) -> datetime:
        return self.now

    def enrol(self, *patients: str, facts: Iterable[str] = (), zone: str = "Europe/Paris") -> None:
        """Each patient with a device of their own, named after them, and `name=value` facts."""
        with Session(self.engine) as session, session.begin():
            for patient in patients:
                enrol_patient(session, name=patient.title(), zone=zone, now=self.now, patient_id=patient)
                enrol_device(session, DEVICE.format(patient), "any", now=self.now)
                assign_device(session, DEVICE.format(patient), patient, now=self.now)
                for fact in facts:
                    name, _, value = fact.partition("=")
                    set_fact(session, patient, name, value, author="test", now=self.now)

    def state(self, patient: str, fact: str, from_at: datetime | None = None) -> None:
        name, _, value = fact.partition("=")
        with Session(self.engine) as session, session.begin():
            set_fact(session, patient, name, value, author="test", now=self.now, from_at=from_at)

    def hand_over(self, device_of: str, patient: str, from_at: datetime | None = None) -> None:
        with Session(self.engine) as session, session.begin():
            assign_device(session, DEVICE.format(device_of), patient, now=self.now, from_at=from_at)

    def store(self, *taken: Taken, worker: int = 0) -> list[Settled]:
        """One message each, one batch."""
        deliveries = [handed_over(each.topic, each.payload, self.now) for each in taken]
        batch = [Decoding(each, decode(each.payload, each.topic, each.received_at)) for each in deliveries]
        return commit(self.workers[worker].engine, batch, self.workers[worker].holders, self.clock)

    def evaluate(self, *patients: str, worker: int = 0, slow: bool = True) -> set[str]:
        return evaluate(self.workers[worker].engine, sorted(patients), clock=self.clock, slow=slow)

    def take(self, *taken: Taken, worker: int = 0) -> list[str]:
        """Store and evaluate as the worker does; answers the verdicts."""
        settled = self.store(*taken, worker=worker)
        self.evaluate(*{patient for one in settled for patient in one.patients}, worker=worker)
        return [verdict.code or verdict.verdict for one in settled for verdict in one.verdicts]

    def sweep(self, worker: int = 0) -> int:
        return sweep(self.workers[worker].engine, clock=self.clock)

    def settle(self, worker: int = 0) -> None:
        """Sweep until nothing is due at `now`."""
        for _ in range(MANY):
            if not self.sweep(worker):
                return
        raise AssertionError(f"still due after {MANY} sweeps: {self.queue()}")

    def queue(self) -> list[tuple[str, str, str, datetime]]:
        """(patient, stream, reason, due) of every row."""
        columns = (Evaluation.patient_id, Evaluation.stream, Evaluation.reason, Evaluation.due_at)
        with Session(self.engine) as session:
            return sorted(tuple(row) for row in session.execute(select(*columns)))

    def flags(self, patient: str | None = None, rule: str | None = None) -> list[Flag]:
        """Oldest first, withdrawn ones too."""
        with Session(self.engine, expire_on_commit=False) as session:
            found = session.scalars(select(Flag).order_by(Flag.since, Flag.raised_at, Flag.id)).all()
        return [each for each in found if patient in (None, each.patient_id) and rule in (None, each.rule)]

    def episodes(self) -> Told:
        """What is stored, by patient and rule, oldest first."""
        names = list(EpisodeState.__dataclass_fields__)
        told: Told = {}
        with Session(self.engine) as session:
            for row in session.scalars(select(Episode).order_by(Episode.started_at)):
                told.setdefault((row.patient_id, row.rule), []).append(EpisodeState(*(getattr(row, n) for n in names)))
        return told

    def expected(self) -> Told:
        """What one fold over everything that is stored gives, for every patient and rule."""
        told: Told = {}
        with Session(self.engine) as session:
            for patient in session.scalars(select(Patient)):
                case = replace(case_of(session, patient.id, self.now), open_gap=True)
                for rule in (each for stream in STREAMS for each in rules_for(stream)):
                    begin = datetime(1, 1, 1, tzinfo=UTC)
                    samples = marked(rule.stream, _samples(session, patient.id, rule.stream), patient.zone)
                    found = rule.fold(samples, begin, case)
                    if found:
                        told[patient.id, rule.id] = [episode_of(each) for each in found]
        return told

    def count(self, table: type[Base]) -> int:
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def run(self, statement: str) -> None:
        """Change the record behind everybody's back."""
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def clear(self) -> None:
        """Forget everything; the workers stay, their caches too."""
        with self.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name != RegistryVersion.__tablename__:
                    connection.execute(delete(table))
        self.now = NOW


def _samples(session: Session, patient: str, stream: str) -> list[Sample]:
    mine = select(Reading).where(Reading.patient_id == patient, Reading.stream == stream)
    return one_route([(_sample(each), each.device_id) for each in session.scalars(mine)])


def _sample(reading: Reading) -> Sample:
    values = {name: Amount(*amount) for name, amount in reading.as_sent.items()}
    doubtful = reading.time_quality == "doubtful"
    doubts = doubts_of(reading.quality, doubtful=doubtful)
    return Sample(reading.id, reading.measured_at, values, reading.context, doubtful, doubts)


@pytest.fixture
def clinic(sqlite_database: str) -> Iterator["Clinic"]:
    """On SQLite, with one worker."""
    with clinic_at(sqlite_database) as one:
        yield one


@pytest.fixture
def shared_clinic(postgres_database: str) -> Iterator["Clinic"]:
    """On PostgreSQL, with three workers."""
    with clinic_at(postgres_database, workers=3) as one:
        yield one


@pytest.fixture
def any_clinic(database_url: str) -> Iterator["Clinic"]:
    """Once on each database, with two workers."""
    with clinic_at(database_url, workers=2) as one:
        yield one


@contextmanager
def clinic_at(url: str, workers: int = 1) -> Iterator[Clinic]:
    engines = [open_writer(url) for _ in range(workers)]
    try:
        yield Clinic([Worker(each) for each in engines])
    finally:
        for each in engines:
            each.dispose()


def broken_promises(clinic: Clinic) -> list[str]:
    """What the record promises of episodes and flags once nothing is due, each breach in one line; empty when kept.

    Acts of people are respected: a flag that a person closed may cover nothing any more.
    """
    stored, expected = _as_promised(clinic.episodes()), _as_promised(clinic.expected())
    wrong = [
        f"{key}: {stored.get(key)} instead of {expected.get(key)}"
        for key in sorted(stored.keys() | expected.keys())
        if stored.get(key) != expected.get(key)
    ]
    flags: dict[tuple[str, str], list[Flag]] = {}
    for flag in clinic.flags():
        if flag.status != "withdrawn":
            flags.setdefault((flag.patient_id, flag.rule), []).append(flag)
    for key in sorted(stored.keys() | flags.keys()):
        wrong += _flag_faults(key, stored.get(key, []), flags.get(key, []))
    return wrong


def _as_promised(told: Told) -> Told:
    """Without how an episode stood earlier: any instant serves to go on from, and an order of arrival chooses one."""
    return {
        key: [replace(each, evidence={n: v for n, v in each.evidence.items() if n != SO_FAR}) for each in episodes]
        for key, episodes in told.items()
    }


def _flag_faults(key: tuple[str, str], episodes: Sequence[EpisodeState], flags: Sequence[Flag]) -> Iterator[str]:
    active = [flag for flag in flags if _active(flag)]
    if len(active) > 1:
        yield f"{key}: {len(active)} active flags"
    for flag in flags:
        covered = [each for each in episodes if _covers(flag, each)]
        if not covered and not _by_person(flag):
            yield f"{key}: a flag {flag.status} from {flag.since} that covers nothing"
        if _active(flag) and not any(map(_waits, covered)):
            yield f"{key}: a flag still open from {flag.since} with nothing to wait for"
    for episode in episodes:
        yield from _cover_faults(key, episode, [flag for flag in flags if _covers(flag, episode)])
    if not any(map(_by_person, flags)) and sum(flag.episodes for flag in flags) != len(episodes):
        yield f"{key}: flags count {[flag.episodes for flag in flags]} of {len(episodes)} episodes"


def _cover_faults(key: tuple[str, str], episode: EpisodeState, covering: Sequence[Flag]) -> Iterator[str]:
    if not covering:
        yield f"{key}: no flag covers the episode of {episode.started_at}"
    elif _waits(episode) and not any(_active(flag) or _by_person(flag) for flag in covering):
        yield f"{key}: nobody is asked about the {episode.severity} episode of {episode.started_at}"


def _waits(episode: EpisodeState) -> bool:
    """For a person, or for its end."""
    return episode.stays or episode.ended_at is None


def _active(flag: Flag) -> bool:
    return flag.status not in ("resolved", "withdrawn")


def _covers(flag: Flag, episode: EpisodeState) -> bool:
    return flag.since <= episode.started_at <= flag.until


def _by_person(flag: Flag) -> bool:
    return any(step["actor"] != "system" for step in flag.history)
