"""Pressure that falls on standing up: BP-ORTHO (clinical reference §3.1)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from thresholds.blood_pressure.pressures import NEXT_DAY, PREGNANCY, change, pressures
from thresholds.compare import EXACT
from thresholds.facts import applies
from thresholds.fold import Breach, moments
from thresholds.limits import Bounds, bounds_of
from thresholds.repeat import Verdict, fold_repeated
from thresholds.types import Case, Found, Rule, Sample

STANDING: Final = "standing"
RESTING: Final = frozenset({"sitting", "lying", "lying down", "supine", "semi-recumbent"})
SOON: Final = timedelta(minutes=3)


def posture(sample: Sample) -> str:
    return sample.context.get("posture", "")


def fell(resting: Sequence[Sample], standing: Sample, bounds: Bounds) -> Breach | None:
    """A breach when either pressure fell by its limit from any of the readings before; worse is further beyond it."""
    limits = bounds["systolic"].number, bounds["diastolic"].number
    falls = [
        EXACT.subtract(EXACT.subtract(before, after), limit)
        for sample in resting
        for before, after, limit in zip(pressures(sample), pressures(standing), limits, strict=True)
    ]
    return Breach(standing, "MOD", max(falls)) if max(falls) >= 0 else None


def stood_up(samples: Sequence[Sample], case: Case) -> Iterator[Verdict]:
    """A verdict on each instant with a reading standing, at most 3 min after the newest sitting or lying one. We never
    learn when the patient stood up, and so it was within 3 min for certain. All other readings say nothing."""
    bounds_at = bounds_of(BP_ORTHO, case)
    resting: list[Sample] = []
    for moment in moments(samples, doubtful=False):
        at = moment[0].at
        standing = [sample for sample in moment if posture(sample) == STANDING]
        if standing and resting and at - resting[0].at <= SOON:
            breaches = [breach for sample in standing if (breach := fell(resting, sample, bounds_at(at)))]
            yield Verdict(at, breaches if applies(BP_ORTHO, case, at) else [])
        resting = [sample for sample in moment if posture(sample) in RESTING] or resting


def fold_standing(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """The repeat is the next such reading: at least 1 min later, within 24 h."""
    return fold_repeated(BP_ORTHO.id, stood_up(samples, case), start, NEXT_DAY, case.under_way)


BP_ORTHO: Final = Rule(
    id="BP-ORTHO",
    words="Blood pressure falls on standing up: by ≥ 20 mmHg systolic or ≥ 10 diastolic within 3 min, and again the"
    " next time within 24 h",
    limit="-20/10 mmHg",
    stream="blood_pressure",
    severity="MOD",
    source="2011 consensus on orthostatic hypotension",
    standing="(unverified); counted from the last reading sitting or lying (design)",
    fold=fold_standing,
    lookback=SOON,
    entry=NEXT_DAY.within,
    unless=(PREGNANCY,),
    parameters=(
        change("systolic", 20, "systolic fall from which on it counts"),
        change("diastolic", 10, "diastolic fall from which on it counts"),
    ),
)
