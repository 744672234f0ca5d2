"""What a person may state about a patient: what a rule reads or a report shows, and nothing else, because a mistyped
fact would leave the patient without the rule and nobody would see it."""

from datetime import datetime
from difflib import get_close_matches
from typing import Final

from hearthline.errors import USAGE, Failure
from thresholds.facts import FACTS

LONGEST: Final = 200  # characters of a value in the record


def check_fact(name: str, value: str) -> None:
    """Raises Failure (usage) when no rule could read it."""
    if name not in FACTS:
        raise unknown("fact", name, tuple(FACTS))
    known = FACTS[name]
    if known.read is None and value not in known.words:
        raise unknown(name, value, known.words)
    if known.read is not None and (known.read(value) is None or len(value) > LONGEST):
        said = f"{name}={value}" if value.isprintable() and len(value) <= LONGEST else f"that {name}"
        raise Failure(f"{said} is not in {known.unit}", f"write it as {name}={known.example}", USAGE)


def check_fact_unit(name: str, unit: str | None) -> None:
    """Raises Failure (usage) unless `unit` is the fact's own, or not said."""
    own = FACTS[name].unit
    if unit is not None and unit != own:
        allowed = f"write it in {own}" if own else "leave the unit out"
        raise Failure(f"{name} is not stated in {unit!r}", allowed, USAGE)


def first_instant(name: str, now: datetime) -> datetime | None:
    """From when a fact holds that is stated without a date: now, unless it was so all along (then None)."""
    return None if FACTS[name].lifelong else now


def unknown(what: str, word: str, known: tuple[str, ...]) -> Failure:
    nearest = get_close_matches(word, known, n=1)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    return Failure(f"there is no {what} {word!r}", f"{meant}known: {', '.join(known)}", USAGE)
