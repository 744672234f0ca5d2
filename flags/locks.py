"""The patients' locks: whoever evaluates a patient holds theirs, taken in key order, before reading anything (F17).

Without them two workers that each store half of a breach raise nothing. SQLite needs none: BEGIN IMMEDIATE is alone.
"""

import json
from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection


def lock_key(patient_id: str) -> int:
    """A signed 64-bit key; two patients sharing one merely wait for each other."""
    return int.from_bytes(blake2b(patient_id.encode(), digest_size=8, person=b"patient").digest(), "big", signed=True)


def lock_patients(connection: Connection, patients: Iterable[str]) -> list[str]:
    """Wait for every lock, in key order, in a statement of its own; answers the patients in that order."""
    ordered = sorted(patients, key=lock_key)
    if connection.dialect.name == "postgresql":
        statement = "SELECT pg_advisory_xact_lock(k::bigint) FROM jsonb_array_elements_text(%s::jsonb) k"
        connection.exec_driver_sql(statement, (json.dumps([str(lock_key(each)) for each in ordered]),))
    return ordered


def try_lock_patients(connection: Connection, patients: Iterable[str]) -> list[str]:
    """Take the locks that are free, in key order, and answer whose they are; never waits (F25)."""
    ordered = sorted(patients, key=lock_key)
    if connection.dialect.name != "postgresql":
        return ordered
    statement = "SELECT pg_try_advisory_xact_lock(k::bigint) FROM jsonb_array_elements_text(%s::jsonb) k"
    taken = connection.exec_driver_sql(statement, (json.dumps([str(lock_key(each)) for each in ordered]),)).scalars()
    return [patient for patient, got in zip(ordered, taken, strict=True) if got]
