"""The schema of reports, held to more than it promises: a field that it does not describe is a fault here."""

import json
from functools import cache
from typing import Any

import jsonschema_rs

from tests.support.places import ROOT

FILE = ROOT / "docs" / "report.schema.json"
SHARED = ("head", "of_one")  # parts of each report, which add up to the whole


@cache
def validator(report: str) -> jsonschema_rs.Draft202012Validator:
    """Of that report alone, so that a fault names its place."""
    schema = json.loads(FILE.read_text())
    del schema["oneOf"]
    schema["$ref"] = f"#/$defs/{report}"
    for name, each in schema["$defs"].items():
        _close(each, whole=name not in SHARED)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _close(node: Any, *, whole: bool = True) -> None:
    if isinstance(node, dict):
        if whole and "properties" in node and node.get("type") == "object":
            node["unevaluatedProperties" if "allOf" in node else "additionalProperties"] = False
        for each in node.values():
            _close(each)
    elif isinstance(node, list):
        for each in node:
            _close(each)


def faults(report: Any) -> list[str]:
    """What the report has that the schema does not say, or the other way."""
    return [
        f"{'/'.join(map(str, each.instance_path))}: {each.message}"
        for each in validator(report["report"]).iter_errors(report)
    ]
