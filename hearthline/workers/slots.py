"""Which slots an `ingest` works under: a worker each. Slots are numbers that all hosts of an installation share."""

import re
from typing import Final

import typer

MOST: Final = 64
GROUP: Final = "hearthline"
SPAN: Final = re.compile(r"(?P<first>[0-9]{1,2})(?:-(?P<last>[0-9]{1,2}))?")


def parse_slots(text: str) -> tuple[int, ...]:
    """`0-1`, `3` or `0,2-3`; each once, in order."""
    spans = [SPAN.fullmatch(span) for span in text.split(",")]
    ends = [(int(span["first"]), int(span["last"] or span["first"])) for span in spans if span]
    if len(ends) < len(spans) or any(not first <= last < MOST for first, last in ends):
        raise typer.BadParameter(f"{text!r} is not like 0-1 or 0,2-3, each below {MOST}")
    return tuple(sorted({slot for first, last in ends for slot in range(first, last + 1)}))


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
