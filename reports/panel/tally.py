"""What the members of a group come to: figures of a list of them, the whole group's or one programme's."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import pandas as pd

from reports.change.judge import IMPROVED, UNKNOWN, WORSENED
from reports.figure import Figure, figure, share
from reports.flags import Line
from reports.panel.members import OUTCOMES, Member

FEWEST: Final = 5  # patients, or flags, that a share is made from (design)
COMPARED: Final = "patients who can be compared"
SOON: Final = 15  # minutes in which a CRIT flag is to be acknowledged in staffed hours (§3.9, design)


def tally(members: Sequence[Member]) -> dict[str, Figure]:
    outcomes = Counter(each.outcome for each in members)
    compared = len(members) - outcomes[UNKNOWN]
    return {
        "patients": figure(len(members), "1", len(members)),
        **{name: figure(outcomes[name], "1", len(members)) for name in OUTCOMES},
        "improved_pct": _share(outcomes[IMPROVED], compared, COMPARED),
        "worsened_pct": _share(outcomes[WORSENED], compared, COMPARED),
        "adherence_pct": _adherence(members),
        **_flags(members),
    }


def control(members: Sequence[Member], programme: str) -> Figure:
    """Of those in the programme of whom it can be told."""
    told = [each.control[programme] for each in members if each.control.get(programme) is not None]
    return _share(sum(map(bool, told)), len(told), "patients of whom it can be told")


def _share(part: int, whole: int, who: str) -> Figure:
    lacking = "" if whole >= FEWEST else f"{whole} {who}, and {FEWEST} are needed (design)"
    return figure(share(part, whole), "%", whole, lacking)


def _adherence(members: Sequence[Member]) -> Figure:
    """The mean over patients of what each measured of what their programmes ask for."""
    shares = [share(*each.expected) for each in members if each.expected[1]]
    lacking = "" if len(shares) >= FEWEST else (
        f"{len(shares)} patients of whom a programme expects readings, and {FEWEST} are needed (design)"
    )  # fmt: skip
    return figure(pd.Series(shares, dtype=float).mean(), "%", len(shares), lacking)


def _flags(members: Sequence[Member]) -> dict[str, Figure]:
    """Of flags that began in the period."""
    flags: list[Line] = [flag for each in members for flag in each.flags]
    minutes = pd.Series([each["minutes_to_act"] for each in flags], dtype=float).dropna()
    severe = [each for each in flags if each["severity"] == "CRIT"]
    soon = sum(each["minutes_to_act"] is not None and each["minutes_to_act"] <= SOON for each in severe)
    nobody = "" if len(minutes) else "nobody acted on a flag"
    return {
        "flags_began": figure(len(flags), "1", len(members)),
        "flags_critical": figure(len(severe), "1", len(members)),
        "flags_acted_on_pct": _share(len(minutes), len(flags), "flags"),
        "minutes_to_act_median": figure(minutes.median(), "min", len(minutes), nobody),
        "minutes_to_act_p95": figure(minutes.quantile(0.95), "min", len(minutes), nobody),
        "critical_within_15_min_pct": _share(soon, len(severe), "critical flags"),
        "flags_open": figure(sum(each.waiting for each in members), "1", len(members)),
    }
