"""Pregnant with pressure to be watched: days of raised pressure, a crisis now and then, one of them after the birth."""

from datetime import datetime, timedelta
from typing import Final

from simulators.conditions.condition import Condition
from simulators.physiology.blood_pressure import Sitting, Vessels, pressure_samples
from simulators.physiology.courses import Course, Days, changed, courses
from simulators.physiology.fingerstick import Stick, stick_samples
from simulators.physiology.glucose import Metabolism, curve, meals
from simulators.plan import Spell
from simulators.series import Life, Sample

BODIES: Final = (
    Vessels(110, 68, 84, (Sitting(7.9), Sitting(20.1, 2, 0.1)), alike=0.2),
    Vessels(113, 70, 80, (Sitting(8.3), Sitting(19.4, 2, 0.1)), alike=0.2),
)
COURSES: Final = (Course("raised_in_pregnancy", 2, systolic=28), Course("crisis_in_pregnancy", 1, systolic=53))
METABOLISM: Final = Metabolism(basal=84, gain=0.8, peak=60, match=0.35, dawn=5, spread=6)
STICKS: Final = (
    Stick(7.2, "fasting", 0.05), Stick(9.0, "after_meal", 0.2), Stick(14.2, "after_meal", 0.2),
    Stick(20.6, "after_meal", 0.2),
)  # fmt: skip
DAYS_A_COURSE: Final = 14
BIRTH: Final = 0.6  # of the run
AFTER_BIRTH: Final = timedelta(days=6)
CARRIED: Final = timedelta(days=200)  # before the run


def birth(life: Life) -> datetime:
    return life.start + (life.until - life.start) * BIRTH


def days_of(life: Life) -> Days:
    late = (birth(life) + AFTER_BIRTH).astimezone(life.zone).date()
    return {**courses(life, "courses", DAYS_A_COURSE, COURSES), late: COURSES[1]}


def cuff(life: Life) -> list[Sample]:
    return changed(life, pressure_samples(life, BODIES[life.variant % len(BODIES)], {}), days_of(life))


def carried(life: Life) -> tuple[Spell, ...]:
    return (Spell("condition", "pregnancy", life.start - CARRIED, birth(life).replace(microsecond=0)),)


def meter(life: Life) -> list[Sample]:
    """Four times a day: pregnancy has its own goals, and diabetes of its own."""
    glucose = curve(life, METABOLISM, meals(life, METABOLISM), ())
    return life.inside(stick_samples(life, glucose, (), STICKS, ()))


CONDITION: Final = Condition("pregnancy", (), {"cuff": cuff, "meter": meter}, spells=carried)
