"""What one more reading costs after two days and after two years, every rule on, on SQLite and PostgreSQL.

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
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

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


def cost(place: Place, stream: str, times: int) -> float:
    """Milliseconds of CPU and waiting for one more reading, stored and judged: the median of `times`."""
    took = []
    for n in range(times):
        at = NOW + EVERY[stream] * n / 20
        place.now = at
        begun = time.perf_counter()
        place.store(stream, [body(stream, at, first=False)])
        place.judge()
        took.append(time.perf_counter() - begun)
    return 1000 * statistics.median(took)


def measure(url: str, days: int, times: int) -> dict[str, float]:
    place = Place(url)
    fill(place, days)
    found = {stream: cost(place, stream, times) for stream in EVERY}
    with Session(place.engine) as session:
        lasting = session.query(Episode).filter(Episode.ended_at.is_(None)).all()
        print(f"  {days} days: {sorted(each.rule for each in lasting)} last", file=sys.stderr)
    place.engine.dispose()
    return found


@contextlib.contextmanager
def servers(names: list[str], folder: Path) -> Iterator[dict[str, str | None]]:
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(postgres(folder)) if name == "postgresql" else None for name in names}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--short", action="store_true", help="fewer rounds")
    options.add_argument("--days", type=int, default=730)
    options.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    chosen = options.parse_args()
    times, said = 10 if chosen.short else 30, {}
    with tempfile.TemporaryDirectory() as name, every_rule_on():
        folder = Path(name)
        with servers(chosen.database or ["sqlite", "postgresql"], folder) as where:
            for kind, server in where.items():
                spans = []
                for days in (2, chosen.days):
                    with database(server, folder, 0) as url:
                        spans.append(measure(url, days, times))
                said[kind] = {
                    stream: {"after_2_days_ms": round(spans[0][stream], 2), "later_ms": round(spans[1][stream], 2),
                             "ratio": round(spans[1][stream] / spans[0][stream], 2)}
                    for stream in EVERY
                }  # fmt: skip
    for kind, streams in said.items():
        for stream, row in streams.items():
            early, later = f"{row['after_2_days_ms']:8.2f} ms", f"{row['later_ms']:8.2f} ms"
            print(f"{kind:10} {stream:15} {early} {later}  × {row['ratio']:.2f}", file=sys.stderr)
    if chosen.json:
        print(json.dumps({"days": chosen.days, "databases": said}))


if __name__ == "__main__":
    main()
