"""What a device is asked to do: measure again, answer something, or send again what it keeps (contract, *Wire*)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

RESEND: Final = "resend_since"


@dataclass(frozen=True, slots=True)
class Prompt:
    """`kind` is `measure_again`, `resend_since`, …; times are aware, None when absent; `body` is all that was said.

    The SDK answers `resend_since` by itself.
    """

    id: str
    kind: str
    since: datetime | None = None
    expires_at: datetime | None = None
    body: Mapping[str, object] = field(default_factory=dict)


def read_prompt(payload: bytes) -> Prompt | None:
    """None for what is no prompt: a device ignores what it cannot read."""
    try:
        body = json.loads(payload)
        since, expires_at = (_instant(body.get(name)) for name in ("since", "expires_at"))
        kind = body["kind"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Prompt(str(body.get("id", "")), kind, since, expires_at, body) if isinstance(kind, str) else None


def _instant(value: object) -> datetime | None:
    """Raises ValueError for what is no time with an offset."""
    if value is None:
        return None
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("a time without an offset")
    return at


def is_over(prompt: Prompt, wall: float) -> bool:
    """Whether nobody waits for an answer any more. Sending again is never over: it does no harm, and a device whose
    clock is years ahead would keep for itself what the record has lost."""
    expires_at = prompt.expires_at
    return prompt.kind != RESEND and expires_at is not None and expires_at.timestamp() <= wall
