"""Where the rules of weight match, told by the rules themselves."""

from typing import Any

import pandas as pd

from reports.flags import Line, covering
from reports.period import Period
from reports.subject import Subject
from thresholds import RULES
from thresholds.types import Amount, Sample


def hits(frame: pd.DataFrame, subject: Subject, period: Period, rules: tuple[str, ...], flags: list[Line]) -> list[Any]:
    """Episodes of these rules that begin in the period, oldest first, also of rules that are off; each with the flag
    that covers it, None for a rule that is off and raises none."""
    samples = [
        Sample(row.id, row.measured_at.to_pydatetime(), {"weight": Amount(row.sent_0, row.sent_1)})
        for row in frame.itertuples()
    ]
    found = [each for rule in rules for each in RULES[rule].fold(samples, period.since, subject.case)]
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
