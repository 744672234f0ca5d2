"""What an evaluation asks of the database: as many statements for many patients as for one, and all by an index."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event

from flags.history import load_samples
from tests.support.clinics import Clinic, ago, fingerstick, pressure, weighing

HISTORIES = {
    "a first flag": [lambda patient: [pressure(patient, ago(hours=1))]],
    "a flag that grows": [
        lambda patient: [pressure(patient, ago(hours=2))],
        lambda patient: [pressure(patient, ago(hours=1))],
    ],
    "a flag that closes": [
        lambda patient: [fingerstick(patient, ago(hours=2))],
        lambda patient: [fingerstick(patient, ago(hours=1), "100 mg/dL")],
    ],
    "a flag withdrawn and another raised": [
        lambda patient: [pressure(patient, ago(hours=2)), weighing(patient, ago(days=9))],
        lambda patient: [pressure(patient, ago(hours=3)), weighing(patient, ago(days=8))],
    ],
}


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", HISTORIES)
def test_the_number_of_statements_does_not_grow_with_the_patients(any_clinic: Clinic, name: str) -> None:
    *before, last = HISTORIES[name]
    counts = []
    for patients in (["pt-anna"], [f"pt-{n:02}" for n in range(50)]):
        any_clinic.enrol(*patients, facts=["condition=heart_failure"])
        for batch in before:
            any_clinic.take(*(taken for patient in patients for taken in batch(patient)))
        any_clinic.store(*(taken for patient in patients for taken in last(patient)))
        with statements(any_clinic.engine) as seen:
            any_clinic.evaluate(*patients)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 18


MANY = """
INSERT INTO reading (id, message_id, device_id, patient_id, assignment_id, measure, stream, measured_at, utc_offset,
  device_time, time_source, time_quality, received_at, stored_at, quality, context, as_sent, content_digest, systolic)
SELECT gen_random_uuid(), gen_random_uuid(), 'dev', 'pt-' || mod(n, 50), gen_random_uuid(), 'blood_pressure',
  'blood_pressure', TIMESTAMPTZ '2026-03-20 12:00Z' - n * INTERVAL '7 minutes', 0, '', 'device', 'good', now(), now(),
  '[]', '{}', '{"systolic": ["120", "mmHg"]}', '', 120
FROM generate_series(1, 50000) n
"""


def test_history_is_read_by_its_index(shared_clinic: Clinic) -> None:
    engine = shared_clinic.engine
    with engine.begin() as connection:
        connection.exec_driver_sql(MANY)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE reading")
    windows = [(f"pt-{n}", "blood_pressure", ago(days=2)) for n in range(50)]
    with statements(engine) as seen, engine.connect() as connection:
        found = load_samples(connection, windows)
    assert len(found) == 50
    assert {len(samples) for samples in found.values()} == {9, 10}
    assert len(seen) == 2
    keys = json.dumps([(patient, stream, str(begin)) for patient, stream, begin in windows])
    for statement in seen:
        with engine.connect() as connection:
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", (keys,)).scalars())
        assert "ix_reading_patient_id_stream_measured_at" in plan
        assert "Seq Scan on reading" not in plan, plan
