"""Who lives where with which devices: the people of a run and what each of their devices will see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from simulators.conditions import CONDITIONS
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
class Resident:
    patient: PlannedPatient
    worn: tuple[Worn, ...]


def residents(mark: str, count: int, start: datetime, until: datetime) -> list[Resident]:
    """`count` people with their conditions in turn; `mark` is what makes the ids of this run its own."""
    return [_resident(mark, index, count, start, until) for index in range(count)]


def _resident(mark: str, index: int, count: int, start: datetime, until: datetime) -> Resident:
    turn = index % len(CONDITIONS)
    condition = CONDITIONS[turn]
    household = _household(index)
    home = home_of(household)
    patient = f"pt-{mark}-{index + 1:04d}"
    life = Life(patient, ZoneInfo(home.zone), start, until, index // len(CONDITIONS))
    devices = {kind: _device(mark, index, count, kind, home) for kind in condition.kit}
    worn = tuple(
        Worn(device, model_for(kind, home), patient, life.zone, _seen(condition, kind, life))
        for kind, device in devices.items()
    )
    planned = PlannedPatient(
        patient, name_of(index, household), home.zone, condition.name, condition.facts, tuple(devices.values())
    )
    return Resident(planned, worn)


def _seen(condition: Condition, kind: str, life: Life) -> list[Sample]:
    return kept(condition, kind, life, condition.kit[kind](life))


def _household(index: int) -> int:
    """The index of the first person of the home: the healthy live with the one just discharged before them."""
    return index - 1 if CONDITIONS[index % len(CONDITIONS)].name == "healthy" else index


def _device(mark: str, index: int, count: int, kind: str, home: Home) -> PlannedDevice:
    """A cuff in a home of two is one cuff with two users; everything else is one's own."""
    model = model_for(kind, home)
    owner = _household(index) if kind == "cuff" else index
    users = Counter(_household(other) for other in range(count))[owner]
    slot = index - owner + 1 if kind == "cuff" and users > 1 else None
    return PlannedDevice(f"{kind}-{mark}-{owner + 1:04d}", model.name, (model.measure,), slot)
