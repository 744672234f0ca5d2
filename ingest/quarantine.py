"""The quarantine: what was refused, and another try after a fix. A replay adds a linked message with a verdict of
its own; the first verdict is never rewritten."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select, true, update
from sqlalchemy.orm import Session

from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, Delivery, Verdict
from ingest.errors import QuarantineError
from models.keys import new_id
from models.tables import Message, MessagePayload, Refusal
from registry.holders import Holders


@dataclass(frozen=True, slots=True)
class Replayed:
    """The refusal that was tried again, the message of the try, and its verdict."""

    refusal: UUID
    message: UUID
    verdict: Verdict


def list_refusals(session: Session, *, state: str | None = None, code: str | None = None) -> list[Refusal]:
    """Refusals, newest first, then by element; of one state or code where given."""
    wanted = [Refusal.state == state if state else true(), Refusal.code == code if code else true()]
    newest = select(Refusal).where(*wanted).order_by(Refusal.received_at.desc(), Refusal.message_id, Refusal.element)
    return list(session.scalars(newest))


def get_refusal(session: Session, refusal_id: UUID) -> Refusal:
    """The refusal; raises QuarantineError when there is none."""
    refusal = session.get(Refusal, refusal_id)
    if refusal is None:
        raise QuarantineError(f"nothing in quarantine has the id {refusal_id}; see: hearthline quarantine list")
    return refusal


def get_payload(session: Session, refusal: Refusal) -> bytes | None:
    """The bytes as received; None when they were not kept or are purged."""
    return session.scalar(select(MessagePayload.payload).where(MessagePayload.message_id == refusal.message_id))


def replay_refusal(writer: Engine, refusal_id: UUID, *, clock: Callable[[], datetime]) -> Replayed:
    """Decode, identify and store the refused element again; resolves the refusal unless it is refused again.

    Raises QuarantineError when it is not open any more or its bytes are gone.
    """
    with Session(writer) as session:
        refusal = get_refusal(session, refusal_id)
        delivery = _delivery(session, refusal, clock())
    # The verdict depends on the message's own time of receipt, not on today's (house document, *The record*).
    outcomes = decode(delivery.payload, delivery.topic, delivery.received_at)
    again = Decoding(delivery, [outcomes[min(refusal.element, len(outcomes) - 1)]], keep=False)
    settled = commit(writer, [again], Holders(), clock)[0]
    verdict = settled.verdicts[0]
    if verdict.verdict != "quarantined":
        with writer.begin() as connection:
            done = {"state": "resolved", "resolved_by": delivery.id}
            still = Refusal.id == refusal_id, Refusal.state == "open"  # the first of two replays is what resolved it
            connection.execute(update(Refusal).where(*still).values(**done))
    return Replayed(refusal_id, delivery.id, replace(verdict, element=refusal.element))


def _delivery(session: Session, refusal: Refusal, now: datetime) -> Delivery:
    if refusal.state != "open":
        raise QuarantineError(f"refusal {refusal.id} is {refusal.state} already; nothing to replay")
    payload, message = get_payload(session, refusal), session.get(Message, refusal.message_id)
    if payload is None or message is None:
        raise QuarantineError(f"the bytes of refusal {refusal.id} are no longer kept; the device has to send again")
    return Delivery(new_id(now), message.topic, payload, refusal.received_at, replay_of=refusal.id)
