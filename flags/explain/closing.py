"""What ends an episode of a rule, and what closes its flag, in words."""

from collections.abc import Mapping
from typing import Final

from flags.states import URGENT
from thresholds.types import Found, Rule

IN_RANGE: Final = "sensor samples of 15 min at 70 mg/dL (3.9 mmol/L) or above, none missing"
ENDS: Final[Mapping[str, str]] = {
    "BP-SEV": "a reading 1 to 15 min later below 180/120 (not confirmed); once confirmed two readings in a row below"
    " 170/110 mmHg",
    "BP-PREG": "a reading 1 to 15 min later below the limit (not confirmed); once confirmed the first below it",
    "HR-BRADY": "the first reading of 55 /min or more",
    "HR-TACHY": "the first reading of 90 /min or less",
    "CGM-L2": IN_RANGE,
    "CGM-L1": IN_RANGE,
    "CGM-PROL": IN_RANGE,
    "CGM-H2": "sensor samples of 15 min at 180 mg/dL (10.0 mmol/L) or below, none missing",
}
USUAL: Final = "the first reading by which the rule matches no more"


def closing(rule: Rule, episode: Found | None) -> str:
    """Without an episode, as if there were one of the rule's own severity."""
    if rule.closes_itself:
        return "with a reading; the flag closes with it"
    severity = episode.severity if episode else rule.severity
    person = "the flag stays until somebody resolves it" if severity in URGENT else "the flag closes with it"
    return f"with {ENDS.get(rule.id, USUAL)}; {person}"
