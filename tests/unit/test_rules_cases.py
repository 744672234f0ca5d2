"""Every table of tests/cases/rules, line by line: samples, facts and `now` in, episodes out."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from thresholds import RULES
from thresholds.types import Amount, Case, Fact, Found, Sample

CASES = Path(__file__).parents[1] / "cases" / "rules"
ORIGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
USUAL = {
    "blood_pressure": (("systolic", "diastolic", "pulse", "irregular"), "mmHg"),
    "glucose": (("glucose",), "mg/dL"),
    "cgm": (("glucose",), "mg/dL"),
    "weight": (("weight",), "kg"),
    "sleep": (("ahi",), "/h"),
}
OWN_UNIT = {"pulse": {"/min", "bpm"}, "irregular": {"1"}}  # the unit a line gives is the others', unless it is theirs
VALUE = re.compile(
    r"(?P<numbers>LO|HI|none|[-0-9./]*[-0-9])(?P<unit>[A-Za-z\[{][^?!@]*)?(?:@(?P<said>[a-z_]+))?(?P<marks>[?!]*)"
)
CONTEXT = {"glucose": "meal", "blood_pressure": "posture"}  # what `@` says of a sample of the stream


def span(text: str) -> timedelta:
    seconds = sum(int(count) * SECONDS[unit] for count, unit in re.findall(r"([0-9]+)([dhms])", text))
    return timedelta(seconds=-seconds if text.startswith("-") else seconds)


def written(at: datetime) -> str:
    left, parts = int((at - ORIGIN).total_seconds()), ""
    for unit, seconds in SECONDS.items():
        parts += f"{left // seconds}{unit}" if left >= seconds else ""
        left %= seconds
    return parts or "0s"


def instants(text: str) -> Iterator[datetime]:
    begin, _, more = text.partition("+")
    step, _, count = more.partition("*")
    return (ORIGIN + span(begin) + index * span(step) for index in range(int(count or 1)))


def unit_of(name: str, given: str) -> str:
    own = OWN_UNIT.get(name, {given})
    return given if given in own else min(own)


def samples(text: str, stream: str) -> list[Sample]:
    names, usual = USUAL[stream]
    taken: list[Sample] = []
    for item in filter(None, text.split("; ")):
        when, _, what = item.partition("=")
        value = VALUE.fullmatch(what)
        assert value, item
        numbers = [] if value["numbers"] == "none" else value["numbers"].split("/")
        given = zip(names, numbers, strict=False)
        values = {
            name: Amount(number, unit_of(name, value["unit"] or usual)) for name, number in given if number != "-"
        }
        context = {CONTEXT[stream]: value["said"]} if value["said"] else {}
        context |= {"kind": "control_solution"} if "!" in value["marks"] else {}
        doubtful = "?" in value["marks"]
        taken += [
            Sample(UUID(int=len(taken) + n), at, values, context, doubtful) for n, at in enumerate(instants(when))
        ]
    return sorted(taken, key=lambda sample: (sample.at, sample.id))


def fact(text: str) -> Fact:
    name, value, begin, end = re.fullmatch(r"([^=]+)=([^@]+)(?:@(.*)\.\.(.*))?", text).groups(default="")
    return Fact(name, value, ORIGIN + span(begin or "-900d"), ORIGIN + span(end) if end else None)


def line_of(found: Found) -> str:
    end = written(found.ended_at) if found.ended_at else ""
    again = f" again {written(found.recheck_at)}" if found.recheck_at else ""
    return f"{written(found.started_at)}..{end} {found.state} {found.severity} x{found.breaches}{again}"


def rows() -> Iterator[object]:
    for table in sorted(CASES.glob("*.txt")):
        lines = [line for line in table.read_text().splitlines() if line and not line.startswith("#")]
        columns, *cells = ([cell.strip() for cell in line.split("|")] for line in lines)
        for row in (dict(zip(columns, line, strict=True)) for line in cells):
            yield pytest.param(table.stem, row, id=f"{table.stem}: {row['what']}")


@pytest.mark.parametrize(("rule_id", "row"), list(rows()))
def test_samples_become_the_episodes_of_the_table(rule_id: str, row: Mapping[str, str]) -> None:
    rule = RULES[rule_id]
    case = Case(
        zone=row.get("zone") or "UTC",
        now=ORIGIN + span(row.get("now") or "365d"),
        facts=tuple(map(fact, filter(None, row.get("facts", "").split("; ")))),
        open_gap=row.get("gap") == "open",
    )
    taken = samples(row["samples"], rule.stream)
    found = rule.fold(taken, ORIGIN - timedelta(days=30), case)
    assert ("; ".join(map(line_of, found)) or "-") == row["expect"]


def test_every_rule_has_a_table_of_cases() -> None:
    assert {table.stem for table in CASES.glob("*.txt")} == set(RULES)
