"""Any order, batching, duplication and split over two evaluators ends in the same episodes, and flags that cover them.

The judge of these tests is one fold over everything that is stored; the rules have judges of their own.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL
from sqlalchemy.orm import Session

from flags.actions import acknowledge, resolve
from flags.errors import FlagError
from registry.errors import RegistryError
from tests.support.clinics import NOW, Clinic, Taken, broken_promises, clinic_at
from tests.support.postgres import fresh_database
from tests.support.switches import every_rule_on

pytestmark = pytest.mark.slow  # many examples each; `make test` runs them

BEGIN = NOW.replace(microsecond=0) - timedelta(days=12)
FACTORY = datetime(2000, 1, 1, 6, tzinfo=UTC)
SOON = [0, 30, 60, 300, 300, 300, 300, 600, 900, 901]
LATER = [3600, 43200, 86400, 100000, 172801, 260000]
SERIES = {
    "blood_pressure": (["185 100 mmHg", "182 90 mmHg", "175 105 mmHg", "130 80 mmHg", "160 100 mmHg"], SOON + LATER),
    "glucose": (["LO mg/dL", "50 mg/dL", "60 mg/dL", "65 mg/dL", "3.8 mmol/L", "120 mg/dL", "HI mg/dL"], LATER),
    "cgm": (["LO mg/dL", "45 mg/dL", "50 mg/dL", "51 mg/dL", "60 mg/dL", "75 mg/dL", "90 mg/dL"], SOON[3:7] * 3 + SOON),
    "weight": (["80.0 kg", "80.5 kg", "82.1 kg", "83.0 kg", "184.5 lb"], LATER),
    "sleep": (["2 /h", "7 /h", "16 /h", "31 /h"], [86400, 86400, 80000, 172801]),
}
FACTS = ["condition=heart_failure", "medication=insulin", "glucose_gap_hours=12"]
FURTHER_FACTS = [
    *FACTS,
    "medication=diuretic",
    "dry_weight=80.0",
    "condition=pregnancy",
    "paused=travel",
    "therapy=cpap",
]
PEOPLE = ["pt-anna", "pt-bert"]
EVALUATE = ("evaluate", "evaluate in a hurry")


@st.composite
def series(draw: st.DrawFn, patient: str, stream: str) -> list[Taken]:
    """A short stream of one patient with values about the limits; now and then a clock at its factory setting."""
    values, steps = SERIES[stream]
    at, taken = BEGIN + timedelta(hours=draw(st.integers(0, 200))), []
    for n in range(draw(st.integers(1, 9) | st.integers(6, 16))):
        at = min(at + timedelta(seconds=draw(st.sampled_from(steps))), NOW.replace(microsecond=0))
        shown = FACTORY + timedelta(seconds=at.second + 60 * n) if draw(st.integers(0, 9)) == 0 else at
        context = (("specimen", "interstitial"),) if stream == "cgm" else ()
        if draw(st.integers(0, 11)) == 0:
            context += (("kind", "test"),)
        measure = "glucose" if stream == "cgm" else stream
        taken.append(Taken(patient, measure, f"{stream}-{n}", shown, draw(st.sampled_from(values)), context))
    return taken


@st.composite
def readings(draw: st.DrawFn) -> list[Taken]:
    chosen = [
        (patient, stream) for patient in PEOPLE for stream in draw(st.sets(st.sampled_from(list(SERIES)), max_size=2))
    ]
    return [taken for patient, stream in chosen for taken in draw(series(patient, stream))]


@dataclass(frozen=True)
class Step:
    """Something that happens: `act` with what it is about, on one of two workers."""

    act: str
    worker: int
    about: Any = None


@st.composite
def histories(draw: st.DrawFn, acts: tuple[str, ...] = ()) -> list[Step]:
    """All readings, some twice, as they were taken or in any other order, in batches of any size; evaluated at once
    or not; with more evaluations, sweeps and `acts` in between."""
    everything = draw(readings())
    again = draw(st.lists(st.sampled_from(everything), max_size=3)) if everything else []
    in_time = sorted(everything + again, key=lambda taken: taken.at)
    waiting = draw(st.just(in_time) | st.permutations(in_time))
    most = draw(st.integers(1, 5))
    steps = []
    while waiting:
        batch, waiting = waiting[:most], waiting[most:]
        steps.append(Step("store", draw(st.integers(0, 1)), batch))
        if draw(st.integers(0, 3)):
            steps.append(Step(draw(st.sampled_from(EVALUATE)), draw(st.integers(0, 1)), PEOPLE))
        steps.extend(draw(st.lists(other_steps(acts), max_size=2)))
    return steps


@st.composite
def other_steps(draw: st.DrawFn, acts: tuple[str, ...]) -> Step:
    act = draw(st.sampled_from((*EVALUATE, "sweep", "wait", *acts)))
    about = {
        **dict.fromkeys(EVALUATE, st.sampled_from([PEOPLE[:1], PEOPLE[1:], PEOPLE])),
        "wait": st.sampled_from([30, 61, 901, 90000, 180000]),
        "fact": st.tuples(st.sampled_from(PEOPLE), st.sampled_from(FACTS)),
        "further fact": st.tuples(st.sampled_from(PEOPLE), st.sampled_from(FURTHER_FACTS)),
        "hand over": st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(0, 300)),
        "person": st.tuples(st.booleans(), st.integers(0, 3)),
    }.get(act, st.none())
    return Step(act, draw(st.integers(0, 1)), draw(about))


def hand_over(clinic: Clinic, device: str, patient: str, hours: int) -> None:
    """As of a whole hour; a start that is taken is refused."""
    with suppress(RegistryError):
        clinic.hand_over(device, patient, BEGIN + timedelta(hours=hours))


def act_on_a_flag(clinic: Clinic, closes: bool, number: int) -> None:
    """A person acknowledges or resolves one of the active flags, if there is any."""
    active = [flag for flag in clinic.flags() if flag.status in ("open", "acknowledged")]
    if active:
        act = resolve if closes else acknowledge
        with suppress(FlagError), Session(clinic.engine) as session, session.begin():
            act(session, active[number % len(active)].id, actor="nurse", note="seen", now=clinic.now)


def wait(clinic: Clinic, seconds: int) -> None:
    clinic.now += timedelta(seconds=seconds)


ACTS: dict[str, Callable[[Clinic, int, Any], object]] = {
    "store": lambda clinic, worker, batch: clinic.store(*batch, worker=worker),
    "evaluate": lambda clinic, worker, patients: clinic.evaluate(*patients, worker=worker),
    "evaluate in a hurry": lambda clinic, worker, patients: clinic.evaluate(*patients, worker=worker, slow=False),
    "sweep": lambda clinic, worker, _: clinic.sweep(worker),
    "wait": lambda clinic, _, seconds: wait(clinic, seconds),
    "fact": lambda clinic, _, told: clinic.state(*told),
    "further fact": lambda clinic, _, told: clinic.state(*told),
    "hand over": lambda clinic, _, told: hand_over(clinic, *told),
    "person": lambda clinic, _, told: act_on_a_flag(clinic, *told),
}


def play(clinic: Clinic, steps: list[Step]) -> None:
    """From an empty record through all steps; then sweeps until nothing is due, and again when no device may be
    delivering any more."""
    clinic.clear()
    clinic.enrol(*PEOPLE)
    for step in steps:
        ACTS[step.act](clinic, step.worker, step.about)
    finish(clinic)


def finish(clinic: Clinic) -> None:
    clinic.settle()
    clinic.now += timedelta(minutes=2)
    clinic.settle()


@pytest.fixture(scope="module")
def two_workers(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """For many examples: one file, cleared between them."""
    file = tmp_path_factory.mktemp("order") / "hearthline.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with clinic_at(f"sqlite:///{file}", workers=2) as clinic:
        yield clinic


@given(steps=histories())
def test_episodes_and_flags_do_not_depend_on_how_readings_arrive(two_workers: Clinic, steps: list[Step]) -> None:
    play(two_workers, steps)
    assert broken_promises(two_workers) == []


@given(steps=histories(("fact", "fact", "hand over")))
def test_nor_on_when_facts_and_holders_become_known(two_workers: Clinic, steps: list[Step]) -> None:
    play(two_workers, steps)
    assert broken_promises(two_workers) == []


@given(steps=histories(("further fact", "further fact", "hand over")))
def test_nor_do_they_with_every_rule_on(two_workers: Clinic, steps: list[Step]) -> None:
    with every_rule_on():
        play(two_workers, steps)
        assert broken_promises(two_workers) == []


@given(steps=histories(("person", "person", "fact")))
def test_nor_do_episodes_on_what_people_do_about_flags(two_workers: Clinic, steps: list[Step]) -> None:
    play(two_workers, steps)
    assert broken_promises(two_workers) == []


@pytest.fixture(scope="module")
def two_at_once(postgres: URL, migrated_postgres: str) -> Iterator[Clinic]:
    with fresh_database(postgres, migrated_postgres) as url, clinic_at(url, workers=2) as clinic:
        yield clinic


@settings(max_examples=20)
@given(steps=histories(("fact",)), parting=st.integers(0, 2**30))
def test_two_workers_at_once_end_where_one_would(two_at_once: Clinic, steps: list[Step], parting: int) -> None:
    """Each takes its share of the steps in a thread of its own, with nothing to keep them apart but the locks."""
    two_at_once.clear()
    two_at_once.enrol(*PEOPLE)
    shares = [[step for n, step in enumerate(steps) if parting >> (n % 30) & 1 == worker] for worker in (0, 1)]
    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(work, two_at_once, worker, share) for worker, share in enumerate(shares)]:
            each.result(60)
    finish(two_at_once)
    assert broken_promises(two_at_once) == []


def work(clinic: Clinic, worker: int, steps: list[Step]) -> None:
    """The worker's steps; everybody's clock stands still meanwhile."""
    for step in steps:
        if step.act != "wait":
            ACTS[step.act](clinic, worker, step.about)
