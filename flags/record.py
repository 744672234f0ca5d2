"""Episodes and flags read from and written to the record: only differences are written."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, or_, select, update

from flags.cooldown import LONGEST
from flags.states import ACTIVE, EpisodeState, FlagState
from models.among import among
from models.dialect import dialect_of
from models.keys import derived_id
from models.tables import Episode, Flag

FLAG_FIELDS = tuple(field.name for field in fields(FlagState))  # the first is `id`
EPISODE_FIELDS = tuple(field.name for field in fields(EpisodeState))
Key = tuple[str, str]  # patient, rule
Episodes = dict[Key, list[EpisodeState]]
Span = tuple[str, str, datetime]  # patient, rule, from


@dataclass(frozen=True, slots=True)
class Change:
    """What a computation found different for one patient and rule: episodes that are no more, and those to write."""

    patient_id: str
    measure: str
    gone: Sequence[EpisodeState]
    written: Sequence[EpisodeState]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose record of which rules is to be read."""

    patients: Sequence[str]
    rules: Sequence[str]

    def among(self, connection: Connection, table: type[Episode] | type[Flag]) -> ColumnElement[bool]:
        return and_(among(connection, table.patient_id, self.patients), among(connection, table.rule, self.rules))


def load_flags(
    connection: Connection, wanted: Wanted, since: datetime, spans: Iterable[Span], now: datetime
) -> dict[Key, list[FlagState]]:
    """The flags, by patient and rule, that are active, were closed lately, or reach past `since` or the
    start of one of `spans`; not the withdrawn ones."""
    mine = wanted.among(connection, Flag)
    lately = and_(Flag.changed_at >= now - LONGEST, Flag.changed_at > Flag.raised_at)
    near = or_(Flag.status.in_(sorted(ACTIVE)), Flag.until >= since, lately)
    further = _ids(connection, "flag", "t.until >= {}", spans)
    which = or_(and_(mine, near), Flag.id.in_(further)) if further else and_(mine, near)
    columns = [getattr(Flag, name) for name in FLAG_FIELDS]
    found: dict[Key, list[FlagState]] = {}
    for row in connection.execute(select(*columns).where(which, Flag.status != "withdrawn")).all():
        flag = FlagState(*row)
        found.setdefault((flag.patient_id, flag.rule), []).append(flag)
    return found


def load_episodes(connection: Connection, wanted: Wanted, since: datetime) -> Episodes:
    """The episodes, by patient and rule and oldest first, that were under way at `since` or later."""
    lately = or_(Episode.ended_at.is_(None), Episode.ended_at >= since)
    return _episodes(connection, and_(wanted.among(connection, Episode), lately))


def load_further(connection: Connection, known: Episodes, spans: Iterable[Span]) -> Episodes:
    """The known ones, and those under way at the start of one of `spans` or later."""
    had = {_id(patient, each) for (patient, _), mine in known.items() for each in mine}
    ids = set(_ids(connection, "episode", "(t.ended_at IS NULL OR t.ended_at >= {})", spans)) - had
    if not ids:
        return known
    more = _episodes(connection, Episode.id.in_(sorted(ids)))
    both = {key: [*more.get(key, ()), *known.get(key, ())] for key in known.keys() | more.keys()}
    return {key: sorted(each, key=lambda episode: episode.started_at) for key, each in both.items()}


def _episodes(connection: Connection, wanted: ColumnElement[bool]) -> Episodes:
    columns = [getattr(Episode, name) for name in EPISODE_FIELDS]
    found: Episodes = {}
    query = select(Episode.patient_id, *columns).where(wanted).order_by(Episode.started_at)
    for patient_id, *row in connection.execute(query):
        episode = EpisodeState(*row)
        found.setdefault((patient_id, episode.rule), []).append(episode)
    return found


def _ids(connection: Connection, table: str, reaches: str, spans: Iterable[Span]) -> list[UUID]:
    """Of rows of one patient and rule that reach past an instant: a month-long episode is no reason to read a month of
    the other rules."""
    wanted, dialect = list(spans), dialect_of(connection)
    if not wanted:
        return []
    statement = (
        f"SELECT t.id FROM {dialect.keys} JOIN {table} t ON t.patient_id = {dialect.text_at(0)} "  # noqa: S608  static text
        f"AND t.rule = {dialect.text_at(1)} AND {reaches.format(dialect.instant_at(2))}"
    )
    keys = json.dumps([(patient, rule, dialect.said(begin)) for patient, rule, begin in wanted])
    found = connection.exec_driver_sql(statement, (keys,)).scalars()
    return sorted({each if isinstance(each, UUID) else UUID(each) for each in found})


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
