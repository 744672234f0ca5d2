"""The worklist, ordered as a nurse works: the most severe first, and of these the longest waiting."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from flags.errors import FlagError
from models.tables import Flag
from thresholds.types import SEVERITIES

RANK = case({severity: rank for rank, severity in enumerate(SEVERITIES)}, value=Flag.severity)


def list_flags(
    session: Session,
    *,
    patient: str | None = None,
    severity: str | None = None,
    rule: str | None = None,
    status: Sequence[str] | None = None,
    since: datetime | None = None,
) -> list[Flag]:
    """Flags by severity, then by how long they have waited. `since`: raised or still breaching from then on."""
    wanted = [
        *([Flag.patient_id == patient] if patient else []),
        *([Flag.severity == severity] if severity else []),
        *([Flag.rule == rule] if rule else []),
        *([Flag.status.in_(status)] if status else []),
        *([Flag.until >= since] if since else []),
    ]
    return list(session.scalars(select(Flag).where(*wanted).order_by(RANK, Flag.since, Flag.id)))


def get_flag(session: Session, flag_id: UUID) -> Flag:
    """The flag; raises FlagError when there is none."""
    flag = session.get(Flag, flag_id)
    if flag is None:
        raise FlagError(f"no flag {flag_id}; see: hearthline flags list")
    return flag
