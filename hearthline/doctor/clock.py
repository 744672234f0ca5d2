"""The server's clock: kept right by somebody, in step with the database's, and not behind what is stored already."""

import ctypes
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hearthline.doctor.finding import OK, UNKNOWN, WARNING, Finding, Findings, Place, ago
from models.tables import Message

CHECK: Final = "clock"
APART: Final = timedelta(seconds=5)
NOT_SYNCHRONISED: Final = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES: Final = 512  # more than struct timex has; all zero asks and sets nothing
NTP: Final = "run an NTP client: sudo apt install systemd-timesyncd"


def check_clock(place: Place, session: Session) -> Findings:
    there: datetime | None = None
    if session.get_bind().dialect.name == "postgresql":
        there = session.scalar(select(func.clock_timestamp()))
    newest = session.scalar(select(func.max(Message.received_at)))
    if there is not None and abs(there - datetime.now(there.tzinfo)) > APART:
        says = f"this machine's clock and the database's are {ago(abs(there - place.now))} apart"
        yield Finding(CHECK, WARNING, says, f"let both be kept right by NTP; here: {NTP}")
    elif newest is not None and newest - place.now > APART:
        says = f"the newest message came {ago(newest - place.now)} in the future: the clock went back"
        yield Finding(CHECK, WARNING, says, f"correct the clock; {NTP}")
    else:
        yield _kept_right()


def _kept_right() -> Finding:
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    except (AttributeError, OSError):
        return Finding(CHECK, UNKNOWN, "this system does not say whether its clock is kept right")
    if state in (NOT_SYNCHRONISED, -1):
        return Finding(CHECK, UNKNOWN, "nobody on this machine keeps its clock right; its host may", NTP)
    return Finding(CHECK, OK, "kept right by NTP")
