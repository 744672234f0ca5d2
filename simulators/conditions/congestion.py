"""Heart failure that worsens slowly: the heart beats faster for more than a week, water comes and is driven out."""

from datetime import timedelta
from typing import Final

from simulators.conditions.condition import Condition, Quiet
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.courses import Course, changed, courses
from simulators.physiology.weight import Frame, fluid, weight_samples
from simulators.series import Life, Sample

FRAME: Final = Frame(78.6, hour=7.0)
BODY: Final = Vessels(112, 68, 72, (Sitting(7.3, 1), Sitting(18.8, 1, 0.1)), alike=0.2)
WORSE: Final = (Course("worsening_heart_failure", 11, systolic=-4, pulse=19),)
DAYS_A_COURSE: Final = 40


def scale(life: Life) -> list[Sample]:
    days = courses(life, "worse", DAYS_A_COURSE, WORSE)
    onsets = [day for day in sorted(days) if day - timedelta(days=1) not in days]
    return weight_samples(life, FRAME, fluid(onsets))


def cuff(life: Life) -> list[Sample]:
    return changed(life, pressure_samples(life, BODY, {}), courses(life, "worse", DAYS_A_COURSE, WORSE))


CONDITION: Final = Condition(
    "congestion",
    (("condition", "heart_failure"), ("medication", "diuretic"), ("dry_weight", "78.5")),
    {"scale": scale, "cuff": cuff},
    (Quiet("cuff", 1, 20, 7.6),),
)
