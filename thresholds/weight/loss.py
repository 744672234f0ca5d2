"""Weight loss: WT-HF-LOSS on a diuretic, and WT-LOSS-30, -90 and -180 (clinical reference §3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN
from fractions import Fraction
from functools import partial
from typing import Final

from models.measures import MASS, PERCENT
from thresholds.estimates.means import decimal
from thresholds.estimates.means import shown as cut
from thresholds.facts import applies
from thresholds.fold import Breach, fold, moments
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample
from thresholds.weight.scale import HEART_FAILURE, Extreme, Nearest, gain, kilograms, shown

SPAN: Final = timedelta(days=3)
DIURETIC: Final = ("medication", "diuretic")
WANTED: Final = (("goal", "weight_loss"), ("goal", "diuresis"))
WEEK: Final = timedelta(days=7)


def lost(sample: Sample, window: Extreme, case: Case, bounds: Bounds) -> Breach | None:
    if window.before is None or not (applies(WT_HF_LOSS, case, sample.at) and case.has(*DIURETIC, sample.at)):
        return None
    change = gain(window.before, sample)
    if -change <= bounds["loss"].number:
        return None
    return Breach(sample, "MOD", -change, f"{shown(change)} in 3 days")


def fold_on_diuretic(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Against the highest weight of the 3 days before, as WT-HF-3D against the lowest. Without readings of a doubtful
    clock; an episode ends when there is nothing to compare with, too."""
    return fold(WT_HF_LOSS, moments(samples, doubtful=False), start, case, lost, Extreme(SPAN, sign=-1))


@dataclass(frozen=True, slots=True)
class Loss:
    """A share lost in `days`: `severity` from the published `percent` on, `beyond` when it is more."""

    rule: str
    days: int
    percent: str
    severity: str
    beyond: str

    @property
    def ago(self) -> timedelta:
        return timedelta(days=self.days)

    def breach(self, sample: Sample, window: Nearest, case: Case, bounds: Bounds) -> Breach | None:
        if window.before is None or any(case.has(*goal, sample.at) for goal in WANTED):
            return None
        share = -100 * Fraction(gain(window.before, sample)) / Fraction(kilograms(window.before))
        limit = bounds["percent"].exact
        if share < limit:
            return None
        severity = self.beyond if share > limit else self.severity
        return Breach(sample, severity, decimal(share), f"-{cut(share, ROUND_DOWN)} % in {self.days} days")


def fold_loss(loss: Loss, samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Against the weighing nearest to `days` before, at most a week off, the heavier of two as near. Without readings
    of a doubtful clock; an episode ends when there is nothing to compare with, too."""
    window = Nearest(loss.ago, loss.ago - WEEK, loss.ago + WEEK, sign=-1)
    return fold(LOSSES[loss.rule], moments(samples, doubtful=False), start, case, loss.breach, window)


WT_HF_LOSS: Final = Rule(
    id="WT-HF-LOSS",
    words="Weight loss in heart failure on a diuretic: more than 2 kg below the highest weight of the 3 days before",
    limit="-2 kg in 3 days",
    stream="weight",
    severity="MOD",
    source="our own",
    standing="(design)",
    fold=fold_on_diuretic,
    lookback=SPAN,
    needs=HEART_FAILURE,
    unless=WANTED,
    parameters=(parameter("loss", "loss in 3 days above which it counts", "2 kg", "lower", MASS),),
)


def rule(loss: Loss, source: str, more: str = "") -> Rule:
    """A limit of nursing homes, used again: off by default."""
    percent = f"{loss.percent} %"
    share = parameter("percent", f"share lost in {loss.days} days from which on it counts", percent, "lower", PERCENT)
    return Rule(
        id=loss.rule,
        words=f"Weight loss: at least {percent} in {loss.days} days{more}",
        limit=f"-{percent} in {loss.days} days",
        stream="weight",
        severity=loss.severity,
        source=source,
        standing="seen in the source, which is for nursing homes; off by default, and the weighing compared with at"
        " most 7 days off, (design)",
        fold=partial(fold_loss, loss),
        lookback=loss.ago + WEEK,
        unless=WANTED,
        on=False,
        parameters=(share,),
    )


WT_LOSS_30: Final = rule(Loss("WT-LOSS-30", 30, "5", "MOD", "HIGH"), "CMS MDS K0300", "; HIGH above 5 %")
WT_LOSS_90: Final = rule(Loss("WT-LOSS-90", 90, "7.5", "MOD", "MOD"), "CMS Appendix PP")
WT_LOSS_180: Final = rule(Loss("WT-LOSS-180", 180, "10", "HIGH", "HIGH"), "CMS MDS K0300")
LOSSES: Final = {each.id: each for each in (WT_LOSS_30, WT_LOSS_90, WT_LOSS_180)}
