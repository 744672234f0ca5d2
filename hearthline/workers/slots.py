"""Which slots an `ingest` works under: a worker each. Slots are numbers that all hosts of an installation share."""

from typing import Final

import typer

MOST: Final = 64
GROUP: Final = "hearthline"


def parse_slots(text: str) -> tuple[int, ...]:
    """`0-1`, `3` or `0,2-3`; each once, in order."""
    try:
        spans = [[int(end) for end in span.split("-")] for span in text.split(",")]
        slots = {slot for span in spans for slot in range(span[0], span[-1] + 1) if len(span) <= 2}
    except ValueError:
        slots = set()
    if not slots or max(slots) >= MOST or "-" in text[:1]:
        raise typer.BadParameter(f"{text!r} is not like 0-1 or 0,2-3, each below {MOST}")
    return tuple(sorted(slots))


def chosen(workers: int | None, slots: tuple[int, ...] | None) -> tuple[int, ...]:
    """The slots of `--workers N`, which are the first N, or of `--slots`."""
    if slots is None:
        return tuple(range(workers or 1))
    if workers not in (None, len(slots)):
        raise typer.BadParameter(f"--slots names {len(slots)} slots, a worker each, and --workers says {workers}")
    return slots


def sharing(slots: tuple[int, ...]) -> str:
    """The group where the settings name none: slot 0 alone needs none, and works with every broker."""
    return "" if slots == (0,) else GROUP
