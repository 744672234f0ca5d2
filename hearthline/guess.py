"""The topic a payload would have come on, when nobody said: the components name the measure, the payload the device."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from models.measures import CATALOGUE

TOPIC: Final = "hearthline/v1/up/{device}/{measure}"
NOBODY: Final = "unknown-device"
DEVICE: Final = re.compile(r"[a-z0-9-]{8,40}")
MEASURES: Final = {component.name: measure.code for measure in CATALOGUE.values() for component in measure.components}


def guess_topic(payload: bytes) -> str | None:
    """None when it is JSON in which no element has a component we know. What is not JSON is refused on any topic."""
    try:
        read = json.loads(payload)
    except (ValueError, RecursionError):
        return TOPIC.format(device=NOBODY, measure=next(iter(CATALOGUE)))
    elements = [each for each in (read if isinstance(read, list) else [read]) if isinstance(each, Mapping)]
    measure = next((MEASURES[name] for name in _components(elements) if name in MEASURES), None)
    return TOPIC.format(device=_device(elements), measure=measure) if measure else None


def _components(elements: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for element in elements:
        values = element.get("values")
        yield from values if isinstance(values, Mapping) else ()


def _device(elements: Iterable[Mapping[str, Any]]) -> str:
    named = (element.get("device") for element in elements)
    return next((name for name in named if isinstance(name, str) and DEVICE.fullmatch(name)), NOBODY)
