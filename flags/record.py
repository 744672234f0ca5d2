"""Episodes and flags read from and written to the record: only differences are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from flags.cooldown import LONGEST
from flags.states import ACTIVE, EpisodeState, FlagState
from models.among import among
from models.keys import derived_id
from models.tables import Episode, Flag

FLAG_FIELDS = tuple(field.name for field in fields(FlagState))  # the first is `id`
EPISODE_FIELDS = tuple(field.name for field in fields(EpisodeState))
Key = tuple[str, str]  # patient, rule


@dataclass(frozen=True, slots=True)
class Change:
    """What a computation found different for one patient and rule: episodes that are no more, and those to write."""

    patient_id: str
    measure: str
    gone: Sequence[EpisodeState]
    written: Sequence[EpisodeState]


def load_flags(
    connection: Connection, patients: Iterable[str], since: datetime, now: datetime
) -> dict[Key, list[FlagState]]:
    """These patients' flags, by patient and rule, that are active, reach past `since` or were closed lately; not the
    withdrawn ones."""
    mine = among(connection, Flag.patient_id, patients)
    near = or_(Flag.status.in_(sorted(ACTIVE)), Flag.until >= since, Flag.changed_at >= now - LONGEST)
    columns = [getattr(Flag, name) for name in FLAG_FIELDS]
    found: dict[Key, list[FlagState]] = {}
    for row in connection.execute(select(*columns).where(mine, near, Flag.status != "withdrawn")).all():
        flag = FlagState(*row)
        found.setdefault((flag.patient_id, flag.rule), []).append(flag)
    return found


def load_episodes(connection: Connection, patients: Iterable[str], since: datetime) -> dict[Key, list[EpisodeState]]:
    """These patients' episodes, by patient and rule and oldest first, that were under way at `since` or later."""
    mine = among(connection, Episode.patient_id, patients)
    near = or_(Episode.ended_at.is_(None), Episode.ended_at >= since)
    columns = [getattr(Episode, name) for name in EPISODE_FIELDS]
    found: dict[Key, list[EpisodeState]] = {}
    for patient_id, *row in connection.execute(
        select(Episode.patient_id, *columns).where(mine, near).order_by(Episode.started_at)
    ):
        episode = EpisodeState(*row)
        found.setdefault((patient_id, episode.rule), []).append(episode)
    return found


def write_episodes(connection: Connection, changes: Sequence[Change]) -> None:
    """Take out what is no more or differs, then put in what was computed."""
    stale = [_id(change.patient_id, each) for change in changes for each in (*change.gone, *change.written)]
    fresh = [_row(change, each) for change in changes for each in change.written]
    if stale:
        connection.execute(delete(Episode).where(Episode.id == bindparam("stale")), [{"stale": each} for each in stale])
    if fresh:
        connection.execute(insert(Episode), fresh)


def write_flags(connection: Connection, changed: Sequence[FlagState], known: set[UUID]) -> None:
    """Close before update before insert: at most one flag of a patient and rule may be active at any moment."""
    moved = sorted((each for each in changed if each.id in known), key=lambda each: each.active)
    if moved:
        fields_of = [{"key": flag.id, **_values(flag, FLAG_FIELDS[1:])} for flag in moved]
        connection.execute(update(Flag).where(Flag.id == bindparam("key")), fields_of)
    fresh = [_values(flag, FLAG_FIELDS) for flag in changed if flag.id not in known]
    if fresh:
        connection.execute(insert(Flag), fresh)


def _id(patient_id: str, episode: EpisodeState) -> UUID:
    return derived_id(patient_id, episode.rule, episode.started_at.isoformat())


def _row(change: Change, episode: EpisodeState) -> dict[str, Any]:
    key = {"id": _id(change.patient_id, episode), "patient_id": change.patient_id, "measure": change.measure}
    return key | _values(episode, EPISODE_FIELDS)


def _values(state: EpisodeState | FlagState, names: Sequence[str]) -> dict[str, Any]:
    """Field by field: `asdict` would copy the evidence in depth."""
    return {name: getattr(state, name) for name in names}
