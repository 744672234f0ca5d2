"""After somebody dealt with a flag its rule is quiet for a while, unless it gets worse (reference §3.9); pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from flags.states import EpisodeState, FlagState, rank

COOLING: Final[Mapping[str, timedelta]] = MappingProxyType({"HIGH": timedelta(hours=24), "MOD": timedelta(hours=72)})
LONGEST: Final = max(COOLING.values())
WORSE: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"blood_pressure": Decimal(10), "glucose": Decimal(10), "weight": Decimal("0.5")}
)  # by measure: mmHg (and beats a minute), mg/dL, kg; for others only a higher severity is worse


def is_quiet(flag: FlagState, episode: EpisodeState, resolved_at: datetime) -> bool:
    """Whether the episode went on, or began, after a person resolved the flag at `resolved_at`, and within the time in
    which it is no news: then it joins the closed flag. Critical has no such time."""
    cooling = COOLING.get(flag.severity)
    if cooling is None or not resolved_at < episode.last_at <= resolved_at + cooling:
        return False
    return rank(episode.severity) >= rank(flag.severity) and not _is_worse(flag, episode)


def _is_worse(flag: FlagState, episode: EpisodeState) -> bool:
    step = WORSE.get(flag.measure)
    return step is not None and Decimal(episode.evidence["worth"]) >= Decimal(flag.evidence["worth"]) + step
