"""Refusals that are still open: chosen by id, code or device, tried again one after the other, counted."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, func, select, true
from sqlalchemy.orm import Session

from hearthline.endings import find_id
from hearthline.errors import USAGE, Failure
from hearthline.show import remark
from ingest.errors import QuarantineError
from ingest.quarantine import replay_refusal
from models.tables import Refusal

OPEN: Final = "open"
FOR_WANT_OF_A_HOLDER: Final = ("identify.unknown_device", "identify.unassigned")


def choose(session: Session, endings: Sequence[str], code: str | None, device: str | None) -> list[UUID]:
    """The refusals with these ids, else all open ones of the code and device, oldest first.

    Raises Failure for an id that is none, for nothing named, and for ids together with a code or device.
    """
    filtered = code is not None or device is not None
    if bool(endings) == filtered:
        raise Failure("which refusals?", "name their ids, or all that are open with --code or --device", USAGE)
    if endings:
        return list(dict.fromkeys(find_id(session, Refusal, ending) for ending in endings))
    same = (Refusal.code == code if code else true(), Refusal.device_id == device if device else true())
    oldest = (Refusal.received_at, Refusal.message_id, Refusal.element)
    return list(session.scalars(select(Refusal.id).where(Refusal.state == OPEN, *same).order_by(*oldest)))


def try_again(engine: Engine, refusals: Sequence[UUID], clock: Callable[[], datetime]) -> Iterator[dict[str, Any]]:
    """What became of each; one that cannot be tried (closed meanwhile, its bytes gone) is a remark and has no code."""
    for refusal in refusals:
        try:
            replayed = replay_refusal(engine, refusal, clock=clock)
        except QuarantineError as error:
            remark([str(error)])
            yield {"refusal": refusal, "message": None, "verdict": None, "code": None}
        else:
            verdict = replayed.verdict
            yield {"refusal": refusal, "message": replayed.message, "verdict": verdict.verdict, "code": verdict.code}


def worth_another_try(session: Session, device: str) -> list[str]:
    """A line for each code of open refusals that an assignment of the device may have mended."""
    same = (Refusal.state == OPEN, Refusal.device_id == device, Refusal.code.in_(FOR_WANT_OF_A_HOLDER))
    counted = select(Refusal.code, func.count()).where(*same).group_by(Refusal.code).order_by(Refusal.code)
    return [
        f"{number} open refusal{'s' if number > 1 else ''} of {device} can be tried again now: "
        f"hearthline quarantine replay --device {device} --code {code}"
        for code, number in session.execute(counted)
    ]
