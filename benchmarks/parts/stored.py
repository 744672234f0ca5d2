"""The rate with years of readings in the record against that of an empty database, by turns, on PostgreSQL."""

import time
from statistics import median

from sqlalchemy import Connection, text

from benchmarks.parts.drains import Figures
from benchmarks.support.drain import OURS, drain
from benchmarks.support.place import POSTGRES, Place
from models.engine import open_writer

AT_ONCE = 500_000
LONGEST = 1200.0  # seconds of filling; what was reached by then is what counts
PEOPLE = 10_000  # whose readings these are, those of the benchmark among them: at 10 million, 1,000 each in two years
READINGS = """
INSERT INTO reading (id, message_id, device_id, patient_id, assignment_id, measure, stream, given_id, seq, measured_at,
  utc_offset, device_time, time_source, time_quality, received_at, stored_at, quality, context, as_sent,
  content_digest, systolic, diastolic, pulse)
SELECT key, key, 'dev-' || who, CASE WHEN who < 200 THEN 'pt-bench-' || lpad(who::text, 4, '0')
    ELSE 'pt-other-' || who END, key, 'blood_pressure', 'blood_pressure', 'given-' || n, n / {people}, at, 0,
  to_char(at, 'YYYY-MM-DD"T"HH24:MI:SSZ'), 'device', 'good', at, at, '[]', '{{}}',
  '{{"systolic": ["128", "mmHg"], "diastolic": ["82", "mmHg"], "pulse": ["71", "/min"]}}', md5(n::text) || md5(n::text),
  128, 82, 71
FROM (SELECT n, mod(n, {people}) AS who, {at} AS at, {key} AS key FROM generate_series({first}, {last}) n) made
"""
MESSAGES = """
INSERT INTO message (id, topic, device_id, received_at, stored_at, sha256, size, elements, stored, duplicate,
  quarantined, noted)
SELECT {key}, 'hearthline/v1/up/dev-' || mod(n, {people}) || '/blood_pressure', 'dev-' || mod(n, {people}), {at}, {at},
  md5(n::text) || md5(n::text), 240, 1, 1, 0, 0, 0 FROM generate_series({first}, {last}) n
"""
AT = "(TIMESTAMPTZ '2024-01-01Z' + n * INTERVAL '6.3 seconds')"
KEY = f"(lpad(to_hex((extract(epoch FROM {AT}) * 1000)::bigint), 12, '0') || '8' || substr(md5(n::text), 1, 19))::uuid"


def measure(place: Place) -> Figures:
    count, rates = place.scale.backlog, dict[str, list[float]](empty=[], full=[])
    with place.open(POSTGRES) as full, place.open(POSTGRES) as empty:
        rows = fill(place, full[1])
        for turn in range(place.scale.rounds):  # in both the same rounds, for these patients' histories grow by them
            for name, (port, url, folder) in (("full", full), ("empty", empty)):
                rates[name].append(drain(OURS, port, url, folder, count, seed=turn + 10))
            place.say(f"with {rows:,} rows {rates['full'][-1]:,.0f}/s, without {rates['empty'][-1]:,.0f}/s")
    ratio = round(median(rates["full"]) / median(rates["empty"]), 2)
    return {"rate_at_10m": ratio, "rows_stored": rows}


def fill(place: Place, url: str) -> int:
    """Rows of `reading` and of `message` each; the secondary indexes are made at the end, as a restore does."""
    engine, begun, rows = open_writer(url), time.monotonic(), 0
    with engine.begin() as connection:
        indexes = _drop_indexes(connection)
    while rows < place.scale.stored and time.monotonic() - begun < LONGEST:
        last = min(rows + AT_ONCE, place.scale.stored)
        words = {"first": rows + 1, "last": last, "at": AT, "key": KEY, "people": PEOPLE}
        with engine.begin() as connection:
            connection.exec_driver_sql(READINGS.format(**words))
            connection.exec_driver_sql(MESSAGES.format(**words))
        rows = last
    with engine.begin() as connection:
        for each in indexes:
            connection.exec_driver_sql(each)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE reading, message")
        connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()
    place.say(f"{rows:,} readings and messages stored beforehand in {time.monotonic() - begun:.0f} s")
    return rows


def _drop_indexes(connection: Connection) -> list[str]:
    """The statements that make them again."""
    query = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('reading', 'message') AND indexname !~ '^pk_'"
    )
    found = connection.execute(text(query)).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [definition for _, definition in found]
