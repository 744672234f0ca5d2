"""Low glucose on the sensor: CGM-L2, CGM-L1, CGM-PROL, events of samples in a row (clinical reference §3.5).

All three end after 15 min at 70 mg/dL or above. Critical ones are judged with doubtful clocks too; CGM-L1 leaves those
out, since a duration needs to know when. CGM-L1 counts what is below 54 as well: an event of level 2 is one of level 1.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from thresholds.cgm.cadence import FARTHEST, RECALLED
from thresholds.cgm.event import QUARTER, InARow, Kind, fold_events
from thresholds.fold import Breach
from thresholds.glucose import limits
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import Parameter
from thresholds.types import Case, Found, Rule, Sample

# 120 min are 24 samples at 5 min: 115 min from first to last, and a minute for the jitter of 23 spacings.
TWO_HOURS: Final = timedelta(minutes=114)
SOURCE: Final = "2017 consensus (Danne): an event is ≥ 15 min below and ends after ≥ 15 min at 70 mg/dL or above"


def low(severity: str, sample: Sample, bounds: Bounds) -> Breach | None:
    bound = bounds["low"]
    return Breach(sample, severity, bound.value(sample).copy_negate()) if bound.below(sample) else None


def recovered(sample: Sample, bounds: Bounds) -> bool:
    return not (bounds["back"].below(sample) or bounds["low"].below(sample))


def is_low(rule_id: str, case: Case) -> Callable[[Sample], bool]:
    bounds_at = bounds_of(LOWS[rule_id], case)
    return lambda sample: bounds_at(sample.at)["low"].below(sample)


def kind(rule: str, severity: str, long: timedelta) -> Kind:
    return Kind(rule, partial(low, severity), recovered, partial(InARow, long))


def parameters(pair: str, level: str) -> tuple[Parameter, Parameter]:
    return (
        limits.low("low", f"glucose below which it is of {level}", pair),
        limits.low("back", "glucose from which on it is over", "70 mg/dL, 3.9 mmol/L"),
    )


VERY_LOW: Final = kind("CGM-L2", "CRIT", QUARTER)
LOW: Final = kind("CGM-L1", "MOD", QUARTER)
PROLONGED: Final = kind("CGM-PROL", "CRIT", TWO_HOURS)


def fold_level_2(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_events(CGM_L2, VERY_LOW, samples, start, case, doubtful=True)


def fold_level_1(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_events(CGM_L1, LOW, samples, start, case, doubtful=False)


def fold_prolonged(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """The two hours are of samples in a row too: a missing one starts them again."""
    return fold_events(CGM_PROL, PROLONGED, samples, start, case, doubtful=True)


CGM_L2: Final = Rule(
    id="CGM-L2",
    words="Level 2 low glucose on the sensor: below 54 mg/dL (3.0 mmol/L) for 15 min or longer"
    " (three samples at 5 min)",
    limit="54 mg/dL (3.0 mmol/L)",
    stream="cgm",
    severity="CRIT",
    source=SOURCE,
    standing="(unverified)",
    fold=fold_level_2,
    lookback=RECALLED,
    interest=partial(is_low, "CGM-L2"),
    entry=FARTHEST + QUARTER,
    parameters=parameters("54 mg/dL, 3.0 mmol/L", "level 2"),
)
CGM_L1: Final = Rule(
    id="CGM-L1",
    words="Level 1 low glucose on the sensor: below 70 mg/dL (3.9 mmol/L) for 15 min or longer"
    " (three samples at 5 min)",
    limit="70 mg/dL (3.9 mmol/L)",
    stream="cgm",
    severity="MOD",
    source=SOURCE,
    standing="(unverified)",
    fold=fold_level_1,
    lookback=RECALLED,
    interest=partial(is_low, "CGM-L1"),
    entry=FARTHEST + QUARTER,
    parameters=parameters("70 mg/dL, 3.9 mmol/L", "level 1"),
)
CGM_PROL: Final = Rule(
    id="CGM-PROL",
    words="Prolonged level 2 low glucose on the sensor: below 54 mg/dL (3.0 mmol/L) for 120 min or longer"
    " (24 samples at 5 min, none missing)",
    limit="54 mg/dL (3.0 mmol/L)",
    stream="cgm",
    severity="CRIT",
    source=f"{SOURCE}; prolonged is ≥ 120 min",
    standing="(unverified)",
    fold=fold_prolonged,
    lookback=RECALLED,
    interest=partial(is_low, "CGM-PROL"),
    entry=FARTHEST + TWO_HOURS,
    parameters=parameters("54 mg/dL, 3.0 mmol/L", "level 2"),
)
LOWS: Final = {each.id: each for each in (CGM_L2, CGM_L1, CGM_PROL)}
