"""Two workers store the same messages at the same moment: one row each, and neither waits for the other in a circle."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

from sqlalchemy.orm import Session

from ingest.delivery import Delivery
from ingest.ledger import count_verdicts
from tests.support.desks import CUFF, Desk, desk_at, pressure, words

READINGS = 400


def body(n: int) -> dict[str, object]:
    """Of four measures, so that a batch is more than one statement."""
    at = f"2026-01-05T{n // 60:02}:{n % 60:02}:00Z"
    match n % 3:
        case 0:
            return pressure(f"n-{n}", at)
        case 1:
            return {"id": f"n-{n}", "measured_at": at, "values": {"weight": {"value": 70, "unit": "kg"}}}
        case _:
            return {"measured_at": at, "values": {"glucose": {"value": 90, "unit": "mg/dL"}}}


MEASURES = ("blood_pressure", "weight", "glucose")


def work(desk: Desk, batches: list[list[Delivery]], ready: Barrier) -> list[str]:
    said = []
    for batch in batches:
        ready.wait(20)
        said += words(desk.commit(*batch))
    return said


def test_each_reading_is_stored_by_exactly_one_of_them(database_url: str) -> None:
    with desk_at(database_url) as first, desk_at(database_url) as second, ThreadPoolExecutor(2) as pool:
        first.enrol(CUFF, "ana")
        ready, chance = Barrier(2), Random(7)
        jobs = []
        for desk in (first, second):
            order = chance.sample(range(READINGS), READINGS)
            handed = [desk.hand_over(body(n), measure=MEASURES[n % 3]) for n in order]
            jobs.append(pool.submit(work, desk, [handed[at : at + 40] for at in range(0, READINGS, 40)], ready))
        said = [word for job in jobs for word in job.result(60)]
        assert sorted(said) == ["duplicate"] * READINGS + ["stored"] * READINGS
        with Session(first.engine) as session:
            counts = count_verdicts(session)
        assert (counts.messages, counts.stored, counts.duplicate) == (2 * READINGS, READINGS, READINGS)
