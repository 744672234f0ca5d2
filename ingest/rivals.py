"""Which of several claims to one identity is the reading, which a duplicate, and which a conflict."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ingest.delivery import Attributed, Delivery
from models.dialect import dialect_of

CONFLICT: Final = "store.conflict"
Ruling = str | None  # None: stored; "duplicate"; or a code


@dataclass(frozen=True, slots=True)
class Claim:
    """One attributed reading in its batch; `place` is its delivery's position there."""

    found: Attributed
    delivery: Delivery
    place: int

    @property
    def key(self) -> tuple[int, int]:
        return self.place, self.found.reading.element

    @property
    def identity(self) -> tuple[str, str]:
        """What two claims to one reading share: the device with its given id, or else the derived id."""
        reading = self.found.reading
        return reading.device_id, reading.given_id or reading.id.hex


def first_claims(claims: Sequence[Claim]) -> dict[tuple[str, str], Claim]:
    """The first claim in the batch to each identity."""
    first: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        first.setdefault(claim.identity, claim)
    return first


def settle_rivals(connection: Connection, claims: Sequence[Claim], inserted: int) -> dict[tuple[int, int], Ruling]:
    """A ruling for every claim, given how many rows went in for the first claims."""
    first = first_claims(claims)
    known = {} if inserted == len(first) else _stored_before(connection, list(first.values()))
    rulings: dict[tuple[int, int], Ruling] = {}
    for identity, claim in first.items():
        rulings[claim.key] = _against_record(claim, known.get(identity))
    for claim in claims:
        if claim.key not in rulings:
            holder = first[claim.identity]
            same = claim.found.reading.content_digest == holder.found.reading.content_digest
            rulings[claim.key] = rulings[holder.key] or "duplicate" if same else CONFLICT
    return rulings


def _against_record(claim: Claim, stored: tuple[str, str] | None) -> Ruling:
    """Ours after a commit of unknown outcome, a duplicate, or a conflict; None in the record means it just went in."""
    if stored is None or stored[1] == claim.delivery.id.hex:
        return None
    return "duplicate" if stored[0] == claim.found.reading.content_digest else CONFLICT


def _stored_before(connection: Connection, claims: Sequence[Claim]) -> dict[tuple[str, str], tuple[str, str]]:
    """identity -> (digest, message) of what the record holds, in two statements: by id and by given id."""
    dialect = dialect_of(connection)
    columns = "SELECT r.device_id, r.given_id, r.id, r.content_digest, r.message_id FROM "
    by_id = f"{columns}{dialect.keys} JOIN reading r ON r.id = {dialect.uuid_at(0)}"
    same = f"r.device_id = {dialect.text_at(0)} AND r.given_id = {dialect.text_at(1)}"
    by_given = f"{columns}{dialect.keys} JOIN reading r ON {same}"
    ids = json.dumps([[claim.found.reading.id.hex] for claim in claims])
    given = json.dumps([claim.identity for claim in claims if claim.found.reading.given_id])
    found = {}
    for statement, keys in ((by_id, ids), (by_given, given)):
        for device_id, given_id, row_id, digest, message_id in connection.exec_driver_sql(statement, (keys,)):
            found[device_id, given_id or _hex(row_id)] = digest, _hex(message_id)
    return found


def _hex(value: object) -> str:
    """SQLite keeps 32 hex digits, psycopg answers a UUID."""
    return str(value).replace("-", "")
