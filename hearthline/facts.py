"""What a person may state about a patient: what a rule reads, and nothing else, because a mistyped fact would leave
the patient without the rule and nobody would see it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from hearthline.errors import USAGE, Failure

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "condition": (
        "heart_failure", "hypertension", "diabetes_type_1", "diabetes_type_2", "sleep_apnoea", "discharged",
    ),
    "medication": ("insulin", "sulfonylurea"),
    "therapy": ("cpap",),
    "glucose_gap_hours": (),
}  # fmt: skip
HOURS: Final = re.compile("[1-9][0-9]{0,3}")


def check_fact(name: str, value: str) -> None:
    """Raises Failure (usage) when no rule could read it."""
    if name not in FACTS:
        raise _unknown("fact", name, tuple(FACTS))
    if name == "glucose_gap_hours":
        if HOURS.fullmatch(value) is None:
            raise Failure(f"{name}={value} is no whole number of hours", "write it as glucose_gap_hours=12", USAGE)
    elif value not in FACTS[name]:
        raise _unknown(name, value, FACTS[name])


def _unknown(what: str, word: str, known: tuple[str, ...]) -> Failure:
    nearest = get_close_matches(word, known, n=1)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    return Failure(f"there is no {what} {word!r}", f"{meant}known: {', '.join(known)}", USAGE)
