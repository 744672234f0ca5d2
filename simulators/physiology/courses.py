"""What befalls a person for some days: pressure and pulse that rise or fall, a beat that loses its rhythm, a fall of
pressure on standing up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from simulators.series import Life, Sample

STANDS: Final = (65, 150)  # seconds from the last reading at rest to the one standing


@dataclass(frozen=True, slots=True)
class Course:
    """mmHg on the systolic (half of it on the diastolic) and beats a minute for `days` days; `label` is its name."""

    label: str
    days: int
    systolic: float = 0.0
    pulse: float = 0.0


Days = Mapping[date, Course]


def courses(life: Life, name: str, every: float, kinds: Sequence[Course]) -> Days:
    """One about every so many days, the kinds in turn; a later one takes the place of what it overlaps."""
    onsets = life.rare_days(life.dice(name), every)
    found: dict[date, Course] = {}
    for number, onset in enumerate(onsets):
        course = kinds[(number + life.variant) % len(kinds)]
        found |= {onset + timedelta(days=day): course for day in range(course.days)}
    return found


def changed(life: Life, samples: Sequence[Sample], days: Days) -> list[Sample]:
    """Pressure samples as they are on those days."""
    return [_changed(one, days.get(one.at.astimezone(life.zone).date())) for one in samples]


def _changed(sample: Sample, course: Course | None) -> Sample:
    if course is None:
        return sample
    more = {"systolic": course.systolic, "diastolic": course.systolic / 2, "pulse": course.pulse}
    values = {name: value + more.get(name, 0) for name, value in sample.values.items()}
    return replace(sample, values=values, truth=(*sample.truth, course.label))


def with_rhythm(life: Life, samples: Sequence[Sample], days: Days, share: float) -> list[Sample]:
    """As a cuff that tells an irregular beat sees it: on those days at `share` of the readings."""
    chance = life.dice("rhythm")
    seen = []
    for one in samples:
        irregular = chance.random() < share and one.at.astimezone(life.zone).date() in days
        seen.append(replace(one, values={**one.values, "irregular": float(irregular)}))
    return seen


def with_standing(life: Life, samples: Sequence[Sample], days: Days, fall: float) -> list[Sample]:
    """After each reading one more standing, which on those days has fallen by about `fall` mmHg."""
    chance = life.dice("standing")
    taken = []
    for one in samples:
        after = timedelta(seconds=chance.randint(*STANDS))
        drop = chance.gauss(fall if one.at.astimezone(life.zone).date() in days else 4, 3)
        more = {"systolic": -drop, "diastolic": -drop / 3, "pulse": 9.0}
        values = {name: value + more.get(name, 0) for name, value in one.values.items()}
        taken += [one, replace(one, at=one.at + after, values=values, context={**one.context, "posture": "standing"})]
    return life.inside(taken)
