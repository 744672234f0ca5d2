"""A flag as it stood at an earlier instant, as far as the record says.

Its history says which status it had. Severity, marks and readings are kept as they read today alone: of a flag that
changed after the instant they are today's, and the answer says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from flags.states import FlagState, rank
from models.tables import Flag

NOT_KEPT: Final = "not kept"
SHOWN: Final = ("first", "worst", "newest")
FIELDS: Final = tuple(FlagState.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Stood:
    """`flag` as at the instant; `certain`: nothing about it changed since, so that all of it is as it was then."""

    flag: Flag
    certain: bool


def list_as_of(session: Session, at: datetime, *, patient: str | None = None) -> list[Stood]:
    """The flags there were at `at`, of every status, the most severe first and of these the longest waiting."""
    mine = [Flag.patient_id == patient] if patient else []
    found = session.scalars(select(Flag).where(Flag.raised_at <= at, *mine))
    stood = [then for flag in found if (then := stood_at(flag, at))]
    return sorted(stood, key=lambda each: (rank(each.flag.severity), each.flag.since, each.flag.id))


def stood_at(flag: Flag, at: datetime) -> Stood | None:
    """None when it had not been raised. The answer belongs to no session."""
    steps = [step for step in flag.history if datetime.fromisoformat(step["at"]) <= at]
    if not steps:
        return None
    certain = flag.changed_at <= at
    values = {name: getattr(flag, name) for name in FIELDS} | {"status": steps[-1]["to"], "history": steps}
    if not certain:
        values |= {"until": min(flag.until, at), "evidence": _known(flag.evidence, at)}
        values |= {"changed_at": datetime.fromisoformat(steps[-1]["at"])}
    return Stood(Flag(**values), certain)


def _known(evidence: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Without what was measured later; a figure of several readings may be of later ones."""
    measured: Sequence[Mapping[str, Any]] = [evidence[name] for name in SHOWN if evidence.get(name)]
    earlier = [each for each in measured if datetime.fromisoformat(each["measured_at"]) <= at]
    newest = max(earlier or measured[:1], key=lambda each: str(each["measured_at"]))
    worst = evidence["worst"] if evidence["worst"] in earlier else newest
    figure = None if evidence["figure"] is None else NOT_KEPT
    return {**evidence, "newest": newest, "worst": worst, "figure": figure}
