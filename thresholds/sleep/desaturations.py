"""Frequent desaturations: SLP-ODI (clinical reference §3.7)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from models.measures import COUNT, SLEEP
from thresholds.compare import component_of
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.sleep.nights import DATES, WEEK, Nights, measured, value
from thresholds.types import Case, Found, Rule, Sample

ODI: Final = component_of(SLEEP, "odi")


def index(sample: Sample) -> tuple[Decimal]:
    return (value(sample, ODI),)


def frequent(sample: Sample, window: Nights, case: Case, bounds: Bounds) -> Breach | None:
    """Two values of one date are one night, with their mean."""
    nights = sum(night.of() >= bounds["odi"].exact for night in window.means.values())
    if nights < bounds["nights"].number:
        return None
    return Breach(sample, "MOD", Decimal(nights), f"{nights} of {DATES} nights")


def fold_frequent(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Without nights of a doubtful clock; three are enough, however few there are beside them."""
    window = Nights(index, case, DATES, enough=1)
    return fold(SLP_ODI, moments(measured(samples, ODI), doubtful=False), start, case, frequent, window)


SLP_ODI: Final = Rule(
    id="SLP-ODI",
    words="Frequent oxygen desaturations in sleep: index ≥ 15 per hour on 3 of 7 nights",
    limit="15 /h on 3 of 7 nights",
    stream="sleep",
    severity="MOD",
    source="index by drops of 3 % or more, sleep-study page (booksleep)",
    standing="3 % form seen in the source; flag (design); no reading says whether drops of 3 % or 4 % were counted",
    fold=fold_frequent,
    lookback=WEEK,
    parameters=(
        parameter("odi", "index from which on a night counts", "15 /h", "lower", ODI),
        parameter("nights", "such nights of the last seven", "3 1", "lower", COUNT, "7 1"),
    ),
)
