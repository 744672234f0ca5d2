"""Write docs/rules.md from the table of rules: python docs/make_rules.py"""

from pathlib import Path

from thresholds import RULES
from thresholds.types import Rule

TARGET = Path(__file__).with_name("rules.md")

HEAD = """# Rules

Generated from `thresholds/` by `docs/make_rules.py`; change it there.

The rules show rule matches for review by a licensed professional; not monitoring, not an alarm, not for emergencies.
CRIT, HIGH, MOD and INFO say how soon somebody should look. *Seen* means read in the source named; *(unverified)*
means stated from knowledge and to be checked before release; *(design)* means our own choice, which no guideline fixes.
"""


def entry(rule: Rule) -> str:
    needs = "any patient" if rule.needs is None else f"patients with the fact `{rule.needs[0]}={rule.needs[1]}`"
    off = "" if rule.on else " (off: not evaluated)"
    return (
        f"\n## {rule.id}\n\n{rule.words}.\n\n"
        f"- Severity: {rule.severity}{off}\n- Limit: {rule.limit}\n- Reads: `{rule.stream}` of {needs}\n"
        f"- Source: {rule.source}\n- Standing: {rule.standing}\n"
    )


def render() -> str:
    return HEAD + "".join(map(entry, RULES.values()))


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
