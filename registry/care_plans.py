"""Care plans as tests: a small table beside a programme says which readings must flag and which must not.

`registry/programmes/NAME.cases.csv`: rows of one case follow each other in time, counted from enrolment. It is run on
every change of a limit of a patient in the programme, and refuses the change that breaks it.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final
from uuid import UUID

from models.measures import CATALOGUE, Measure, measure_of
from registry.errors import RegistryError
from registry.programmes import FOLDER, Programme, implied
from thresholds import RULES
from thresholds.facts import FACTS
from thresholds.types import Amount, Case, Fact, Limit, Rule, Sample

COLUMNS: Final = ("case", "day", "time", "stream", "reading", "must_flag", "must_not_flag", "facts")
TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
DAY: Final = re.compile(r"[1-9][0-9]{0,2}")
ENROLLED: Final = datetime(2026, 1, 5, tzinfo=UTC)  # day 1 of every table
NUMBER: Final = r"(?:[0-9]{1,4}(?:\.[0-9]{1,4})?|LO|HI)"
PART: Final = re.compile(rf"(?:([a-z_0-9]+) )?({NUMBER}(?:/{NUMBER})*) (\S+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One reading, with what is to be flagged once it is there. `line` is its place in the file."""

    line: int
    case: str
    stream: str
    sample: Sample
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    facts: tuple[Fact, ...]


def table_of(programme: str, folder: Path = FOLDER) -> Path:
    return folder / f"{programme}.cases.csv"


def broken_rows(programme: Programme, own: Iterable[Limit] = (), folder: Path = FOLDER) -> list[str]:
    """What the table of a programme says and the rules, with its limits and a patient's `own`, do not do; one line
    each, none without a table. Raises RegistryError for a table that cannot be read."""
    path = table_of(programme.name, folder)
    rows = list(read_rows(path)) if path.exists() else []
    facts, limits, _ = implied(programme.name, ENROLLED, None, author="")
    limits = [*limits, *(replace(each, from_at=ENROLLED, until_at=None) for each in own)]
    cases = (list(each) for _, each in groupby(rows, key=lambda row: row.case))
    return [f"{path.name} line {fault}" for case in cases for fault in _faults(case, facts, limits)]


def _faults(rows: Sequence[Row], facts: Sequence[Fact], limits: Sequence[Limit]) -> Iterator[str]:
    known = [*facts, *(fact for row in rows for fact in row.facts)]
    for number, row in enumerate(rows, 1):
        samples = [each.sample for each in rows[:number] if each.stream == row.stream]
        case = Case("UTC", row.sample.at, known, limits=limits)
        for name in (*row.must, *row.must_not):
            flagged = _is_flagged(RULES[name], samples, case)
            if flagged is not (name in row.must):
                does = "flags" if flagged else "does not flag"
                yield f"{row.line}: {name} {does} {row.case!r} on day {(row.sample.at - ENROLLED).days + 1}"


def _is_flagged(rule: Rule, samples: Sequence[Sample], case: Case) -> bool:
    """Whether an episode is under way after the newest of the samples; a rule that is off is judged too."""
    return any(each.ended_at is None for each in rule.fold(samples, datetime.min.replace(tzinfo=UTC), case))


def read_rows(path: Path) -> Iterator[Row]:
    """Raises RegistryError with the line for the first row that cannot be read."""
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, restval="")
        if tuple(table.fieldnames or ()) != COLUMNS:
            raise RegistryError(f"{path.name} line 1: the columns are {','.join(COLUMNS)}")
        for row in table:
            try:
                yield _row(table.line_num, {name: (text or "").strip() for name, text in row.items()})
            except RegistryError as fault:
                raise RegistryError(f"{path.name} line {table.line_num}: {fault}") from fault


def _row(line: int, row: dict[str, str]) -> Row:
    stream, streams = row["stream"], sorted({each.stream for each in RULES.values()})
    if stream not in streams:
        raise RegistryError(f"there is no stream {stream!r}; allowed: {', '.join(streams)}")
    must, must_not = _rules(row["must_flag"], stream), _rules(row["must_not_flag"], stream)
    at, values = _instant(row["day"], row["time"]), _values(row["reading"], CATALOGUE[measure_of(stream)])
    return Row(
        line, row["case"], stream, Sample(UUID(int=line), at, values), must, must_not, tuple(_facts(row["facts"]))
    )


def _instant(day: str, time: str) -> datetime:
    clock = TIME.fullmatch(time)
    if DAY.fullmatch(day) is None or clock is None:
        raise RegistryError(f"{day!r} {time!r} is no day from 1 on and time such as 08:00")
    return ENROLLED + timedelta(days=int(day) - 1, hours=int(clock[1]), minutes=int(clock[2]))


def _values(text: str, measure: Measure) -> dict[str, Amount]:
    """165/95 mmHg, pulse 90 /min: numbers of the catalogue's first components, or of the one that is named."""
    values: dict[str, Amount] = {}
    for part in text.split(", "):
        found = PART.fullmatch(part)
        if found is None:
            raise RegistryError(f"{part!r} is no reading such as 165/95 mmHg, 70.5 kg or ahi 22 /h")
        named, numbers, unit = found[1], found[2].split("/"), found[3]
        components = [each for each in measure.components if named in (None, each.name)][: len(numbers)]
        if len(components) < len(numbers) or any(unit not in each.accepts for each in components):
            units = sorted({unit for each in measure.components for unit in each.accepts})
            raise RegistryError(f"{part!r} is no {measure.code}; allowed units: {', '.join(units)}")
        values |= {each.name: Amount(number, unit) for each, number in zip(components, numbers, strict=True)}
    return values


def _rules(text: str, stream: str) -> tuple[str, ...]:
    names = tuple(text.split())
    allowed = [each.id for each in RULES.values() if each.stream == stream]
    for name in names:
        if name not in allowed:
            raise RegistryError(f"there is no rule {name!r} of {stream}; allowed: {', '.join(allowed)}")
    return names


def _facts(text: str) -> Iterator[Fact]:
    for pair in text.split():
        name, _, value = pair.partition("=")
        if name not in FACTS:
            raise RegistryError(f"there is no fact {name!r}; allowed: {', '.join(FACTS)}")
        yield Fact(name, value, ENROLLED)
