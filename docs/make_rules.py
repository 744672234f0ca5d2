"""Write docs/rules.md from the table of rules: python docs/make_rules.py"""

from pathlib import Path

from thresholds import RULES
from thresholds.facts import FACTS, FactName
from thresholds.types import Rule

TARGET = Path(__file__).with_name("rules.md")

HEAD = """# Rules

Generated from `thresholds/` by `docs/make_rules.py`; change it there.

The rules show rule matches for review by a licensed professional; not monitoring, not an alarm, not for emergencies.
CRIT, HIGH, MOD and INFO say how soon somebody should look. *Seen* means read in the source named; *(unverified)*
means stated from knowledge and to be checked before release; *(design)* means our own choice, which no guideline fixes.
No rule reads a spot oxygen saturation (SPO2-DAY), since no stream has one.
"""

KNOWN = """
## Facts

What is known of a patient, as `name=value` (`facts set`, `patients add --fact`). Words may hold side by side; of values
with a unit the one that began latest holds. A rule that lacks a fact cannot judge, and `patients show` says so.

| Name | Meaning | Value |
|---|---|---|
"""


def fact(name: str, known: FactName) -> str:
    value = ", ".join(f"`{word}`" for word in known.words) or f"{known.unit}, such as `{known.example}`"
    return f"| `{name}` | {known.meaning} | {value} |\n"


def facts(rule: Rule) -> str:
    return f"- Cannot judge without: {', '.join(f'`{name}`' for name in rule.facts)}\n" if rule.facts else ""


def patients(rule: Rule) -> str:
    needs = "any patient" if rule.needs is None else f"patients with the fact `{rule.needs[0]}={rule.needs[1]}`"
    unless = ", ".join(f"`{name}={value}`" for name, value in rule.unless)
    return needs + (f", without {unless}" if unless else "")


def entry(rule: Rule) -> str:
    off = "" if rule.on else " (off: not evaluated)"
    return (
        f"\n## {rule.id}\n\n{rule.words}.\n\n"
        f"- Severity: {rule.severity}{off}\n- Limit: {rule.limit}\n- Reads: `{rule.stream}` of {patients(rule)}\n"
        f"{facts(rule)}- Source: {rule.source}\n- Standing: {rule.standing}\n"
    )


def render() -> str:
    return HEAD + "".join(map(entry, RULES.values())) + KNOWN + "".join(fact(*each) for each in FACTS.items())


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
