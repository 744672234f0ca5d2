"""Atrial fibrillation that comes and goes: an irregular beat for some days, fast, at times very fast."""

from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.courses import Course, changed, courses, with_rhythm
from simulators.series import Life, Sample

BODY: Final = Vessels(112, 69, 74, (Sitting(7.5, 2), Sitting(19.2, 2, 0.15)), alike=0.2)
COURSES: Final = (
    Course("fibrillation", 4, pulse=34),
    Course("fast_fibrillation", 2, pulse=50),
    Course("very_fast_fibrillation", 1, pulse=66),
    Course("slow_fibrillation", 3, pulse=4),
)
DAYS_A_COURSE: Final = 12
SHARE: Final = 0.75  # of the readings that the cuff finds irregular meanwhile


def cuff(life: Life) -> list[Sample]:
    days = courses(life, "courses", DAYS_A_COURSE, COURSES)
    return with_rhythm(life, changed(life, pressure_samples(life, BODY, {}), days), days, SHARE)


CONDITION: Final = Condition("fibrillation", (), {"cuff": cuff})
