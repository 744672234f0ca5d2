"""A programme from its TOML file: strictly, so that a mistyped rule is not a limit that nobody has.

Every fault is one line: the file, the key, what is wrong with it and what is allowed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from models.measures import CATALOGUE
from registry.beginning import BEGINNING
from registry.errors import RegistryError
from registry.limit_checks import check_amount, find_number, misordered
from registry.programmes import ROLE, Phase, PlannedLimit, Programme
from thresholds.facts import FACTS
from thresholds.limits import is_widened
from thresholds.types import Amount, Case, Limit

SPAN: Final = re.compile(r"([1-9][0-9]{0,3}) (h|d|w)")
HOURS: Final = {"h": 1, "d": 24, "w": 168}
NEEDED: Final = {"words": str, "source": str, "review": str, "cadence": dict}
OPTIONAL: Final = {
    "condition": str, "baseline": str, "lasts": str, "first_reading": dict, "limits": dict, "phases": list,
    "patient_words": dict, "switched_on_by": str,
}  # fmt: skip
PHASE: Final = {"name": str, "words": str, "begin": str, "end": str, "cadence": dict, "limits": dict}
KINDS: Final[Mapping[type, str]] = {str: "a text", dict: "a table", list: "an array of tables"}


class Place:
    """Where in the file; says so in what it refuses."""

    def __init__(self, path: Path, key: str = "") -> None:
        self.path, self.key = path, key

    def at(self, name: object) -> "Place":
        return Place(self.path, f"{self.key}.{name}" if self.key else str(name))

    def refuse(self, wrong: str) -> RegistryError:
        return RegistryError(f"{self.path.name}, {self.key or 'the whole of it'}: {wrong}")


def read_programme(path: Path) -> Programme:
    """Raises RegistryError for the first fault."""
    place = Place(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise place.refuse(f"not TOML: {error}") from error
    _check_keys(place, table, NEEDED, OPTIONAL)
    phases = list(_phases(place.at("phases"), table.get("phases", [])))
    parts = [(place, table, None), *((place.at(f"phases.{each.name}"), row, each) for row, each in phases)]
    limits = [limit for where, row, phase in parts for limit in _limits(where.at("limits"), row, phase)]
    return Programme(
        name=path.stem,
        words=table["words"],
        source=table["source"],
        condition=_word(place.at("condition"), table.get("condition"), FACTS["condition"].words),
        baseline=_word(
            place.at("baseline"), table.get("baseline"), tuple(name for name in FACTS if FACTS[name].single)
        ),
        lasts=_span(place.at("lasts"), table["lasts"]) if "lasts" in table else None,
        review=_span(place.at("review"), table["review"]),
        cadence=_spans(place.at("cadence"), table["cadence"]),
        first_reading=_spans(place.at("first_reading"), table.get("first_reading", {})),
        limits=_in_order(place, limits),
        phases=tuple(each for _, each in phases),
        patient_words=MappingProxyType(_texts(place.at("patient_words"), table.get("patient_words", {}))),
        switched_on_by=table.get("switched_on_by") or None,
    )


def _check_keys(place: Place, table: Mapping[str, Any], needed: Mapping[str, type], more: Mapping[str, type]) -> None:
    known = {**needed, **more}
    for name, value in table.items():
        if name not in known:
            raise place.at(name).refuse(f"unknown; allowed: {', '.join(known)}")
        if not isinstance(value, known[name]):
            raise place.at(name).refuse(f"not {KINDS[known[name]]}")
    for name in needed:
        if not table.get(name):
            raise place.at(name).refuse("missing")


def _word(place: Place, word: str | None, known: tuple[str, ...]) -> str | None:
    if word is not None and word not in known:
        raise place.refuse(f"there is no {word!r}; allowed: {', '.join(known)}")
    return word


def _span(place: Place, text: object) -> timedelta:
    found = SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise place.refuse(f"{text!r} is no span such as 48 h, 30 d or 6 w")
    return timedelta(hours=int(found[1]) * HOURS[found[2]])


def _spans(place: Place, table: Mapping[str, object]) -> Mapping[str, timedelta]:
    for measure in table:
        _word(place.at(measure), measure, tuple(CATALOGUE))
    return MappingProxyType({measure: _span(place.at(measure), text) for measure, text in table.items()})


def _texts(place: Place, table: Mapping[str, object]) -> dict[str, str]:
    for name, text in table.items():
        if not isinstance(text, str) or not text.strip():
            raise place.at(name).refuse("not a text")
    return {name: str(text) for name, text in table.items()}


def _phases(place: Place, rows: list[Any]) -> Iterator[tuple[Mapping[str, Any], Phase]]:
    for number, row in enumerate(rows):
        where = place.at(number)
        if not isinstance(row, dict):
            raise where.refuse("not a table")
        _check_keys(where, row, {"name": str, "words": str}, PHASE)
        begin = _span(where.at("begin"), row["begin"]) if "begin" in row else timedelta(0)
        end = _span(where.at("end"), row["end"]) if "end" in row else None
        if end is not None and end <= begin:
            raise where.at("end").refuse("not after its begin")
        yield row, Phase(row["name"], begin, end, row["words"], _spans(where.at("cadence"), row.get("cadence", {})))


def _limits(place: Place, row: Mapping[str, Any], phase: Phase | None) -> Iterator[PlannedLimit]:
    for rule, numbers in row.get("limits", {}).items():
        if not isinstance(numbers, dict):
            raise place.at(rule).refuse("not a table of limits")
        for name, text in numbers.items():
            try:
                amount = _amount(rule, name, text)
            except RegistryError as fault:
                raise place.at(f"{rule}.{name}").refuse(str(fault)) from fault
            yield PlannedLimit(rule, name, amount, *((phase.begin, phase.end) if phase else ()))


def _amount(rule: str, name: str, text: object) -> Amount:
    number = find_number(rule, name)
    figure, _, unit = str(text).partition(" ")
    check_amount(number, amount := Amount(figure, unit))
    if is_widened(number.parameter, amount):
        widest = number.parameter.widest
        raise RegistryError(
            f"beyond the absolute limit, {widest and ' '.join(widest)}; only a provider may, for a patient"
        )
    return amount


def _in_order(place: Place, planned: list[PlannedLimit]) -> tuple[PlannedLimit, ...]:
    """Raises RegistryError where, with the programme alone, less severe would come after severe."""
    limits = [
        Limit(
            each.rule, each.parameter, each.amount, BEGINNING + each.begin, BEGINNING + each.end if each.end else None,
            ROLE,
        )
        for each in planned
    ]  # fmt: skip
    case = Case("UTC", BEGINNING, limits=limits)
    for limit in limits:
        for wrong in misordered(limit, case):
            raise place.at(f"limits.{limit.rule}.{limit.parameter}").refuse(wrong)
    return tuple(planned)
