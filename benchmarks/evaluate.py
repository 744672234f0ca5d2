"""How many readings a second evaluation judges with every rule on and history from the database, a day of readings at
a time, against a plain loop that asks for all of it at every reading: `make bench-evaluate ARGS=--json`.

A cuff, a scale and nights for everybody, a meter for three in ten, a sensor for one in ten, after five weeks of the
same. Processor time of this process and, beside it, by the clock (a database server has a process of its own).
"""

import argparse
import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import Engine, select  # noqa: E402  after the path is set
from sqlalchemy.orm import Session  # noqa: E402

from benchmarks.support.databases import database, postgres  # noqa: E402
from flags.evaluate import evaluate  # noqa: E402
from ingest.commit import commit  # noqa: E402
from ingest.decode import decode  # noqa: E402
from ingest.delivery import Decoding, handed_over  # noqa: E402
from models.engine import open_writer  # noqa: E402
from models.tables import Episode, PatientFact, PatientLimit, Reading  # noqa: E402
from registry.assignments import assign_device  # noqa: E402
from registry.devices import enrol_device  # noqa: E402
from registry.facts import set_fact  # noqa: E402
from registry.holders import Holders  # noqa: E402
from registry.patients import enrol_patient  # noqa: E402
from tests.support.switches import every_rule_on  # noqa: E402
from thresholds import RULES, rules_for  # noqa: E402
from thresholds.types import Amount, Case, Fact, Sample  # noqa: E402

TODAY = datetime(2026, 3, 20, tzinfo=UTC)
MOST = 250  # readings a message
HOURS = {"blood_pressure": (7.0, 7.05, 20.0, 20.05), "weight": (6.5,), "sleep": (6.2,), "glucose": (7.5, 12, 18, 22)}
SENSOR = tuple(n / 12 for n in range(288))
FACTS = {"condition": "heart_failure", "dry_weight": "80", "therapy": "cpap", "medication": "insulin"}
Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Panel:
    """A record and its patients, whose devices bear their names."""

    engine: Engine
    holders: Holders
    patients: Sequence[str]

    def streams(self, number: int) -> dict[str, Sequence[float]]:
        """The streams of the numbered patient, and at which hours of the day they are measured."""
        mine: dict[str, Sequence[float]] = {name: HOURS[name] for name in ("blood_pressure", "weight", "sleep")}
        if number % 10 == 0:
            return mine | {"cgm": SENSOR}
        return mine | {"glucose": HOURS["glucose"]} if number % 10 <= 3 else mine


def enrol(url: str, patients: int) -> Panel:
    panel = Panel(open_writer(url), Holders(), [f"evaluated-{n:04}" for n in range(patients)])
    with Session(panel.engine) as session, session.begin():
        for name in panel.patients:
            enrol_patient(session, name=name, zone="Europe/Paris", now=TODAY, patient_id=name)
            enrol_device(session, name, "any", now=TODAY)
            assign_device(session, name, name, now=TODAY)
            for fact, value in FACTS.items():
                set_fact(session, name, fact, value, author="benchmark", now=TODAY)
    return panel


def about(chance: random.Random, usual: float, spread: float) -> int:
    """A number near `usual`, at most two and a half spreads away."""
    return round(usual + max(-2.5 * spread, min(2.5 * spread, chance.gauss(0, spread))))


def values_of(stream: str, chance: random.Random) -> dict[str, tuple[float, str]]:
    if stream == "blood_pressure":
        upper, lower, pulse = about(chance, 138, 12), about(chance, 84, 7), about(chance, 74, 8)
        return {"systolic": (upper, "mmHg"), "diastolic": (lower, "mmHg"), "pulse": (pulse, "/min")}
    if stream == "weight":
        return {"weight": (about(chance, 810, 7) / 10, "kg")}
    if stream == "sleep":
        slept, masked = about(chance, 400, 25), about(chance, 330, 50)
        times = {"total_sleep": slept, "time_in_bed": 470, "therapy_time": masked}
        return {"ahi": (about(chance, 6, 2), "/h"), "odi": (9, "/h")} | {name: (t, "min") for name, t in times.items()}
    return {"glucose": (about(chance, 150, 40), "mg/dL")}


def body(stream: str, at: datetime, chance: random.Random) -> Body:
    said: Body = {
        "id": f"{stream}-{at:%y%m%d%H%M%S}",
        "measured_at": at.isoformat(timespec="seconds"),
        "values": {name: {"value": value, "unit": unit} for name, (value, unit) in values_of(stream, chance).items()},
    }
    if stream == "sleep":
        said["started_at"] = (at - timedelta(minutes=480)).isoformat(timespec="seconds")
    return said | ({"context": {"specimen": "interstitial"}} if stream == "cgm" else {})


def store(panel: Panel, days: Sequence[int], sensors: bool, chance: random.Random) -> int:
    """Readings of these days of everybody, stored and not judged; answers how many."""
    count = 0
    for number, name in enumerate(panel.patients):
        for stream, hours in panel.streams(number).items():
            if stream == "cgm" and not sensors:
                continue
            taken = [body(stream, TODAY + timedelta(days=day, hours=hour), chance) for day in days for hour in hours]
            measure = "glucose" if stream == "cgm" else stream
            _send(panel, f"hearthline/v1/up/{name}/{measure}", taken)
            count += len(taken)
    return count


def _send(panel: Panel, topic: str, taken: Sequence[Body]) -> None:
    at = TODAY + timedelta(days=2)
    for start in range(0, len(taken), MOST):
        one = handed_over(topic, json.dumps(taken[start : start + MOST]).encode(), at)
        decoding = Decoding(one, decode(one.payload, one.topic, one.received_at))
        [settled] = commit(panel.engine, [decoding], panel.holders, lambda: at)
        assert not settled.refusals, settled.refusals[:1]


def judge(panel: Panel, patients: Sequence[str]) -> tuple[float, float]:
    """Seconds by the clock and of this process."""
    begun, used = time.perf_counter(), time.process_time()
    evaluate(panel.engine, patients, clock=lambda: TODAY + timedelta(days=2))
    return time.perf_counter() - begun, time.process_time() - used


def plain(panel: Panel, patients: Sequence[str]) -> tuple[int, float]:
    """What a reading at a time costs: its patient's facts, limits, episodes and history by the ORM, every rule over
    them. Answers how many readings and seconds by the clock; the day's first readings of each stream."""
    count, begun = 0, time.perf_counter()
    for patient in patients:
        with Session(panel.engine) as session:
            fresh = select(Reading).where(Reading.patient_id == patient, Reading.measured_at >= TODAY)
            for reading in _firsts(session.scalars(fresh.order_by(Reading.measured_at))):
                _judge_plainly(session, reading)
                count += 1
    return count, time.perf_counter() - begun


def _firsts(readings: Iterator[Reading]) -> list[Reading]:
    return list({reading.stream: reading for reading in readings}.values())


def _judge_plainly(session: Session, reading: Reading) -> None:
    mine = {"patient_id": reading.patient_id}
    facts = session.scalars(select(PatientFact).filter_by(**mine)).all()
    session.scalars(select(PatientLimit).filter_by(**mine)).all()
    case = Case("Europe/Paris", TODAY, tuple(Fact(f.name, f.value, f.from_at, f.until_at) for f in facts))
    for rule in rules_for(reading.stream):
        session.scalars(select(Episode).filter_by(**mine, rule=rule.id)).all()
        since = reading.measured_at - rule.lookback
        found = select(Reading).filter_by(**mine, stream=reading.stream).where(Reading.measured_at >= since)
        rows = session.scalars(found.order_by(Reading.measured_at, Reading.id)).all()
        rule.fold([_sample(row) for row in rows], reading.measured_at, case)


def _sample(row: Reading) -> Sample:
    values = {name: Amount(*amount) for name, amount in row.as_sent.items()}
    return Sample(row.id, row.measured_at, values, row.context, row.time_quality == "doubtful")


def measure(url: str, patients: int, days: int) -> dict[str, float]:
    panel, chance = enrol(url, patients), random.Random(1)
    store(panel, range(-days, 0), True, chance)
    judge(panel, panel.patients)
    few = store(panel, [0], False, chance)
    by_clock, used = judge(panel, panel.patients)
    count, alone = plain(panel, panel.patients[: max(2, patients // 20)])
    many = store(panel, [1], True, chance)
    _, used_by_all = judge(panel, panel.patients)
    panel.engine.dispose()
    return {
        "readings_per_s": round(many / used_by_all),
        "without_sensors_per_s": round(few / used),
        "without_sensors_by_the_clock_per_s": round(few / by_clock),
        "plain_per_s": round(count / alone, 1),
        "ratio": round(few / by_clock / (count / alone), 1),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--patients", type=int, default=100)
    options.add_argument("--days", type=int, default=35, help="of history")
    chosen, said = options.parse_args(), {}
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # as ingest does
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-") as name, every_rule_on():
        for kind, server in (("sqlite", nullcontext()), ("postgresql", postgres(Path(name)))):
            with server as where, database(where, Path(name), 0) as url:
                said[kind] = measure(url, chosen.patients, chosen.days)
            print(f"{kind:11}{said[kind]}", file=sys.stderr if chosen.json else sys.stdout)
    if chosen.json:
        print(json.dumps(said | {"rules": len(RULES)}))


if __name__ == "__main__":
    main()
