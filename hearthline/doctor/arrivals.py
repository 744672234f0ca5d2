"""What should have come and did not, what is asked for again, and since when messages' bytes are kept."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import OK, WARNING, Finding, Findings, Place
from models.tables import MessagePayload, ResendRequest
from registry.missing import count_missing

SHOWN: Final = 3


def check_missing(place: Place, session: Session) -> Findings:
    """Of the last 30 days: lost at a broker without a receipt, or still at a device."""
    missing = count_missing(session.connection(), place.now)
    if not missing:
        yield Finding("missing readings", OK, "none of the last 30 days")
        return
    most = sorted(missing, key=lambda device: (-missing[device], device))
    top = ", ".join(f"{device} {missing[device]}" for device in most[:SHOWN])
    says = f"{sum(missing.values())} readings of {len(missing)} devices never came in 30 days: {top}"
    mend = f"see: hearthline devices show {most[0]}; a gap closes when the device sends them"
    yield Finding("missing readings", WARNING, says, mend)


def check_resends(place: Place, session: Session) -> Findings:
    """Only after a restore is there anything to say."""
    pending = ResendRequest.expires_at > place.now
    devices = session.scalar(select(func.count()).select_from(ResendRequest).where(pending)) or 0
    if devices:
        says = f"{devices} devices are asked to send again what they keep, until {_last(session):%Y-%m-%d}"
        yield Finding("resends", OK, says)


def _last(session: Session) -> object:
    return session.scalar(select(func.max(ResendRequest.expires_at)))


def check_payloads(_place: Place, session: Session) -> Findings:
    oldest = session.scalar(select(func.min(MessagePayload.month)))
    says = "none" if oldest is None else f"kept since {oldest}; hearthline db purge lets go of old ones"
    yield Finding("bytes of messages", OK, says)
