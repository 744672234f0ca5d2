"""How fast history is replayed with another limit, and what a plain loop needs for the same.

`make bench-what-if ARGS=--json`. Blood pressure four times a day; the rule is BP-S2 with 165 in place of 160. The plain
loop asks the ORM once for each patient and folds twice; it is timed with some of the patients. `cpu_seconds` are those
of both processes together: on a machine that does other things too they say what two idle cores would need.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, select  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from benchmarks.support.databases import database, postgres  # noqa: E402  after the path is set
from flags.history import load_cases  # noqa: E402
from flags.what_if.compared import Compared, compare  # noqa: E402
from flags.what_if.question import Question, asked  # noqa: E402
from flags.what_if.replay import replay  # noqa: E402
from models.engine import open_reader, open_writer  # noqa: E402
from models.tables import Patient, Reading  # noqa: E402
from thresholds.types import Amount, Case, Sample  # noqa: E402

EVERY = timedelta(hours=6)
PLAIN = 60  # patients of the plain loop
STREAM = "blood_pressure"


def fill(url: str, patients: int, days: int, until: datetime) -> int:
    """Patients with pressures around a level of their own, each 6 h; answers how many readings."""
    chance, engine, count = random.Random(1), open_writer(url), 0
    for number in range(patients):
        rows = list(readings(number, days, until, chance))
        count += len(rows)
        with engine.begin() as connection:
            connection.execute(
                insert(Patient),
                [{"id": f"bench-{number:04}", "name": "Bench", "zone": "Europe/Paris", "enrolled_at": until}],
            )
            connection.execute(insert(Reading), rows)
    engine.dispose()
    return count


def readings(number: int, days: int, until: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    level = chance.gauss(138, 14)
    for turn in range(days * 4):
        at = until - EVERY * (days * 4 - turn) + timedelta(seconds=chance.randrange(3600))
        over = round(chance.gauss(level, 9))
        values = {"systolic": over, "diastolic": round(over * 0.62), "pulse": round(chance.gauss(72, 8))}
        units = {"systolic": "mmHg", "diastolic": "mmHg", "pulse": "/min"}
        yield {
            "id": UUID(int=number << 64 | turn), "message_id": UUID(int=0), "device_id": f"bench-device-{number:04}",
            "patient_id": f"bench-{number:04}", "assignment_id": UUID(int=0), "measure": STREAM, "stream": STREAM,
            "given_id": f"bench-{turn:06}", "measured_at": at, "utc_offset": 60, "device_time": at.isoformat(),
            "time_source": "device", "time_quality": "good", "received_at": at, "stored_at": at, "quality": [],
            "context": {}, "as_sent": {name: [str(value), units[name]] for name, value in values.items()},
            "content_digest": "", **{name: float(value) for name, value in values.items()},
        }  # fmt: skip


def plain(url: str, patients: list[str], question: Question) -> list[Compared]:
    """A query for each patient through the ORM."""
    engine = open_reader(url)
    with Session(engine) as session:
        found = [_plain(session, each, question) for each in patients]
    engine.dispose()
    return found


def _plain(session: Session, patient: str, question: Question) -> Compared:
    begin = question.begin - question.about.lookback
    wanted = Reading.patient_id == patient, Reading.stream == STREAM, Reading.measured_at >= begin
    rows = session.scalars(select(Reading).where(*wanted).order_by(Reading.measured_at, Reading.id)).all()
    case = load_cases(session.connection(), [patient], question.until)[patient]
    return compare(patient, [_sample(row) for row in rows], case, question, ())


def _sample(row: Reading) -> Sample:
    values = {name: Amount(*amount) for name, amount in row.as_sent.items()}
    return Sample(row.id, row.measured_at, values, row.context, row.time_quality == "doubtful")


def cpu_seconds() -> float:
    """Of this process and of those that it started and that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def measure(server: str | None, folder: Path, patients: int, days: int) -> dict[str, float]:
    until = datetime.now(UTC)
    question = asked(
        "BP-S2", [("systolic", "165")], None, (until - timedelta(days=days), until), Case("UTC", until), own=False
    )
    with database(server, folder, patients=0) as url:
        readings_there, everybody = fill(url, patients, days, until), [f"bench-{each:04}" for each in range(patients)]
        began, used = time.monotonic(), cpu_seconds()
        ours = replay(url, everybody, question, lambda _done: None)
        seconds, used, began = time.monotonic() - began, cpu_seconds() - used, time.monotonic()
        theirs = plain(url, everybody[:PLAIN], question)
        plain_seconds = time.monotonic() - began
    assert [each.before for each in theirs] == [each.before for each in ours[:PLAIN]]
    rate, plain_rate = readings_there / seconds, sum(each.readings for each in theirs) / plain_seconds
    return {
        "patients": patients, "days": days, "readings": readings_there, "seconds": round(seconds, 2),
        "cpu_seconds": round(used, 2),
        "readings_per_s": round(rate), "plain_readings_per_s": round(plain_rate),
        "ratio_to_plain": round(rate / plain_rate, 2),
        "flags_before": sum(each.before.total() for each in ours),
        "flags_after": sum(each.after.total() for each in ours),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--patients", type=int, default=1000)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--databases", default="sqlite,postgresql")
    options.add_argument("--folder", type=Path, default=None, help="where databases are made")
    chosen, results = options.parse_args(), {}
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout, flush=True)
    for kind in chosen.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="hearthline-bench-", dir=chosen.folder) as name:
            folder = Path(name)
            with postgres(folder) if kind == "postgresql" else nullcontext() as server:
                results[kind] = measure(server, folder, chosen.patients, chosen.days)
        say(f"{kind:10} {results[kind]}")
    if chosen.json:
        print(
            json.dumps({f"{kind}_{name}": each for kind, figures in results.items() for name, each in figures.items()})
        )


if __name__ == "__main__":
    main()
