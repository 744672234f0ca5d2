"""High glucose on the sensor: CGM-H2, 90 min above 250 within 120 min (clinical reference §3.5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from thresholds.cgm.cadence import RECALLED
from thresholds.cgm.event import Kind, Together, fold_events
from thresholds.fold import Breach
from thresholds.glucose.limits import IN_RANGE, VERY_HIGH
from thresholds.types import Case, Found, Rule, Sample

LONG: Final = timedelta(minutes=89)  # 18 samples at 5 min; a minute is left for their jitter
WITHIN: Final = timedelta(minutes=120)


def high(sample: Sample) -> Breach | None:
    return Breach(sample, "HIGH", VERY_HIGH.value(sample)) if VERY_HIGH.above(sample) else None


def back_in_range(sample: Sample) -> bool:
    return not IN_RANGE.above(sample)


EXTENDED: Final = Kind("CGM-H2", high, back_in_range, partial(Together, LONG, WITHIN))


def fold_extended(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """An event starts with the first high sample of those that add up. It ends after 15 min at 180 mg/dL or below, as
    the low ones end in range: the reference is silent (design; so the 2023 consensus too, unverified). Without samples
    of a doubtful clock: a duration needs to know when."""
    return fold_events(EXTENDED, samples, start, doubtful=False)


CGM_H2: Final = Rule(
    id="CGM-H2",
    words="Level 2 high glucose on the sensor: above 250 mg/dL (13.9 mmol/L) for 90 min or longer within 120 min"
    " (18 of 24 samples at 5 min)",
    limit="250 mg/dL (13.9 mmol/L)",
    stream="cgm",
    severity="HIGH",
    source="2023 trials consensus",
    standing="(unverified); ends after 15 min at 180 mg/dL or below (design)",
    fold=fold_extended,
    lookback=RECALLED,
    interest=VERY_HIGH.above,
    entry=WITHIN,
    on=False,
)
