"""Every table of tests/cases/rules, line by line: samples, facts and `now` in, episodes out."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from thresholds import RULES
from thresholds.types import Amount, Case, Fact, Found, Limit, Rule, Sample

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
OF_RULES = {
    "SLP-CPAP-USE": (("therapy_time",), "min"),
    "SLP-SPO2-88": (("t88",), "min"),
    "SLP-NADIR": (("spo2_min",), "%"),
    "SLP-T90": (("t90", "time_in_bed"), "min"),
    "SLP-ODI": (("odi",), "/h"),
    "SLP-SHORT": (("total_sleep",), "min"),
    "SLP-LONG": (("total_sleep",), "min"),
    "SLP-EFF": (("total_sleep", "time_in_bed"), "min"),
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


def samples(text: str, rule: Rule) -> list[Sample]:
    names, usual = OF_RULES.get(rule.id) or USUAL[rule.stream]
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
        context = {CONTEXT[rule.stream]: value["said"]} if value["said"] else {}
        context |= {"kind": "control_solution"} if "!" in value["marks"] else {}
        doubtful = "?" in value["marks"]
        taken += [
            Sample(UUID(int=len(taken) + n), at, values, context, doubtful) for n, at in enumerate(instants(when))
        ]
    return sorted(taken, key=lambda sample: (sample.at, sample.id))


def fact(text: str) -> Fact:
    name, value, begin, end = re.fullmatch(r"([^=]+)=([^@]+)(?:@(.*)\.\.(.*))?", text).groups(default="")
    return Fact(name, value, ORIGIN + span(begin or "-900d"), ORIGIN + span(end) if end else None)


def limit(text: str, rule: Rule) -> Limit:
    """`systolic=170mmHg@2d..9d`, `!` behind it when a provider gave a reason; another rule's with its id before."""
    other, name, figure, unit, begin, end, reason = re.fullmatch(
        r"(?:([A-Z0-9-]+):)?([a-z_]+)=([0-9.]+) ?([^@!]+)(?:@(.*)\.\.([^!]*))?(!?)", text
    ).groups(default="")
    return Limit(
        rule=other or rule.id,
        parameter=name,
        amount=Amount(figure, unit),
        from_at=ORIGIN + span(begin or "-9d"),
        until_at=ORIGIN + span(end) if end else None,
        role="provider" if reason else "nurse",
        reason="known",
    )


def line_of(found: Found) -> str:
    end = written(found.ended_at) if found.ended_at else ""
    again = f" again {written(found.recheck_at)}" if found.recheck_at else ""
    return f"{written(found.started_at)}..{end} {found.state} {found.severity} x{found.breaches}{again}"


def rows() -> Iterator[object]:
    for table in sorted(CASES.glob("*.txt")):
        lines = [line for line in table.read_text().splitlines() if line and not line.startswith("#")]
        columns: list[str] = []
        for cells in ([cell.strip() for cell in line.split("|")] for line in lines):
            if cells[0] == "what":  # a table may have a second part with columns of its own
                columns = cells
                continue
            row = dict(zip(columns, cells, strict=True))
            yield pytest.param(table.stem, row, id=f"{table.stem}: {row['what']}")


@pytest.mark.parametrize(("rule_id", "row"), list(rows()))
def test_samples_become_the_episodes_of_the_table(rule_id: str, row: Mapping[str, str]) -> None:
    rule = RULES[rule_id]
    case = Case(
        zone=row.get("zone") or "UTC",
        now=ORIGIN + span(row.get("now") or "365d"),
        facts=tuple(map(fact, filter(None, row.get("facts", "").split("; ")))),
        open_gap=row.get("gap") == "open",
        limits=[limit(each, rule) for each in filter(None, row.get("limits", "").split("; "))],
    )
    taken = samples(row["samples"], rule)
    found = rule.fold(taken, ORIGIN - timedelta(days=30), case)
    assert ("; ".join(map(line_of, found)) or "-") == row["expect"]


def test_every_rule_has_a_table_of_cases() -> None:
    assert {table.stem for table in CASES.glob("*.txt")} == set(RULES)
