"""Which rules cannot judge a patient, because a fact is missing: silence of such a rule says nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from thresholds import RULES, missing_facts
from thresholds.types import Case


def unjudged(case: Case) -> list[dict[str, Any]]:
    """`rule` and the names that it `lacks`, of the rules that are on and for this patient, in the table's order."""
    lacking = ((rule, missing_facts(rule, case, case.now)) for rule in RULES.values() if rule.on)
    return [{"rule": rule.id, "lacks": list(names)} for rule, names in lacking if names]


def unjudged_texts(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        names = " and no ".join(name.replace("_", " ") for name in row["lacks"])
        yield f"{row['rule']} cannot judge: no {names}"
