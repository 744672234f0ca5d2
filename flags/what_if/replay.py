"""History read again with other limits: some patients at a time, in one query for their readings, on two cores.

Read by itself each portion is a snapshot; readings that come in meanwhile may be in one and not in another.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Final

from sqlalchemy import select
from sqlalchemy.engine import Connection

from flags.history import load_cases, load_samples
from flags.judge import before
from flags.record import Wanted, load_episodes
from flags.states import URGENT
from flags.uncollected import uncollected
from flags.what_if.compared import Compared, compare
from flags.what_if.question import Question
from models.engine import open_reader
from models.measures import measure_of
from models.tables import Patient
from thresholds import RULES
from thresholds.doubt import RECALL, marked

PORTION: Final[Mapping[str, int]] = {"cgm": 4}  # a sensor's three months are 26,000 samples
USUAL: Final = 50
PROCESSES: Final = 2
WORTH_TWO: Final = 4  # portions: a second process takes a second to start
Tick = Callable[[int], None]


def replay(url: str, patients: Sequence[str], question: Question, tick: Tick) -> list[Compared]:
    """Of each patient with readings in the span, in the order given; `tick` hears how many more are done."""
    size = PORTION.get(question.about.stream, USUAL)
    portions = [patients[place : place + size] for place in range(0, len(patients), size)]
    work = _alone if len(portions) < WORTH_TWO else _together
    found: dict[str, Compared] = {}
    for portion, compared in work(url, portions, question):
        found.update((each.patient, each) for each in compared)
        tick(len(portion))
    return [found[each] for each in patients if each in found]


Done = Iterator[tuple[Sequence[str], list[Compared]]]


def _alone(url: str, portions: Sequence[Sequence[str]], question: Question) -> Done:
    return ((portion, replay_portion(url, portion, question)) for portion in portions)


def _together(url: str, portions: Sequence[Sequence[str]], question: Question) -> Done:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(replay_portion, url, portion, question): portion for portion in portions}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def replay_portion(url: str, patients: Sequence[str], question: Question) -> list[Compared]:
    engine = open_reader(url)
    try:
        with uncollected(), engine.connect() as connection:
            return list(_compared(connection, patients, question))
    finally:
        engine.dispose()


def _compared(connection: Connection, patients: Sequence[str], question: Question) -> Iterator[Compared]:
    rule = question.about
    cases = load_cases(connection, patients, question.until)
    begin = before(question.begin - rule.entry, rule.lookback + RECALL.get(rule.stream, timedelta(0)))
    samples = load_samples(connection, [(patient, rule.stream, begin) for patient in patients])
    severe = _severe(connection, patients, question)
    for (patient, _), found in samples.items():
        there = [sample for sample in found if sample.at < question.until]
        mine = marked(rule.stream, there, cases[patient].zone)
        compared = compare(patient, mine, cases[patient], question, severe.get(patient, ()))
        if compared.readings:
            yield compared


def _severe(connection: Connection, patients: Sequence[str], question: Question) -> dict[str, list[datetime]]:
    """When CRIT and HIGH episodes began that other rules of the measure found."""
    found: dict[str, list[datetime]] = {}
    measure = measure_of(question.about.stream)
    of_measure = [each for each in RULES.values() if measure_of(each.stream) == measure and not each.closes_itself]
    wanted = Wanted(patients, [each.id for each in of_measure if each.id != question.rule])
    for (patient, _), episodes in load_episodes(connection, wanted, question.begin).items():
        found.setdefault(patient, []).extend(each.started_at for each in episodes if each.severity in URGENT)
    return found


def list_patient_ids(connection: Connection) -> list[str]:
    return list(connection.scalars(select(Patient.id).order_by(Patient.id)))
