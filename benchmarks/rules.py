"""How many readings a second the rules judge that look at one reading, on one core, without a database; against a plain
loop that asks a database for each reading's patient, facts and limits. With --json it ends with one JSON object.

Processor time of this process, not of the clock; the best of several rounds of each, taken in turns.
"""

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from thresholds import RULES
from thresholds.types import Amount, Case, Fact, Limit, Sample

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BEGINNING = NOW - timedelta(days=365)
CUFF = ("BP-SEV", "BP-LOW-CRIT", "BP-PREG")
NAMES = ("systolic", "diastolic")
METER = ("GLU-L2", "GLU-XHI")
OWN_LIMITS = (
    Limit("BP-SEV", "systolic", Amount("170", "mmHg"), BEGINNING, origin="programme:hypertension"),
    Limit("GLU-L2", "low", Amount("60", "mg/dL"), BEGINNING),
)
WHERE = "WHERE patient = ?"


def history(patient: int, readings: int, chance: random.Random) -> list[Sample]:
    """A patient's readings of one stream, six hours apart: a cuff or a meter."""
    cuff = patient % 2 == 0
    taken = []
    for number in range(readings):
        if cuff:
            pressures = (round(chance.gauss(135, 18)), round(chance.gauss(82, 10)))
            values = {name: Amount(str(value), "mmHg") for name, value in zip(NAMES, pressures, strict=True)}
        else:
            values = {"glucose": Amount(str(max(30, round(chance.gauss(130, 45)))), "mg/dL")}
        taken.append(Sample(UUID(int=patient << 32 | number), BEGINNING + number * timedelta(hours=6), values))
    return taken


def judged(histories: Sequence[list[Sample]], limits: Sequence[Limit]) -> None:
    """All single-reading rules of the stream over each history."""
    case = Case("UTC", NOW, (Fact("medication", "insulin", BEGINNING),), limits=limits)
    for samples in histories:
        for rule in CUFF if "systolic" in samples[0].values else METER:
            RULES[rule].fold(samples, BEGINNING, case)


def plain_loop(histories: Sequence[list[Sample]], place: Path) -> Callable[[], None]:
    """A database with a patient, a fact and a limit each, and the loop that asks it for every reading."""
    database = sqlite3.connect(place)
    database.executescript(
        "CREATE TABLE patient (patient PRIMARY KEY, zone); CREATE TABLE fact (patient, name, value);"
        "CREATE TABLE own_limit (patient, rule, low, high); CREATE INDEX f ON fact (patient);"
        "CREATE INDEX l ON own_limit (patient);"
    )
    for patient in range(len(histories)):
        database.execute("INSERT INTO patient VALUES (?, 'UTC')", (patient,))
        database.execute("INSERT INTO fact VALUES (?, 'medication', 'insulin')", (patient,))
        database.execute("INSERT INTO own_limit VALUES (?, 'BP-SEV', NULL, 170)", (patient,))
    database.commit()

    def loop() -> None:
        for patient, samples in enumerate(histories):
            for sample in samples:
                asked(database, patient, sample)

    return loop


def asked(database: sqlite3.Connection, patient: int, sample: Sample) -> bool:
    database.execute(f"SELECT zone FROM patient {WHERE}", (patient,)).fetchone()
    facts = database.execute(f"SELECT name, value FROM fact {WHERE}", (patient,)).fetchall()
    own = {
        rule: high for rule, _, high in database.execute(f"SELECT rule, low, high FROM own_limit {WHERE}", (patient,))
    }
    values = {name: float(amount.text) for name, amount in sample.values.items()}
    if "systolic" in values:
        low = 90 if ("symptom", "dizziness") in facts else 80
        return values["systolic"] >= own["BP-SEV"] or values["diastolic"] >= 120 or values["systolic"] < low
    return values["glucose"] < 54 or values["glucose"] >= 400


def best(rounds: int, ways: Iterable[Callable[[], None]]) -> list[float]:
    """Seconds of each way, the least of the rounds."""
    turns = list(ways)
    spent = [[seconds(way) for way in turns] for _ in range(rounds)]
    return [min(each) for each in zip(*spent, strict=True)]


def seconds(way: Callable[[], None]) -> float:
    begun = time.process_time()
    way()
    return time.process_time() - begun


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--patients", type=int, default=200)
    options.add_argument("--readings", type=int, default=100, help="of each patient")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    chance = random.Random(1)
    histories = [history(patient, chosen.readings, chance) for patient in range(chosen.patients)]
    with tempfile.TemporaryDirectory(prefix="hearthline-rules-") as folder:
        loop = plain_loop(histories, Path(folder) / "plain.db")
        ways = (lambda: judged(histories, ()), lambda: judged(histories, OWN_LIMITS), loop)
        rates = [chosen.patients * chosen.readings / each for each in best(chosen.rounds, ways)]
    published, own, plain = (round(rate) for rate in rates)
    said = {"readings_per_s": published, "with_limits_per_s": own, "plain_per_s": plain}
    said |= {"ratio": round(rates[0] / rates[2], 2), "rules": len(CUFF + METER)}
    print(json.dumps(said) if chosen.json else "\n".join(f"{name:<20} {value:>10}" for name, value in said.items()))


if __name__ == "__main__":
    main()
