"""The published limits of glucose, in both units; `compare.Bound` says why a pair and not a conversion (§0 T1)."""

from typing import Final

from models.measures import GLUCOSE_MEASURE
from thresholds.compare import component_of
from thresholds.parameters import Parameter, Safer, parameter

GLUCOSE: Final = component_of(GLUCOSE_MEASURE, "glucose")
VERY_LOW: Final = "54 mg/dL"  # the limits of critical rules, which no other limit of glucose passes
EXTREME: Final = "400 mg/dL"


def high(name: str, words: str, pair: str) -> Parameter:
    """A limit that too high a glucose reaches or exceeds."""
    return _limit(name, words, pair, "lower", EXTREME)


def low(name: str, words: str, pair: str) -> Parameter:
    """A limit that too low a glucose is below."""
    return _limit(name, words, pair, "higher", VERY_LOW)


def _limit(name: str, words: str, pair: str, safer: Safer, widest: str) -> Parameter:
    return parameter(name, words, pair, safer, GLUCOSE, widest)
