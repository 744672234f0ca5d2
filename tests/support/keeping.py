"""A clinic's record with a row in every table, and what a copy of it has to equal."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hearthline.keeping.copying import back_up
from hearthline.keeping.restoring import Restored, restore
from hearthline.keeping.rows import list_tables, sum_table
from models.engine import open_reader
from models.keys import new_id
from models.tables import MadeReport, PatientLimit, ReportRun, ReportSchedule
from registry.beginning import BEGINNING
from tests.support.clinics import NOW, Clinic, ago, clinic_at, fingerstick, pressure, weighing

KEY = bytes(range(32))
Record = dict[str, tuple[int, str]]


def fill(url: str) -> None:
    """People, devices, readings of every kind, refusals, flags, timers: as the write path makes them."""
    with clinic_at(url) as clinic:
        clinic.enrol("anna", "bert", facts=["condition=heart_failure"])
        clinic.take(*(pressure("anna", ago(days=days)) for days in range(6)), fingerstick("anna", ago(hours=1)))
        clinic.take(
            weighing("bert", ago(days=3)), weighing("bert", ago(days=3), "81 kg"), weighing("nobody", ago(days=1))
        )
        clinic.settle()
        _limit(clinic)
        _report(clinic)


def _limit(clinic: Clinic) -> None:
    row = {
        "id": new_id(NOW), "patient_id": "anna", "rule": "BP-1", "parameter": "systolic", "amount": "150",
        "unit": "mmHg", "from_at": NOW, "until_at": None, "author": "Dr. Ü", "reason": 'a "reason"\twith \\ and\nlines',
        "recorded_at": NOW,
    }  # fmt: skip
    with clinic.engine.begin() as connection:
        connection.execute(insert(PatientLimit), row)


def _report(clinic: Clinic) -> None:
    """One on a schedule, made, and not delivered yet."""
    schedule, run, report = (new_id(NOW) for _ in range(3))
    spans = {"due_at": NOW, "since": ago(days=30), "until": NOW, "cursor": NOW}
    rows = (
        ReportSchedule(
            id=schedule, report="home-bp", patient_id="anna", every="week", on_day="monday", at_time="07:00",
            zone="patient", destination="folder:/var/reports", private=False, author="Dr. Ü", made_at=NOW,
            active_since=NOW,
        ),
        ReportRun(
            id=run, schedule_id=schedule, due_at=NOW, asked=False, begun_at=NOW, made=1, failed=0, attempts=0,
            again_at=NOW,
        ),
        MadeReport(
            id=report, run_id=run, schedule_id=schedule, subject="anna", report="home-bp", patient_id="anna",
            made_at=NOW, sufficient=True, digest="5e0c", body={"name": "Ünal", "figures": {"mean": 128.25}},
            page=bytes(range(256)), **spans,
        ),
    )  # fmt: skip
    with Session(clinic.engine) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()


def record_of(url: str) -> Record:
    """Rows and checksum of every table that a backup holds."""
    engine = open_reader(url)
    with engine.begin() as connection:
        found = {table.name: sum_table(connection, table) for table in list_tables(connection)}
    engine.dispose()
    return {name: (each.rows, each.checksum) for name, each in found.items()}


def save(url: str, path: Path, now: datetime = NOW) -> Path:
    back_up(url, path, KEY, now, lambda _table, _rows: None)
    return path


def bring_back(url: str, path: Path, now: datetime = NOW, since: datetime = BEGINNING) -> Restored:
    return restore(url, path, KEY, now=now, since=since, tick=lambda _read: None)


LATER = NOW + timedelta(hours=3)
