"""Low pressure: BP-LOW, its diastolic half BP-LOW-DIA, and BP-LOW-CRIT (clinical reference §3.1)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from thresholds.blood_pressure.pressures import DIASTOLIC, NEXT_DAY, PREGNANCY, SYSTOLIC
from thresholds.compare import Bound
from thresholds.facts import applies
from thresholds.fold import Breach, NoWindow, fold, moments
from thresholds.limits import Bounds, bounds_of
from thresholds.parameters import parameter
from thresholds.repeat import Verdict, fold_repeated
from thresholds.types import Case, Found, Rule, Sample

SYMPTOMS: Final = (("symptom", "dizziness"), ("symptom", "syncope"))


def under(bound: Bound, sample: Sample, severity: str) -> Breach | None:
    return Breach(sample, severity, bound.value(sample).copy_negate()) if bound.below(sample) else None


def verdicts(rule: Rule, name: str, samples: Sequence[Sample], case: Case) -> Iterator[Verdict]:
    """Without readings of a doubtful clock: a repeat needs to know when."""
    bounds_at = bounds_of(rule, case)
    for moment in moments(samples, doubtful=False):
        bound = bounds_at(moment[0].at)[name]
        found = (under(bound, sample, rule.severity) for sample in moment if applies(rule, case, sample.at))
        yield Verdict(moment[0].at, [breach for breach in found if breach])


def fold_low(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_repeated(BP_LOW.id, verdicts(BP_LOW, "systolic", samples, case), start, NEXT_DAY, case.under_way)


def fold_low_diastolic(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold_repeated(
        BP_LOW_DIA.id, verdicts(BP_LOW_DIA, "diastolic", samples, case), start, NEXT_DAY, case.under_way
    )


def very_low(sample: Sample, window: NoWindow, case: Case, bounds: Bounds) -> Breach | None:
    felt = any(case.has(*symptom, sample.at) for symptom in SYMPTOMS)
    return under(bounds["with_symptoms"] if felt else bounds["systolic"], sample, "CRIT")


def fold_very_low(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """One reading is enough, of a doubtful clock too. A symptom counts when its fact holds as the reading is taken."""
    return fold(BP_LOW_CRIT, moments(samples), start, case, very_low, NoWindow())


BP_LOW: Final = Rule(
    id="BP-LOW",
    words="Low blood pressure: systolic < 90 mmHg, and again at the next reading within 24 h",
    limit="90 mmHg systolic",
    stream="blood_pressure",
    severity="MOD",
    source="NHLBI definition of low blood pressure",
    standing="(unverified); the repeat at least 1 min later (design)",
    fold=fold_low,
    entry=NEXT_DAY.within,
    unless=(PREGNANCY,),
    parameters=(parameter("systolic", "systolic below which it is low", "90 mm[Hg]", "higher", SYSTOLIC, "80 mm[Hg]"),),
)
BP_LOW_DIA: Final = Rule(
    id="BP-LOW-DIA",
    words="Low diastolic pressure: < 60 mmHg, and again at the next reading within 24 h",
    limit="60 mmHg diastolic",
    stream="blood_pressure",
    severity="MOD",
    source="NHLBI definition of low blood pressure, its diastolic half",
    standing="(unverified); off by default, the repeat at least 1 min later (design)",
    fold=fold_low_diastolic,
    entry=NEXT_DAY.within,
    unless=(PREGNANCY,),
    on=False,
    parameters=(parameter("diastolic", "diastolic below which it is low", "60 mm[Hg]", "higher", DIASTOLIC),),
)
BP_LOW_CRIT: Final = Rule(
    id="BP-LOW-CRIT",
    words="Very low blood pressure: systolic < 80 mmHg in one reading, or < 90 with dizziness or syncope reported",
    limit="80 mmHg systolic; 90 with symptoms",
    stream="blood_pressure",
    severity="CRIT",
    source="our own; systolic ≤ 90 scores 3 in NEWS2 2017",
    standing="(design); NEWS2 (unverified)",
    fold=fold_very_low,
    parameters=(
        parameter("systolic", "systolic below which it is very low", "80 mm[Hg]", "higher", SYSTOLIC, "80 mm[Hg]"),
        parameter("with_symptoms", "the same with symptoms", "90 mm[Hg]", "higher", SYSTOLIC, "90 mm[Hg]"),
    ),
)
