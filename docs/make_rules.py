"""Write docs/rules.md from the table of rules: python docs/make_rules.py"""

from pathlib import Path

from thresholds import RULES
from thresholds.facts import FACTS, FactName
from thresholds.types import Parameter, Rule

TARGET = Path(__file__).with_name("rules.md")

HEAD = """# Rules

Generated from `thresholds/` by `docs/make_rules.py`; change it there.

The rules show rule matches for review by a licensed professional; not monitoring, not an alarm, not for emergencies.
CRIT, HIGH, MOD and INFO say how soon somebody should look. *Seen* means read in the source named; *(unverified)*
means stated from knowledge and to be checked before release; *(design)* means our own choice, which no guideline fixes.
Three rules of the reference are not here, since what they would read is nowhere: a spot oxygen saturation awake
(SPO2-DAY), a low in which somebody had to help (GLU-L3), and the period that is billed (the pace of 16 days).
A number may be set for one patient or by a programme, exactly in the unit it is set in. *Not beyond* is how far; a
provider may go further with a reason, for 90 days.
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


def number(each: Parameter) -> str:
    published = " or ".join(f"{amount.text} {amount.unit}" for amount in each.pairs)
    beyond = f", not beyond {each.widest.text} {each.widest.unit}" if each.widest else ""
    return f"`{each.name}` {published}: {each.words} ({each.safer} flags more{beyond})"


def numbers(rule: Rule) -> str:
    return "".join(f"  - {number(each)}\n" for each in rule.parameters)


def patients(rule: Rule) -> str:
    needs = "any patient" if rule.needs is None else f"patients with the fact `{rule.needs[0]}={rule.needs[1]}`"
    unless = ", ".join(f"`{name}={value}`" for name, value in rule.unless)
    return needs + (f", without {unless}" if unless else "")


def entry(rule: Rule) -> str:
    off = "" if rule.on else " (off: not evaluated)"
    return (
        f"\n## {rule.id}\n\n{rule.words}.\n\n"
        f"- Severity: {rule.severity}{off}\n- Limit: {rule.limit}\n{numbers(rule)}"
        f"- Reads: `{rule.stream}` of {patients(rule)}\n{facts(rule)}"
        f"- Source: {rule.source}\n- Standing: {rule.standing}\n"
    )


def render() -> str:
    return HEAD + "".join(map(entry, RULES.values())) + KNOWN + "".join(fact(*each) for each in FACTS.items())


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
