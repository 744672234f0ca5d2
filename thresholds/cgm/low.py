"""Low glucose on the sensor: CGM-L2, CGM-L1, CGM-PROL, events of samples in a row (clinical reference §3.5).

All three end after 15 min at 70 mg/dL or above. Critical ones are judged with doubtful clocks too; CGM-L1 leaves those
out, since a duration needs to know when. CGM-L1 counts what is below 54 as well: an event of level 2 is one of level 1.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from thresholds.cgm.cadence import FARTHEST, RECALLED
from thresholds.cgm.event import QUARTER, InARow, Kind, fold_events
from thresholds.compare import Limit
from thresholds.fold import Breach
from thresholds.glucose.limits import LEVEL_1, LEVEL_2
from thresholds.types import Case, Found, Rule, Sample

# 120 min are 24 samples at 5 min: 115 min from first to last, and a minute for the jitter of 23 spacings.
TWO_HOURS: Final = timedelta(minutes=114)
SOURCE: Final = "2017 consensus (Danne): an event is ≥ 15 min below and ends after ≥ 15 min at 70 mg/dL or above"


def low(limit: Limit, severity: str, sample: Sample) -> Breach | None:
    return Breach(sample, severity, limit.value(sample).copy_negate()) if limit.below(sample) else None


def recovered(sample: Sample) -> bool:
    return not LEVEL_1.below(sample)


def kind(rule: str, limit: Limit, severity: str, long: timedelta) -> Kind:
    return Kind(rule, partial(low, limit, severity), recovered, partial(InARow, long))


VERY_LOW: Final = kind("CGM-L2", LEVEL_2, "CRIT", QUARTER)
LOW: Final = kind("CGM-L1", LEVEL_1, "MOD", QUARTER)
PROLONGED: Final = kind("CGM-PROL", LEVEL_2, "CRIT", TWO_HOURS)


def fold_level_2(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_events(VERY_LOW, samples, start, doubtful=True)


def fold_level_1(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_events(LOW, samples, start, doubtful=False)


def fold_prolonged(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """The two hours are of samples in a row too: a missing one starts them again."""
    return fold_events(PROLONGED, samples, start, doubtful=True)


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
    interest=LEVEL_2.below,
    entry=FARTHEST + QUARTER,
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
    interest=LEVEL_1.below,
    entry=FARTHEST + QUARTER,
    on=False,
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
    interest=LEVEL_2.below,
    entry=FARTHEST + TWO_HOURS,
    on=False,
)
