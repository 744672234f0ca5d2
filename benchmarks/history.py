"""What one more reading costs after two days and after two years, on SQLite and PostgreSQL.

One patient with everything: a cuff, a scale, a meter, a sensor and nights, whose values keep episodes lasting from the
first day on, so that a fold that reads an episode from its start would read all of it. With --json one JSON object.
"""

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select  # noqa: E402  after the path is set
from sqlalchemy.orm import Session  # noqa: E402  after the path is set

from benchmarks.support.databases import database, postgres  # noqa: E402  after the path is set
from flags.evaluate import evaluate  # noqa: E402  after the path is set
from ingest.commit import commit  # noqa: E402  after the path is set
from ingest.decode import decode  # noqa: E402  after the path is set
from ingest.delivery import Decoding, handed_over  # noqa: E402  after the path is set
from models.engine import open_writer  # noqa: E402  after the path is set
from models.tables import Episode  # noqa: E402  after the path is set
from registry.assignments import assign_device  # noqa: E402  after the path is set
from registry.devices import enrol_device  # noqa: E402  after the path is set
from registry.facts import set_fact  # noqa: E402  after the path is set
from registry.holders import Holders  # noqa: E402  after the path is set
from registry.patients import enrol_patient  # noqa: E402  after the path is set
from tests.support.switches import every_rule_on  # noqa: E402  after the path is set

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DEVICE, PATIENT = "everything-01", "pt-1"
FACTS = {
    "condition": "heart_failure", "dry_weight": "80.0", "birth_date": "1950-12-31", "therapy": "cpap",
    "medication": "diuretic",
}  # fmt: skip
MOST = 100  # readings a message
VALUES = {
    "blood_pressure": {
        "systolic": (174, "mmHg"), "diastolic": (104, "mmHg"), "pulse": (118, "/min"), "irregular": (1, "1"),
    },
    "weight": {"weight": (84.0, "kg")},
    "glucose": {"glucose": (270, "mg/dL")},
    "cgm": {"glucose": (262, "mg/dL")},
    "sleep": {
        "ahi": (33.0, "/h"), "odi": (20.0, "/h"), "total_sleep": (300, "min"), "time_in_bed": (430, "min"),
        "spo2_min": (78, "%"), "t90": (150, "min"), "t88": (20, "min"), "therapy_time": (180, "min"),
    },
}  # fmt: skip
EVERY = {
    "blood_pressure": timedelta(hours=12), "weight": timedelta(days=1), "glucose": timedelta(hours=8),
    "cgm": timedelta(minutes=15), "sleep": timedelta(days=1),
}  # fmt: skip


def body(stream: str, at: datetime, first: bool) -> dict[str, object]:
    values = {name: {"value": value, "unit": unit} for name, (value, unit) in VALUES[stream].items()}
    if first and stream == "blood_pressure":
        values |= {"systolic": {"value": 186, "unit": "mmHg"}}
    said: dict[str, object] = {"id": f"{stream}-{at:%y%m%d%H%M%S}", "measured_at": at.isoformat(), "values": values}
    if stream == "sleep":
        said["started_at"] = (at - timedelta(minutes=440)).isoformat()
    if stream == "cgm":
        said["context"] = {"specimen": "interstitial"}
    return said


class Place:
    """A record with the patient; `store` takes bodies of one stream, `judge` evaluates."""

    def __init__(self, url: str) -> None:
        self.engine, self.holders, self.now = open_writer(url), Holders(), NOW
        with Session(self.engine) as session, session.begin():
            enrol_patient(session, name="One", zone="Europe/Paris", now=NOW, patient_id=PATIENT)
            enrol_device(session, DEVICE, "any", now=NOW)
            assign_device(session, DEVICE, PATIENT, now=NOW)
            for name, value in FACTS.items():
                set_fact(session, PATIENT, name, value, author="benchmark", now=NOW)

    def store(self, stream: str, bodies: list[dict[str, object]]) -> None:
        measure = "glucose" if stream == "cgm" else stream
        for start in range(0, len(bodies), MOST):
            payload = json.dumps(bodies[start : start + MOST]).encode()
            one = handed_over(f"hearthline/v1/up/{DEVICE}/{measure}", payload, self.now)
            outcomes = decode(one.payload, one.topic, one.received_at)
            [settled] = commit(self.engine, [Decoding(one, outcomes)], self.holders, lambda: self.now)
            assert all(each.verdict == "stored" for each in settled.verdicts), settled.refusals[:1]

    def judge(self) -> None:
        evaluate(self.engine, [PATIENT], clock=lambda: self.now)


def fill(place: Place, days: int) -> None:
    for stream, every in EVERY.items():
        count = timedelta(days=days) // every
        place.store(stream, [body(stream, NOW - every * n, n == count) for n in range(count, 0, -1)])
    place.judge()


def cost(place: Place, stream: str, n: int) -> tuple[float, float]:
    """Milliseconds, and those of CPU in this process, for one more reading, stored and judged."""
    place.now = NOW + EVERY[stream] * n / 20
    bodies = [body(stream, place.now, first=False)]
    begun, used = time.perf_counter(), time.process_time()
    place.store(stream, bodies)
    place.judge()
    return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)


def measure(urls: list[str], spans: list[int], times: int) -> dict[str, list[tuple[float, float]]]:
    """By stream, for each span of days: the medians. All spans in the same rounds, so that they share what else the
    machine does."""
    places = [Place(url) for url in urls]
    for place, days in zip(places, spans, strict=True):
        fill(place, days)
        print(f"  {days} days: {lasting(place)} episodes last", file=sys.stderr, flush=True)
    rounds = {stream: [[cost(place, stream, n) for place in places] for n in range(times)] for stream in EVERY}
    for place in places:
        place.engine.dispose()
    return {stream: [medians(took) for took in zip(*found, strict=True)] for stream, found in rounds.items()}


def medians(took: Sequence[tuple[float, float]]) -> tuple[float, float]:
    whole, used = zip(*took, strict=True)
    return statistics.median(whole), statistics.median(used)


def lasting(place: Place) -> int:
    with Session(place.engine) as session:
        return session.scalar(select(func.count()).where(Episode.ended_at.is_(None))) or 0


@contextlib.contextmanager
def servers(names: list[str], folder: Path) -> Iterator[dict[str, str | None]]:
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(postgres(folder)) if name == "postgresql" else None for name in names}


def told(found: dict[str, list[tuple[float, float]]]) -> dict[str, dict[str, float]]:
    return {
        stream: {
            "after_2_days_ms": round(early[0], 2), "later_ms": round(late[0], 2), "ratio": round(late[0] / early[0], 2),
            "cpu_after_2_days_ms": round(early[1], 2), "cpu_later_ms": round(late[1], 2),
            "cpu_ratio": round(late[1] / early[1], 2),
        }
        for stream, (early, late) in found.items()
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--short", action="store_true", help="fewer rounds")
    options.add_argument("--every-rule", action="store_true", help="those that are off by default, too")
    options.add_argument("--days", type=int, default=730)
    options.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    chosen = options.parse_args()
    times, said = 10 if chosen.short else 30, {}
    rules = every_rule_on() if chosen.every_rule else contextlib.nullcontext()
    with tempfile.TemporaryDirectory() as name, rules:
        folder = Path(name)
        with servers(chosen.database or ["sqlite", "postgresql"], folder) as where:
            for kind, server in where.items():
                with database(server, folder, 0) as early, database(server, folder, 0) as late:
                    said[kind] = told(measure([early, late], [2, chosen.days], times))
    for kind, streams in said.items():
        for stream, row in streams.items():
            print(f"{kind:10} {stream:15} {row}", file=sys.stderr)
    if chosen.json:
        print(json.dumps({"days": chosen.days, "databases": said}))


if __name__ == "__main__":
    main()
