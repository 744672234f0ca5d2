"""Asking the device for a repeat: what a rule that wants one makes of its episodes (clinical reference §3.9).

The flag is raised at the first breach whatever becomes of the prompt; who does not answer is not waited for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select

from flags.record import Change
from flags.states import EpisodeState
from models.dialect import dialect_of, insert_rows
from models.keys import derived_id
from models.tables import Device, Prompt, Reading
from thresholds.doubt import OTHER_PERSON
from thresholds.types import Sample

COLUMNS: Final = ("id", "patient_id", "device_id", "rule", "measure", "made_at", "expires_at")


def awaits(episode: EpisodeState) -> bool:
    """Its rule waits for the repeat."""
    return episode.state == "awaiting"


def stands_alone(episode: EpisodeState) -> bool:
    """One reading is all there is of it."""
    return episode.state == "lasting" and episode.evidence["first"] == episode.evidence["newest"]


def lasts(episode: EpisodeState) -> bool:
    return episode.state == "lasting"


@dataclass(frozen=True, slots=True)
class Ask:
    """`measure` is to be taken `within` so long of the reading that began an episode for which `wanted` holds."""

    measure: str
    within: timedelta
    wanted: Callable[[EpisodeState], bool]


QUARTER: Final = timedelta(minutes=15)
ASKS: Final[Mapping[str, Ask]] = {
    "BP-SEV": Ask("blood_pressure", QUARTER, awaits),
    "BP-PREG": Ask("blood_pressure", QUARTER, awaits),
    "HR-BRADY": Ask("blood_pressure", QUARTER, stands_alone),
    "HR-TACHY": Ask("blood_pressure", QUARTER, stands_alone),
    "WT-HF-1D": Ask("weight", QUARTER, stands_alone),
    "WT-HF-3D": Ask("weight", QUARTER, stands_alone),
    "WT-HF-7D": Ask("weight", QUARTER, stands_alone),
    "CGM-L2": Ask("glucose", 2 * QUARTER, lasts),  # the event is known after 10 min; a fingerstick tells
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt to whatever device took `reading`; the same `id` for all that one reading began."""

    id: UUID
    patient_id: str
    rule: str
    measure: str
    reading: UUID
    expires_at: datetime


def asks_of(changes: Iterable[Change], now: datetime) -> tuple[list[Asked], list[UUID]]:
    """The prompts to be made, and the ids of those that nobody has to answer any more."""
    wanted, over = dict[UUID, Asked](), list[UUID]()
    for change, episode, ask in _asking(changes):
        asked = _asked(change, episode, ask)
        if episode in change.written and ask.wanted(episode) and now < asked.expires_at:
            wanted.setdefault(asked.id, asked)
        else:
            over.append(asked.id)
    return list(wanted.values()), [each for each in over if each not in wanted]


def _asking(changes: Iterable[Change]) -> Iterator[tuple[Change, EpisodeState, Ask]]:
    for change in changes:
        for episode in (*change.gone, *change.written):
            if (ask := ASKS.get(episode.rule)) is not None:
                yield change, episode, ask


def _asked(change: Change, episode: EpisodeState, ask: Ask) -> Asked:
    first = episode.evidence["first"]["reading"]
    prompt = derived_id("measure_again", first, ask.measure)
    return Asked(prompt, change.patient_id, episode.rule, ask.measure, UUID(first), episode.started_at + ask.within)


def asks_to_weigh(patient_id: str, samples: Sequence[Sample], now: datetime) -> Iterator[tuple[Asked, bool]]:
    """Of weighings that may be another person's and could still be repeated: the prompt, and whether it is wanted,
    because nothing was weighed since."""
    for sample in samples:
        if OTHER_PERSON in sample.doubts and sample.at <= now < sample.at + QUARTER:
            prompt = derived_id("measure_again", sample.id, "weight")
            asked = Asked(prompt, patient_id, OTHER_PERSON, "weight", sample.id, sample.at + QUARTER)
            yield asked, sample is samples[-1]


def write_prompts(
    connection: Connection, changes: Iterable[Change], doubted: Iterable[tuple[Asked, bool]], now: datetime
) -> None:
    """Keep them for whoever publishes, in the transaction of the episodes; what was answered goes."""
    wanted, over = asks_of(changes, now)
    for asked, is_wanted in doubted:
        if is_wanted and asked.id not in {each.id for each in wanted}:
            wanted.append(asked)
        elif not is_wanted:
            over.append(asked.id)
    if over:
        stale = delete(Prompt).where(Prompt.id == bindparam("prompt"))
        connection.execute(stale, [{"prompt": each} for each in sorted(over)])
    if not wanted:
        return
    dialect, devices = dialect_of(connection), _devices(connection, [each.reading for each in wanted])
    rows = [
        (
            dialect.uuid(each.id), each.patient_id, devices[each.reading], each.rule, each.measure,
            dialect.instant(now), dialect.instant(each.expires_at),
        )
        for each in sorted(wanted, key=lambda each: each.id) if each.reading in devices
    ]  # fmt: skip
    insert_rows(connection, "prompt", COLUMNS, rows)


def _devices(connection: Connection, readings: Sequence[UUID]) -> dict[UUID, str]:
    """Who is to be told: the device that took the reading, or its gateway, which is who listens."""
    query = select(Reading.id, Reading.device_id, Device.gateway_id).join(Device, Device.id == Reading.device_id)
    found = connection.execute(query.where(Reading.id.in_(readings)))
    return {reading: gateway or device for reading, device, gateway in found}
