"""The schema of reports says what it promises; every report of the other tests is held to it (`Ward.told`)."""

import json

import jsonschema_rs

from reports.names import NAMES
from reports.report import VERSION
from tests.support.schemas import FILE, faults

SCHEMA = json.loads(FILE.read_text())


def test_the_schema_is_one_and_describes_every_report_of_this_version() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    assert [each["$ref"].rpartition("/")[2] for each in SCHEMA["oneOf"]] == sorted(
        NAMES, key=lambda name: list(SCHEMA["$defs"]).index(name)
    )
    assert SCHEMA["$defs"]["head"]["properties"]["version"] == {"const": VERSION}


def figure(**more: object) -> list[str]:
    at = "2026-03-02T00:00:00Z"
    line = {"value": 1.5, "unit": "kg", "n": 3, "since": at, "until": at, "sufficient": True} | more
    whole = jsonschema_rs.Draft202012Validator(SCHEMA | {"oneOf": [{"$ref": "#/$defs/figure"}]})
    return [each.message for each in whole.iter_errors(line)]


def test_a_figure_that_is_not_sufficient_says_why_and_one_that_is_has_a_value() -> None:
    assert figure() == []
    assert figure(sufficient=False, why="3 readings, and 12 are needed", value=None) == []
    assert figure(sufficient=False)
    assert figure(value=None)
    assert figure(n=-1)


def test_a_field_that_is_not_described_is_noticed_by_the_tests() -> None:
    assert any("surprise" in fault for fault in faults({"report": "weight", "surprise": 1}))
