"""The docs say what the code says."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.places import ROOT

DOCS = ROOT / "docs"


def load(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPTS_OF_PAGES = [path for path in sorted(DOCS.glob("make_*.py")) if "def render(" in path.read_text()]


@pytest.mark.parametrize("script", SCRIPTS_OF_PAGES, ids=lambda path: path.stem)
def test_a_page_made_from_code_is_up_to_date(script: Path) -> None:
    made = load(script)
    assert made.TARGET.read_text(encoding="utf-8") == made.render(), "run: make docs"


PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def links(page: Path) -> Iterator[str]:
    """Targets of links and pictures, without the anchors within a page and addresses elsewhere."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            yield target.partition("#")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    benchmarks = {f"bench-{path.stem}" for path in (ROOT / "benchmarks").glob("*.py")} | {"bench-NAME"}
    named = set(re.findall(r"`make ([a-zA-Z-]+)", page.read_text(encoding="utf-8")))
    assert named - targets - benchmarks == set()


def test_every_decision_says_what_it_is_what_it_is_not_and_what_it_costs() -> None:
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    assert len(decisions) >= 10
    for page in decisions:
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "What it is not", "Cost"], page.name


def test_every_decision_is_in_the_list() -> None:
    index = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted((DOCS / "adr").glob("[0-9]*.md")) if path.name not in index] == []
