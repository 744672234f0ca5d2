"""What decode needs of a measure, looked up once: derived from the catalogue, so a new measure needs nothing here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from ingest.decode.context import Allowed, known_to, specimens_of
from ingest.decode.cross_checks import CHECKS, Check
from models.measures import CATALOGUE, Component, Measure, stream_of


@dataclass(frozen=True, slots=True)
class Layout:
    """`context` maps a known entry to the check of its value; `specimens` has the default first."""

    code: str
    interval: bool
    components: Mapping[str, Component]
    required: tuple[str, ...]
    context: Mapping[str, Allowed]
    specimens: tuple[str, ...]
    checks: tuple[Check, ...]


def layout_of(measure: Measure) -> Layout:
    return Layout(
        code=measure.code,
        interval=measure.interval,
        components={component.name: component for component in measure.components},
        required=measure.required,
        context=known_to(measure),
        specimens=specimens_of(measure),
        checks=CHECKS.get(measure.code, ()),
    )


LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType({code: layout_of(each) for code, each in CATALOGUE.items()})


@cache
def stream(measure: str, specimen: str | None, kind: str | None) -> str:
    """`stream_of` for what decode let through: so few that each is looked up once."""
    sent = {"specimen": specimen, "kind": kind}
    return stream_of(measure, {name: value for name, value in sent.items() if value})
