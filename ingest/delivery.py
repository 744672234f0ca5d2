"""A message as the broker handed it over, and what became of each of its elements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from ingest.decoded import Decoded, Outcome, Rejected
from models.keys import new_id

UP = "hearthline/v1/up/"
TOPICS_KNOWN = 20_000


@lru_cache(TOPICS_KNOWN)
def _publisher(topic: str) -> str:
    return topic[len(UP) :].partition("/")[0] if topic.startswith(UP) else ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`id` is made at hand-over; `token` is what acknowledges it: (connection epoch, packet id)."""

    id: UUID
    topic: str
    payload: bytes
    received_at: datetime
    token: tuple[int, int] = (0, 0)
    replay_of: UUID | None = None

    @property
    def publisher(self) -> str:
        """The device that published, by its topic; empty when the topic names none."""
        return _publisher(self.topic)

    @property
    def sha256(self) -> str:
        return sha256(self.payload).hexdigest()


def handed_over(topic: str, payload: bytes, received_at: datetime, token: tuple[int, int] = (0, 0)) -> Delivery:
    """A delivery under a fresh id."""
    return Delivery(new_id(received_at), topic, payload, received_at, token)


@dataclass(frozen=True, slots=True)
class Attributed:
    """A decoded reading with its holder; `measured_at` and `started_at` after any clock correction."""

    reading: Decoded
    patient_id: str
    assignment_id: UUID
    measured_at: datetime
    started_at: datetime | None
    time_source: str
    time_quality: str
    quality: tuple[str, ...]
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the receipt says of one element. `verdict`: stored, duplicate, quarantined or noted."""

    element: int
    verdict: str
    code: str | None = None
    given_id: str | None = None
    measured_at: str | None = None


@dataclass(frozen=True, slots=True)
class Decoding:
    """A delivery beside its decoded elements; `keep` says whether its bytes are kept."""

    delivery: Delivery
    outcomes: Sequence[Outcome]
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery beside the verdicts on its elements, in the payload's order, what was refused, whose record it
    changed, and to whom of them something happened that may be critical."""

    delivery: Delivery
    verdicts: Sequence[Verdict]
    refusals: Sequence[Rejected]
    patients: frozenset[str]
    keep: bool
    urgent: frozenset[str] = frozenset()
