"""What a person may state about a patient: what a rule reads, and nothing else, because a mistyped fact would leave
the patient without the rule and nobody would see it."""

from difflib import get_close_matches

from hearthline.errors import USAGE, Failure
from thresholds.facts import FACTS


def check_fact(name: str, value: str) -> None:
    """Raises Failure (usage) when no rule could read it."""
    if name not in FACTS:
        raise _unknown("fact", name, tuple(FACTS))
    known = FACTS[name]
    if known.read is None and value not in known.words:
        raise _unknown(name, value, known.words)
    if known.read is not None and known.read(value) is None:
        raise Failure(f"{name}={value} is not in {known.unit}", f"write it as {name}={known.example}", USAGE)


def _unknown(what: str, word: str, known: tuple[str, ...]) -> Failure:
    nearest = get_close_matches(word, known, n=1)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    return Failure(f"there is no {what} {word!r}", f"{meant}known: {', '.join(known)}", USAGE)
