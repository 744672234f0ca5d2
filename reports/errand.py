"""What is wanted of many patients, and what comes of it: plain values, since they travel between processes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from msgspec.json import encode

from reports.errors import ReportError
from reports.report import Kind
from reports.run import Report, Wish, kind_of
from reports.table import KINDS

EVERY: Final = "all"
SUIT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "agp": frozenset({"cgm", "glucose"}),
        "home-bp": frozenset({"blood_pressure"}),
        "weight": frozenset({"weight"}),
        "sleep": frozenset({"sleep"}),
    }
)
"""A report on streams is for who has readings of one of them; the others are for everybody."""
FORMS: Final[Mapping[str, Callable[[Report], bytes]]] = MappingProxyType(
    {
        "json": lambda report: encode(report.content) + b"\n",
        "html": lambda report: report.html().encode(),
        "pdf": lambda report: report.pdf(),
    }
)


def forms_of(text: str) -> tuple[str, ...]:
    """Of `html,json`. Raises ReportError for one that there is not."""
    wanted = tuple(dict.fromkeys(each.strip() for each in text.split(",")))
    unknown = [each for each in wanted if each not in FORMS]
    if unknown:
        raise ReportError(f"a report has no form {unknown[0]!r}; some of: {', '.join(FORMS)}")
    return wanted


@dataclass(frozen=True, slots=True)
class Errand:
    """`wish` is for each patient, whoever it names; its report may be `all`: every one that suits what the patient
    measures. `forms` are of FORMS. Without an instant in the wish the period ends `now`."""

    wish: Wish
    forms: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A finished report of a patient in the forms asked for; `failed` says why there is none."""

    patient: str
    report: str
    forms: Mapping[str, bytes] = field(default_factory=dict)
    sufficient: bool = False
    digest: str = ""
    failed: str = ""


def kinds_for(report: str, streams: frozenset[str] | None = None) -> list[Kind]:
    """The kinds that a patient with readings of these streams gets, None for any. Raises ReportError for a report that
    there is not."""
    if report != EVERY:
        return [kind_of(report)]
    mine = [kind for kind in KINDS.values() if not kind.many]
    return [
        kind for kind in mine if streams is None or kind.name not in SUIT or not SUIT[kind.name].isdisjoint(streams)
    ]
