"""Change each rule a little and see whether its tests notice: python -m tests.mutation [--only SLP] [--json]

Each mutant runs in a fork of its own: first the tables of cases, then, for what they miss, the fast tests of the rules.
"""

import argparse
import contextlib
import importlib.abc
import importlib.util
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import hypothesis
import pytest

from tests.mutation.mutants import Change, changes
from tests.support.places import ROOT

ROOM = ROOT / "thresholds"
NOT_RULES = {"types.py", "parameters.py", "witness.py", "urgent.py", "facts.py", "__init__.py"}
TESTS = (
    "test_rules_table.py",
    "test_rules_limits.py",
    "test_rules_parameters.py",
    "test_rules_figures.py",
    "test_doubt.py",
    "test_rules_estimates.py",
)
PAGE = "tests/unit/test_rules_table.py::test_the_page_of_rules_is_the_table_as_it_stands"  # it would notice any number
PYTEST = ("-q", "-x", "-p", "no:cacheprovider", "--assert=plain", "--noconftest", "--deselect", PAGE)
REACH = 0.95


class Mutant(NamedTuple):
    path: Path
    change: Change

    @property
    def rule(self) -> str:
        return self.change.label or str(self.path.relative_to(ROOM))


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = ".".join(mutant.path.relative_to(ROOT).with_suffix("").parts)
        self.code = compile(mutant.change.source, str(mutant.path), "exec")

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def mutants(only: str) -> list[Mutant]:
    paths = sorted(path for path in ROOM.rglob("*.py") if path.name not in NOT_RULES)
    found = [Mutant(path, change) for path in paths for change in changes(path.read_text())]
    return [each for each in found if only in each.rule or only in str(each.path)]


def unchanged() -> Mutant:
    """Nothing may be noticed of it: else every mutant would seem to be."""
    path = ROOM / "fold.py"
    return Mutant(path, Change(0, "", "nothing", path.read_text()))


def survives(mutant: Mutant) -> bool:
    """In a fork, since a module once imported stays."""
    pid = os.fork()
    if pid == 0:
        os._exit(_tested(mutant))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _tested(mutant: Mutant) -> int:
    """0 when no test notices. A mutant that cannot be imported or raises is noticed too."""
    sys.meta_path.insert(0, Changed(mutant))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            from tests.unit.test_rules_cases import rows, test_samples_become_the_episodes_of_the_table

            for case in sorted(rows(), key=lambda case: case.values[0] != mutant.rule):
                test_samples_become_the_episodes_of_the_table(*case.values)  # type: ignore[attr-defined]  # pytest's
            files = [str(ROOT / "tests" / "unit" / name) for name in TESTS]
            return int(pytest.main([*PYTEST, *files]))
        except BaseException:  # whatever a mutant raises is noticed
            return 1


def show(tried: Sequence[tuple[Mutant, bool]]) -> None:
    killed = Counter(mutant.rule for mutant, survived in tried if not survived)
    for rule, count in sorted(Counter(mutant.rule for mutant, _ in tried).items()):
        print(f"{rule:<28} {killed[rule]:>4} of {count:>4} noticed")
    for mutant, survived in tried:
        if survived:
            print(f"  missed {mutant.path.relative_to(ROOT)}:{mutant.change.line}  {mutant.change.what}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="WORD", help="of rules or files with this in their name")
    parser.add_argument("--json", action="store_true", help="only one JSON object")
    wanted = parser.parse_args()
    chosen = mutants(wanted.only)
    if not survives(unchanged()):
        sys.exit("the tests of the rules fail as they are")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tried = list(zip(chosen, pool.map(survives, chosen), strict=True))
    if not wanted.json:
        show(tried)
    survived = [f"{each.rule}: {each.path.name}:{each.change.line} {each.change.what}" for each, kept in tried if kept]
    killed = len(tried) - len(survived)
    share = round(killed / len(tried), 4) if tried else 1.0
    print(json.dumps({"mutants": len(tried), "killed": killed, "share": share, "survived": survived}))
    return 0 if share >= REACH else 1


if __name__ == "__main__":
    assert hypothesis  # imported once here rather than in each fork
    sys.exit(main())
