"""Episodes and flags as plain values, between the database and the pure matching."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from thresholds import RULES
from thresholds.types import SEVERITIES, Amount, Found, Sample, SoFar

ACTIVE: Final = frozenset({"open", "acknowledged", "in_progress"})
SO_FAR: Final = "so_far"
URGENT: Final = frozenset({"CRIT", "HIGH"})
Json = dict[str, Any]


def rank(severity: str) -> int:
    """0 for CRIT, more for less."""
    return SEVERITIES.index(severity)


@dataclass(frozen=True, slots=True)
class EpisodeState:
    """An episode as stored or as just computed; equal when nothing about it changed."""

    rule: str
    severity: str
    state: str
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None
    breaches: int
    evidence: Mapping[str, Any]

    @property
    def stays(self) -> bool:
        """Whether its flag waits for a person, instead of closing with the episode."""
        return self.severity in URGENT and not RULES[self.rule].closes_itself


@dataclass(frozen=True, slots=True)
class FlagState:
    """A flag as stored or as it shall be; fields as in `models.tables.Flag`."""

    id: UUID
    patient_id: str
    measure: str
    rule: str
    severity: str
    status: str
    since: datetime
    until: datetime
    raised_at: datetime
    changed_at: datetime
    episodes: int
    breaches: int
    late: bool
    ended: bool
    awaiting_confirmation: bool
    not_confirmed: bool
    evidence: Json
    history: list[Any]

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def touches(self, episode: EpisodeState) -> bool:
        return self.since <= episode.last_at and episode.started_at <= self.until


def episode_of(found: Found) -> EpisodeState:
    """What the record keeps of a computed episode: the samples that show it, as sent."""
    evidence = {name: _sample(getattr(found, name)) for name in ("first", "worst", "newest")}
    return EpisodeState(
        found.rule,
        found.severity,
        found.state,
        found.started_at,
        found.last_at,
        found.ended_at,
        found.breaches,
        {**evidence, "figure": found.figure, "worth": str(found.worth)}
        | ({"left_out": found.left_out} if found.left_out else {})
        | ({SO_FAR: _stood(found.so_far)} if found.so_far else {}),
    )


def _sample(sample: Sample) -> Json:
    return {
        "reading": str(sample.id),
        "measured_at": sample.at.isoformat(),
        "values": {name: list(amount) for name, amount in sample.values.items()},
        "doubtful": sample.doubtful,
        **({"doubts": list(sample.doubts)} if sample.doubts else {}),
    }


def _stood(so_far: SoFar) -> Json:
    """Without its first sample, which the episode has."""
    return {
        "at": so_far.at.isoformat(),
        "worst": _sample(so_far.worst),
        "newest": _sample(so_far.newest),
        "severity": so_far.severity,
        "breaches": so_far.breaches,
        "worth": str(so_far.worth),
        "figure": so_far.figure,
        "extra": so_far.extra,
        "left_out": so_far.left_out,
    }


def so_far_of(episode: EpisodeState) -> SoFar | None:
    """How an episode that lasts stood before its newest sample; None where it has to be read from its start."""
    stood = episode.evidence.get(SO_FAR)
    if stood is None:
        return None
    first, worst, newest = map(_read, (episode.evidence["first"], stood["worst"], stood["newest"]))
    return SoFar(
        datetime.fromisoformat(stood["at"]), first, worst, newest, stood["severity"], stood["breaches"],
        Decimal(stood["worth"]), stood["figure"], stood["extra"], stood["left_out"],
    )  # fmt: skip


def _read(sample: Json) -> Sample:
    """As far as evidence keeps it, which is all that is kept of it again."""
    values = {name: Amount(*amount) for name, amount in sample["values"].items()}
    at, doubts = datetime.fromisoformat(sample["measured_at"]), tuple(sample.get("doubts", ()))
    return Sample(UUID(sample["reading"]), at, values, doubtful=sample["doubtful"], doubts=doubts)
