"""Who lives where with which devices: the people of a run and what each of their devices will see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from simulators.conditions.condition import Condition, kept
from simulators.devices import Model, model_for
from simulators.people import Home, home_of, name_of
from simulators.plan import PlannedDevice, PlannedPatient
from simulators.series import Life, Sample


@dataclass(frozen=True, slots=True)
class Worn:
    """One device as one patient uses it; the same device id again for the other user of a shared one."""

    device: PlannedDevice
    model: Model
    patient: str
    zone: ZoneInfo
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Part:
    """Every `of`-th home, from the one numbered `number` on: people of other homes share nothing with them."""

    number: int
    of: int

    def has(self, household: int) -> bool:
        return household % self.of == self.number


ALL: Final = Part(0, 1)


@dataclass(frozen=True, slots=True)
class Resident:
    patient: PlannedPatient
    worn: tuple[Worn, ...]


def residents(
    mark: str, who: Sequence[Condition], start: datetime, until: datetime, part: Part = ALL
) -> list[Resident]:
    """The people with the conditions of `who`, those of `part`; `mark` is what makes the ids of this run its own."""
    street = _Street(mark, who, tuple(_household(who, index) for index in range(len(who))))
    return [street.resident(index, start, until) for index in range(len(who)) if part.has(street.homes[index])]


@dataclass(frozen=True, slots=True)
class _Street:
    """`homes` is the household of each of `who`."""

    mark: str
    who: Sequence[Condition]
    homes: Sequence[int]

    def resident(self, index: int, start: datetime, until: datetime) -> Resident:
        condition, household = self.who[index], self.homes[index]
        home = home_of(household)
        patient = f"pt-{self.mark}-{index + 1:04d}"
        variant = sum(other is condition for other in self.who[:index])
        life = Life(patient, ZoneInfo(home.zone), start, until, variant)
        devices = {kind: self.device(index, kind, home) for kind in condition.kit}
        worn = tuple(
            Worn(device, model_for(kind, home), patient, life.zone, _seen(condition, kind, life))
            for kind, device in devices.items()
        )
        name, kit = name_of(index, household), tuple(devices.values())
        planned = PlannedPatient(patient, name, home.zone, condition.name, condition.facts, kit, condition.spells(life))
        return Resident(planned, worn)

    def device(self, index: int, kind: str, home: Home) -> PlannedDevice:
        """A cuff in a home of two is one cuff with two users; everything else is one's own."""
        model = model_for(kind, home)
        owner = self.homes[index] if kind == "cuff" else index
        shared = kind == "cuff" and self.homes[owner : owner + 2].count(owner) > 1
        slot = index - owner + 1 if shared else None
        return PlannedDevice(f"{kind}-{self.mark}-{owner + 1:04d}", model.name, (model.measure,), slot)


def _seen(condition: Condition, kind: str, life: Life) -> list[Sample]:
    return kept(condition, kind, life, condition.kit[kind](life))


def _household(who: Sequence[Condition], index: int) -> int:
    """The index of the first person of the home: the healthy live with the one just discharged before them."""
    with_somebody = index and who[index].name == "healthy" and who[index - 1].name == "discharged"
    return index - 1 if with_somebody else index
