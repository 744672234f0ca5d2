"""One transaction a batch: readings, messages, refusals and the queue rows that ask for their evaluation.

The order of a batch decides what is a duplicate of what; rows go in sorted by measure and id, so that two workers
never wait for each other in a circle.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from ingest.decoded import Decoded, Noted, Outcome, Rejected
from ingest.delivery import Attributed, Decoding, Delivery, Settled, Verdict
from ingest.heartbeats import Heartbeat, keep_heartbeats
from ingest.identify import counted, identify
from ingest.insert import insert_ledger, insert_readings
from ingest.rivals import Claim, first_claims, settle_rivals
from models.queue import LookAgain, enqueue
from registry.devices import DEVICE_ID
from registry.holders import Holders
from registry.lock import hold_shared
from thresholds.urgent import is_urgent

Element = Attributed | Rejected | Noted


def store(connection: Connection, batch: Sequence[Decoding], holders: Holders, now: datetime) -> list[Settled]:
    """Identify and store a batch inside the caller's transaction; answers the verdicts, for after its commit."""
    holders.refresh(connection, hold_shared(connection), _devices(batch))
    elements = [[_identified(each, one.delivery, holders) for each in one.outcomes] for one in batch]
    claims = [
        Claim(found, one.delivery, place)
        for place, (one, found_here) in enumerate(zip(batch, elements, strict=True))
        for found in found_here
        if isinstance(found, Attributed)
    ]
    first = first_claims(claims)
    rulings = settle_rivals(connection, claims, first, insert_readings(connection, first.values(), now))
    settled = [
        _settle(one, each, rulings, place) for place, (one, each) in enumerate(zip(batch, elements, strict=True))
    ]
    insert_ledger(connection, settled, now)
    keep_heartbeats(connection, _heartbeats(batch, elements))
    enqueue(connection, _look_again([claim.found for claim in claims if rulings[claim.key] is None], now))
    return settled


def _heartbeats(batch: Sequence[Decoding], elements: Sequence[Sequence[Element]]) -> Iterator[Heartbeat]:
    for one, found in zip(batch, elements, strict=True):
        for each in found:
            if isinstance(each, Noted) and each.status is not None:
                yield one.delivery.publisher, one.delivery.received_at, each.status


def _devices(batch: Sequence[Decoding]) -> set[str]:
    named = {each.device_id for one in batch for each in one.outcomes if not isinstance(each, Noted)}
    publishers = {one.delivery.publisher for one in batch}  # a name that is none may hold what no database takes
    return set(filter(None, named)) | set(filter(DEVICE_ID.fullmatch, publishers))


def _identified(outcome: Outcome | Attributed, delivery: Delivery, holders: Holders) -> Element:
    if isinstance(outcome, Decoded):
        outcome = identify(outcome, delivery.publisher, holders, delivery.received_at)
    if isinstance(outcome, Rejected):
        return counted(outcome, delivery.publisher, holders)
    if isinstance(outcome, Noted) and holders.devices.get(delivery.publisher) is None:
        return Rejected(outcome.element, "identify.unknown_device", "", "the publishing device is not enrolled")
    return outcome


def _settle(
    one: Decoding, elements: Sequence[Element], rulings: dict[tuple[int, int], str | None], place: int
) -> Settled:
    judged = [_judge(element, rulings, place) for element in elements]
    stored = [
        element
        for element in elements
        if isinstance(element, Attributed) and rulings[place, element.reading.element] is None
    ]
    patients = frozenset(each.patient_id for each in stored)
    urgent = frozenset(each.patient_id for each in stored if is_urgent(each.values, each.reading.comparator))
    refusals = [refusal for _, refusal in judged if refusal is not None]
    return Settled(one.delivery, [verdict for verdict, _ in judged], refusals, patients, one.keep, urgent)


def _judge(element: Element, rulings: dict[tuple[int, int], str | None], place: int) -> tuple[Verdict, Rejected | None]:
    if isinstance(element, Attributed):
        return _ruled(element.reading, rulings[place, element.reading.element])
    if isinstance(element, Rejected):
        return _quarantined(element), element
    return Verdict(element.element, "noted"), None


def _ruled(reading: Decoded, ruling: str | None) -> tuple[Verdict, Rejected | None]:
    """`ruling`: None for stored, else duplicate or the code of the refusal."""
    if ruling is None or ruling == "duplicate":
        return Verdict(reading.element, ruling or "stored", None, reading.given_id, reading.device_time), None
    detail = "another reading has this identity with other content"
    refusal = Rejected.of(reading, ruling, "", detail)
    return _quarantined(refusal), refusal


def _quarantined(refusal: Rejected) -> Verdict:
    return Verdict(refusal.element, "quarantined", refusal.code, refusal.given_id, refusal.measured_at)


def _look_again(stored: Sequence[Attributed], now: datetime) -> list[LookAgain]:
    """One row a patient and stream, from the oldest new reading on."""
    since: dict[tuple[str, str], datetime] = {}
    for found in stored:
        key = found.patient_id, found.reading.stream
        since[key] = min(since.get(key, found.measured_at), found.measured_at)
    return [LookAgain(patient, stream, at, now, "reading") for (patient, stream), at in sorted(since.items())]
