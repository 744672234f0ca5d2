"""Where the rules of weight match, told by the rules themselves."""

from collections.abc import Sequence
from typing import Any

from reports.flags import Line, covering
from reports.period import Period
from reports.subject import Subject
from thresholds import RULES
from thresholds.doubt import sure
from thresholds.types import Sample


def hits(
    samples: Sequence[Sample], subject: Subject, period: Period, rules: tuple[str, ...], flags: list[Line]
) -> list[dict[str, Any]]:
    """Episodes of these rules that begin in the period, oldest first, also of rules that are off; each with the flag
    that covers it, None for a rule that is off and raises none."""
    found = [each for rule in rules for each in sure(RULES[rule]).fold(samples, period.since, subject.case)]
    inside = [each for each in found if period.since <= each.started_at <= period.last_instant()]
    return [
        {
            "rule": each.rule,
            "on": RULES[each.rule].on,
            "severity": each.severity,
            "started_at": each.started_at,
            "ended_at": each.ended_at,
            "found": each.figure,
            "flag": covering([line for line in flags if line["rule"] == each.rule], each.started_at),
        }
        for each in sorted(inside, key=lambda each: (each.started_at, each.rule))
    ]
