"""Rules: readings and limits in, episodes out; pure, no database, no clock of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from thresholds import blood_pressure, cgm, glucose, pulse, sleep, weight
from thresholds.doubt import sure
from thresholds.facts import missing_facts
from thresholds.silence import CGM_GAP, NODATA_BP, NODATA_GLU, NODATA_SLP, NODATA_WT
from thresholds.types import Rule

__all__ = ("RULES", "missing_facts", "rules_for")

_TABLE = tuple(map(sure, (
    *blood_pressure.RULES, NODATA_BP,
    *pulse.RULES,
    *glucose.RULES, NODATA_GLU,
    *cgm.RULES, CGM_GAP,
    *weight.RULES, NODATA_WT,
    *sleep.RULES, NODATA_SLP,
)))  # fmt: skip

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in _TABLE})

_BY_STREAM: Final = {
    each.stream: tuple(rule for rule in _TABLE if rule.on and rule.stream == each.stream) for each in _TABLE
}


def rules_for(stream: str, *, slow: bool = True) -> tuple[Rule, ...]:
    """The rules that are on and read the stream, in the table's order, perhaps without the slow ones; none for a stream
    that no rule reads."""
    rules = _BY_STREAM.get(stream, ())
    return rules if slow else tuple(rule for rule in rules if not rule.slow)
