"""Which of several claims to one identity is the reading, which a duplicate, and which a conflict."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ingest.delivery import Attributed, Delivery
from models.dialect import dialect_of

CONFLICT: Final = "store.conflict"
Ruling = str | None  # None: stored; "duplicate"; or a code
Identity = tuple[str, str | None, str | None]  # what claims to one reading share: device, given id or else derived id
Standing = tuple[str, str]  # digest of the reading and (hex) message it came in


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
    def identity(self) -> Identity:
        reading = self.found.reading
        return reading.device_id, reading.given_id, None if reading.given_id else reading.id.hex

    @property
    def standing(self) -> Standing:
        return self.found.reading.content_digest, self.delivery.id.hex


def first_claims(claims: Sequence[Claim]) -> dict[Identity, Claim]:
    """The first claim in the batch to each identity."""
    first: dict[Identity, Claim] = {}
    for claim in claims:
        first.setdefault(claim.identity, claim)
    return first


def settle_rivals(
    connection: Connection, claims: Sequence[Claim], first: Mapping[Identity, Claim], inserted: int
) -> dict[tuple[int, int], Ruling]:
    """A ruling for every claim, given the first to each identity and how many of these went in."""
    if inserted == len(first) == len(claims):
        return dict.fromkeys((claim.key for claim in claims), None)
    known = {} if inserted == len(first) else _stored_before(connection, list(first.values()))
    return {
        claim.key: _rule(claim, holder, known.get(claim.identity, holder.standing))
        for claim in claims
        for holder in (first[claim.identity],)
    }


def _rule(claim: Claim, first: Claim, stands: Standing) -> Ruling:
    """What stands in the record decides. The first claim is stored when that is its own message's reading: it just
    went in, or did so in a commit of unknown outcome."""
    if claim.standing[0] != stands[0]:
        return CONFLICT
    return None if claim is first and claim.standing == stands else "duplicate"


def _stored_before(connection: Connection, claims: Sequence[Claim]) -> dict[Identity, Standing]:
    """What the record holds, in two statements: by id and by given id."""
    dialect = dialect_of(connection)
    columns = "SELECT r.device_id, r.given_id, r.id, r.content_digest, r.message_id FROM "
    by_id = f"{columns}{dialect.keys} JOIN reading r ON r.id = {dialect.uuid_at(0)}"
    same = f"r.device_id = {dialect.text_at(0)} AND r.given_id = {dialect.text_at(1)}"
    by_given = f"{columns}{dialect.keys} JOIN reading r ON {same}"
    ids = json.dumps([[claim.found.reading.id.hex] for claim in claims])
    given = json.dumps([claim.identity[:2] for claim in claims if claim.found.reading.given_id])
    found: dict[Identity, Standing] = {}
    for statement, keys in ((by_id, ids), (by_given, given)):
        for device_id, given_id, row_id, digest, message_id in connection.exec_driver_sql(statement, (keys,)):
            found[device_id, given_id, None if given_id else _hex(row_id)] = digest, _hex(message_id)
    return found


def _hex(value: object) -> str:
    """SQLite keeps 32 hex digits, psycopg answers a UUID."""
    return str(value).replace("-", "")
