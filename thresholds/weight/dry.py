"""Weight above the dry weight: WT-HF-DRY (clinical reference §3.6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from models.measures import MASS
from thresholds.compare import EXACT
from thresholds.facts import applies, decimal_fact
from thresholds.fold import Breach, NoWindow, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample
from thresholds.weight.scale import HEART_FAILURE, kilograms, shown


def too_wet(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    """Against the dry weight in force as the reading was taken; without one there is not enough to judge by."""
    dry = decimal_fact(case, "dry_weight", sample.at)
    if dry is None or not applies(WT_HF_DRY, case, sample.at):
        return None
    over = EXACT.subtract(kilograms(sample), dry)
    if over <= bounds["over"].number:
        return None
    return Breach(sample, "MOD", over, f"{shown(over)} over a dry weight of {dry} kg")


def fold_dry(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Readings of a doubtful clock are judged too: it takes one alone."""
    return fold(WT_HF_DRY, moments(samples), start, case, too_wet, NoWindow())


WT_HF_DRY: Final = Rule(
    id="WT-HF-DRY",
    words="Weight above dry weight in heart failure: by more than 2 kg",
    limit="+2 kg over dry weight",
    stream="weight",
    severity="MOD",
    source="our own",
    standing="(design)",
    fold=fold_dry,
    needs=HEART_FAILURE,
    facts=("dry_weight",),
    parameters=(parameter("over", "weight over the dry weight above which it counts", "2 kg", "lower", MASS),),
)
