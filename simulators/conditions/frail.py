"""Old and on much medicine: pressure too low for days, dizzy at times, a slow pulse, a fall on standing up."""

from datetime import timedelta
from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.courses import Course, changed, courses, with_standing
from simulators.plan import Spell
from simulators.series import Life, Sample

TWICE: Final = (Sitting(8.4, 1), Sitting(18.6, 1, 0.1))
BODIES: Final = (Vessels(110, 62, 63, TWICE, alike=0.2), Vessels(139, 76, 70, TWICE, alike=0.2))
# a body that lives low has days that are lower; one that lives high falls for weeks when a new tablet is too strong
LOW: Final = (
    Course("low_pressure", 2, systolic=-29),
    Course("very_low_pressure", 1, systolic=-42),
    Course("slow_pulse", 2, pulse=-22),
    Course("very_slow_pulse", 1, pulse=-32),
)
DROPPED: Final = (Course("pressure_drop", 14, systolic=-29),)
DAYS_A_COURSE: Final = (9, 45)
DIZZY: Final = Course("dizziness", 2)
DAYS_A_DIZZINESS: Final = 12
FALL: Final = 27.0  # mmHg on standing up, on dizzy days


def cuff(life: Life) -> list[Sample]:
    turn = life.variant % len(BODIES)
    days = courses(life, "courses", DAYS_A_COURSE[turn], (LOW, DROPPED)[turn])
    samples = changed(life, pressure_samples(life, BODIES[turn], {}), days)
    return with_standing(life, samples, courses(life, "dizzy", DAYS_A_DIZZINESS, (DIZZY,)), FALL)


def dizziness(life: Life) -> tuple[Spell, ...]:
    """Told to the nurse, and stated as a fact while it lasts."""
    days = sorted(courses(life, "dizzy", DAYS_A_DIZZINESS, (DIZZY,)))
    begins = [day for day in days if day - timedelta(days=1) not in days]
    return tuple(
        Spell("symptom", "dizziness", life.at(day, 0), life.at(day + timedelta(days=DIZZY.days), 0)) for day in begins
    )


CONDITION: Final = Condition("frail", (), {"cuff": cuff}, spells=dizziness)
"""Not in the cohort of `simulate run`; the mixed panel has some."""
