"""Low oxygen in one night: SLP-SPO2-88, SLP-NADIR and SLP-T90 (clinical reference §3.7).

One night is enough, of a doubtful clock too. Whether a nadir lasted ten seconds with a good signal no reading says.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from models.measures import PERCENT, SLEEP
from thresholds.compare import component_of
from thresholds.fold import Breach, NoWindow, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.sleep.nights import TIME_IN_BED, measured, severity_of, value
from thresholds.types import Case, Found, Rule, Sample

T88: Final = component_of(SLEEP, "t88")
T90: Final = component_of(SLEEP, "t90")
LOWEST: Final = component_of(SLEEP, "spo2_min")


def long_at_88(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    return None if bounds["time"].below(sample) else Breach(sample, "HIGH", value(sample, T88))


def deep_nadir(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    severity = severity_of(bounds, lambda bound: bound.below(sample))
    return Breach(sample, severity, value(sample, LOWEST).copy_negate()) if severity else None


def long_below_90(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    share = share_below_90(sample)
    if share is not None and share > bounds["share"].exact:
        return Breach(sample, "HIGH", value(sample, T90))
    return Breach(sample, "MOD", value(sample, T90)) if bounds["time"].above(sample) else None


def share_below_90(sample: Sample) -> Fraction | None:
    """Percent of the recording, which is the time in bed; None where the night does not say how long that was."""
    bed = value(sample, TIME_IN_BED) if TIME_IN_BED.name in sample.values else Decimal(0)
    return 100 * Fraction(value(sample, T90)) / Fraction(bed) if bed else None


def fold_88(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(SLP_SPO2_88, moments(measured(samples, T88)), start, case, long_at_88, NoWindow())


def fold_nadir(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(SLP_NADIR, moments(measured(samples, LOWEST)), start, case, deep_nadir, NoWindow())


def fold_90(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(SLP_T90, moments(measured(samples, T90)), start, case, long_below_90, NoWindow())


SLP_SPO2_88: Final = Rule(
    id="SLP-SPO2-88",
    words="Low oxygen in sleep: at or below 88 % saturation for 5 min or longer in one night, added up",
    limit="5 min at ≤ 88 %",
    stream="sleep",
    severity="HIGH",
    source="ICSD-3 sleep hypoxaemia; CMS NCD 240.2",
    standing="(unverified)",
    fold=fold_88,
    parameters=(parameter("time", "time at or below 88 % from which on it counts", "5 min", "lower", T88),),
)
SLP_NADIR: Final = Rule(
    id="SLP-NADIR",
    words="Lowest oxygen saturation of a night below 90 %; HIGH below 80 %",
    limit="90, 80 %",
    stream="sleep",
    severity="MOD",
    source="Harvard sleep education: ≥ 90 mild, 80–89 moderate, < 80 severe",
    standing="classes seen in the source, no classification is agreed; no check for artefacts, since no reading tells",
    fold=fold_nadir,
    parameters=(
        parameter("moderate", "saturation below which it is MOD", "90 %", "higher", LOWEST),
        parameter("high", "saturation below which it is HIGH", "80 %", "higher", LOWEST),
    ),
)
SLP_T90: Final = Rule(
    id="SLP-T90",
    words="Low oxygen in sleep: below 90 % saturation for longer than 5 min in one night; HIGH for more than 30 % of"
    " the time in bed",
    limit="5 min, 30 % of the night",
    stream="sleep",
    severity="MOD",
    source="none named",
    standing="(unverified); the time in bed as the recording (design)",
    fold=fold_90,
    parameters=(
        parameter("time", "time below 90 % above which it counts", "5 min", "lower", T90),
        parameter("share", "share of the time in bed above which it is HIGH", "30 %", "lower", PERCENT),
    ),
)
