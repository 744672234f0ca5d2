"""PromQL and rule files taken apart as far as a test needs it: which metrics, which labels, which values."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WORDS = frozenset({"by", "without", "on", "ignoring", "and", "or", "unless", "offset", "bool"})
FUNCTIONS = frozenset({
    "absent", "changes", "count", "histogram_quantile", "increase", "max", "min", "rate", "sum", "time", "topk",
    "vector",
})  # fmt: skip
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
RANGE = re.compile(r"\[(?:\d+[smhd]|\$__rate_interval)\]")
SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?(\s*\()?")
MATCHER = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"\s*,?')


@dataclass(frozen=True)
class Selected:
    """A metric in an expression; `matchers`: (label, operator, text)."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]


def selected(expression: str) -> Iterator[Selected]:
    """Every metric, once for each place; raises ValueError for what it does not know."""
    plain = RANGE.sub("", GROUPING.sub("", expression))
    if "[" in plain or expression.count("(") != expression.count(")"):
        raise ValueError(f"not understood: {expression}")
    for name, inside, called in SELECTOR.findall(plain):
        if called and name not in FUNCTIONS:
            raise ValueError(f"no function {name}: {expression}")
        if not called and name not in WORDS and name not in FUNCTIONS:
            if MATCHER.sub("", inside):
                raise ValueError(f"not understood: {{{inside}}}")
            yield Selected(name, tuple(MATCHER.findall(inside)))


def grouped(expression: str) -> set[str]:
    """Labels named in `by (…)` and its like."""
    return {label.strip() for found in GROUPING.findall(expression) for label in found.split(",")}


LINE = re.compile(r"(?P<indent> *)(?:- )?(?P<key>\w+):(?: (?P<value>.+))?")


def read_rules(path: Path) -> list[dict[str, str]]:
    """Of a rule file that is laid out as ours: keys by their names, those of `labels` and `annotations` among them."""
    rules: list[dict[str, str]] = []
    for line in path.read_text().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = LINE.fullmatch(line)
        assert found, f"not understood: {line}"
        key, value = found["key"], found["value"]
        if key == "alert":
            rules.append({})
        if rules and value and key != "name":
            rules[-1][key] = json.loads(value) if value.startswith('"') else value
    return rules
