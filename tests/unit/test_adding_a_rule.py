"""The rule that `docs/adding-a-rule.md` makes is one."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.support.places import ROOT
from thresholds.types import Amount, Case, Limit, Rule, Sample

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PAGE = (ROOT / "docs" / "adding-a-rule.md").read_text(encoding="utf-8")


@pytest.fixture(name="rule")
def written() -> Rule:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Rule] = {}
    exec(source, names)
    return names["BP_MEAN"]


@pytest.mark.parametrize(("mean", "limits", "flagged"), [("110", [], True), ("109", [], False), ("109", ["105"], True)])
def test_the_rule_of_the_page_compares_with_the_limit_in_force(
    rule: Rule, mean: str, limits: list[str], flagged: bool
) -> None:
    sample = Sample(UUID(int=1), NOW, {"mean": Amount(mean, "mmHg")})
    own = [Limit("BP-MEAN", "mean", Amount(text, "mmHg"), NOW) for text in limits]
    assert bool(rule.fold([sample], NOW, Case("UTC", NOW, limits=own))) is flagged
