"""What people do about a flag. Every transition is kept with who, when and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from flags.errors import FlagError
from flags.locks import lock_patients
from flags.states import ACTIVE
from flags.worklist import get_flag
from models.tables import Flag


def acknowledge(session: Session, flag_id: UUID, *, actor: str, note: str, now: datetime) -> Flag:
    """Somebody has seen it. Raises FlagError unless it is open."""
    return _move(session, flag_id, {"open"}, "acknowledged", actor, note, now)


def resolve(session: Session, flag_id: UUID, *, actor: str, note: str, now: datetime) -> Flag:
    """Somebody has dealt with it; `note` says how. Raises FlagError when it is closed already."""
    return _move(session, flag_id, set(ACTIVE), "resolved", actor, note, now)


def _move(
    session: Session, flag_id: UUID, allowed: set[str], status: str, actor: str, note: str, now: datetime
) -> Flag:
    """Under the patient's lock, so that no evaluation writes over it."""
    lock_patients(session.connection(), [get_flag(session, flag_id).patient_id])
    flag = get_flag(session, flag_id)
    session.refresh(flag)
    if flag.status not in allowed:
        raise FlagError(f"flag {flag.id} is {flag.status}; only {' or '.join(sorted(allowed))} can become {status}")
    step = {"at": now.isoformat(), "actor": actor, "from": flag.status, "to": status, "note": note}
    flag.status, flag.changed_at, flag.history = status, now, [*flag.history, step]
    flag.awaiting_confirmation = flag.awaiting_confirmation and status in ACTIVE
    session.flush()
    return flag
