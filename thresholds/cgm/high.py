"""High glucose on the sensor: CGM-H2, 90 min above 250 within 120 min (clinical reference §3.5)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from thresholds.cgm.cadence import RECALLED
from thresholds.cgm.event import Kind, Together, fold_events
from thresholds.fold import Breach
from thresholds.glucose import limits
from thresholds.limits import Bounds, bounds_of
from thresholds.types import Case, Found, Rule, Sample

LONG: Final = timedelta(minutes=89)  # 18 samples at 5 min; a minute is left for their jitter
WITHIN: Final = timedelta(minutes=120)


def high(sample: Sample, bounds: Bounds) -> Breach | None:
    bound = bounds["high"]
    return Breach(sample, "HIGH", bound.value(sample)) if bound.above(sample) else None


def back_in_range(sample: Sample, bounds: Bounds) -> bool:
    return not (bounds["back"].above(sample) or bounds["high"].above(sample))


def is_high(case: Case) -> Callable[[Sample], bool]:
    bounds_at = bounds_of(CGM_H2, case)
    return lambda sample: bounds_at(sample.at)["high"].above(sample)


EXTENDED: Final = Kind("CGM-H2", high, back_in_range, partial(Together, LONG, WITHIN))


def fold_extended(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """An event starts with the first high sample of those that add up. It ends after 15 min at 180 mg/dL or below, as
    the low ones end in range: the reference is silent (design; so the 2023 consensus too, unverified). Without samples
    of a doubtful clock: a duration needs to know when."""
    return fold_events(CGM_H2, EXTENDED, samples, start, case, doubtful=False)


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
    interest=is_high,
    entry=WITHIN,
    parameters=(
        limits.high("high", "glucose above which it is of level 2", "250 mg/dL, 13.9 mmol/L"),
        limits.high("back", "glucose at or below which it is over", "180 mg/dL, 10.0 mmol/L"),
    ),
)
