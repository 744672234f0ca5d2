"""Pregnancy: BP-PREG, also for six weeks after the birth, and BP-PREG-MOD (clinical reference §3.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from thresholds.blood_pressure.pressures import NEXT_DAY, PREGNANCY, pair
from thresholds.blood_pressure.repeated import fold_pair
from thresholds.blood_pressure.severe import Ending, fold_crisis
from thresholds.repeat import Repeat
from thresholds.types import Case, Found, Rule, Sample

AT_ONCE: Final = Ending(margin=Decimal(0), clears=1)
FOUR_HOURS: Final = Repeat(after=timedelta(hours=4), within=NEXT_DAY.within)


def fold_crisis_in_pregnancy(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """Raised, confirmed and dismissed as BP-SEV is; without a written hysteresis it ends, once confirmed, at the first
    reading that does not breach."""
    return fold_crisis(BP_PREG, AT_ONCE, samples, start, case)


def fold_raised_in_pregnancy(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    """The repeat is the first reading four hours or more later, within the 24 h of every repeat."""
    return fold_pair(BP_PREG_MOD, samples, start, case, FOUR_HOURS)


BP_PREG: Final = Rule(
    id="BP-PREG",
    words="Severe blood pressure in pregnancy or within 6 weeks of its end: systolic ≥ 160 or diastolic ≥ 110 mmHg in"
    " one reading",
    limit="160/110 mmHg",
    stream="blood_pressure",
    severity="CRIT",
    source="ACOG CO 767: persistent ≥ 15 min, treat in 30–60 min",
    standing="(unverified); confirmation and end as for BP-SEV, without its hysteresis, (design)",
    fold=fold_crisis_in_pregnancy,
    needs=PREGNANCY,
    lingers=timedelta(weeks=6),
    parameters=pair(160, 110, "from which on it is severe", (160, 110)),
)
BP_PREG_MOD: Final = Rule(
    id="BP-PREG-MOD",
    words="Raised blood pressure in pregnancy: systolic ≥ 140 or diastolic ≥ 90 mmHg, twice, at least 4 h apart",
    limit="140/90 mmHg",
    stream="blood_pressure",
    severity="HIGH",
    source="ACOG PB 222",
    standing="(unverified); the repeat within 24 h (design)",
    fold=fold_raised_in_pregnancy,
    entry=FOUR_HOURS.within,
    needs=PREGNANCY,
    parameters=pair(140, 90, "from which on it is raised", (160, 110)),
)
