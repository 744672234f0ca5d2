"""The circumstances of a reading: known entries are checked, unknown ones ignored (contract, *context*)."""

from collections.abc import Callable, Mapping
from typing import Final

from ingest.decode.element import Element
from models.measures import Measure

LONGEST_TEXT = 40

Allowed = Callable[[str], bool]


def one_of(*choices: str) -> Allowed:
    return frozenset(choices).__contains__


def short_text(value: str) -> bool:
    """Printable and at most 40 characters; stored as text and shown as text (A4)."""
    return 0 < len(value) <= LONGEST_TEXT and value.isprintable()


ALWAYS: Final[Mapping[str, Allowed]] = {
    "kind": one_of("patient", "control_solution", "test"),
    "entry": one_of("automatic", "manual"),
}
BY_MEASURE: Final[Mapping[str, Mapping[str, Allowed]]] = {
    "blood_pressure": {"posture": short_text, "arm": short_text, "cuff": short_text},
    "glucose": {"meal": one_of("fasting", "before_meal", "after_meal", "bedtime", "casual")},
    "sleep": {"denominator": one_of("sleep_time", "recording_time")},
}


def specimens_of(measure: Measure) -> tuple[str, ...]:
    """The specimens the catalogue knows for a measure, the default first."""
    return tuple(name for component in measure.components for name in component.specimens)


def known_to(measure: Measure) -> Mapping[str, Allowed]:
    """Entry -> check of its value, for one measure."""
    specimens = specimens_of(measure)
    by_catalogue = {"specimen": one_of(*specimens)} if specimens else {}
    return {**ALWAYS, **BY_MEASURE.get(measure.code, {}), **by_catalogue}


def read_context(element: Element, known: Mapping[str, Allowed]) -> dict[str, str]:
    """The known entries that were sent and are valid; null is absent."""
    node = element.node.get("context")
    if node is None:
        return {}
    if type(node) is not dict:
        element.refuse("decode.bad_context", "/context")
        return {}
    context: dict[str, str] = {}
    for key, allowed in known.items():
        value = node.get(key)
        if type(value) is str and allowed(value):
            context[key] = value
        elif value is not None:
            element.refuse("decode.bad_context", f"/context/{key}")
    return context
