"""The numbers of all rules against a table of their own, which was held against the clinical reference §3."""

from pathlib import Path

from thresholds import RULES
from thresholds.types import Parameter

TABLE = Path(__file__).parents[1] / "cases" / "parameters.txt"


def line_of(rule: str, parameter: Parameter) -> str:
    published = ", ".join(f"{text} {unit}" for text, unit in parameter.pairs)
    widest = " ".join(parameter.widest) if parameter.widest else "-"
    return f"{rule} | {parameter.name} | {published} | {parameter.safer} | {widest}"


def test_every_number_of_every_rule_is_the_published_one() -> None:
    """Name, published pair, the direction that flags more, and how far it may be widened."""
    wanted = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    assert [line_of(rule.id, each) for rule in RULES.values() for each in rule.parameters] == wanted
