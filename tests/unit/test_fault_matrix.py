"""Every row of the fault matrix is shown by a test that there is."""

import ast
import json
import tomllib

import pytest

from tests.support.places import ROOT

MATRIX = tomllib.loads((ROOT / "tests/cases/faults/matrix.toml").read_text())["row"]
# With the first suite, as far as their parts exist: T16 and T17 are a secured broker's, P2 the notifier's.
FIRST = {"T1", "T2", "T3", "T8", "T14", "D1", "D3", "D15", "D18", "D19", "D22", "P1", "P3", "P4"}
LATER = {
    "T5", "T6", "T7", "T9", "T10", "T11", "T12", "T15", "T18", "T20", "D4", "D5", "D6", "D7", "D8", "D12", "D17", "D21",
    "D23", "P5", "P8", "P9", "P10", "C2",
}  # fmt: skip


def measured() -> set[str]:
    lines = (ROOT / "docs/measured/faults.jsonl").read_text().splitlines()
    return {json.loads(line)["row"] for line in lines}


def test_no_row_is_missing_and_none_stands_twice() -> None:
    ids = [row["id"] for row in MATRIX]
    assert len(ids) == len(set(ids))
    assert (FIRST | LATER) - set(ids) == set()


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row["id"])
def test_a_row_names_tests_that_there_are_or_was_measured(row: dict[str, list[str]]) -> None:
    for node in row["tests"]:
        file, _, name = node.partition("::")
        functions = {
            each.name for each in ast.parse((ROOT / file).read_text()).body if isinstance(each, ast.FunctionDef)
        }
        assert name in functions, node
    assert row["tests"] or row["id"] in measured()
