"""What a simulated month consists of, before anything is sent: pure data, the same for the same seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """`slot` is the user number on a shared device, None where the device has one user."""

    id: str
    model: str
    measures: tuple[str, ...]
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """A fact of some time only: in force from `begin` until before `end` (aware)."""

    name: str
    value: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PlannedPatient:
    """`facts` are (name, value), such as (condition, heart_failure), in force from the start; `spells` come and go."""

    id: str
    name: str
    zone: str
    condition: str
    facts: tuple[tuple[str, str], ...]
    devices: tuple[PlannedDevice, ...]
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """One reading a device took (or one thing that is none: `id` and `measured_at` None, as for garbage).

    `measured_at` is the text as sent, `at` the true simulated instant; `values` and `context` as sent. `expect` is
    `stored` or the code of the refusal; `expect_flags` are the rules of which an episode *starts* at this reading.
    """

    patient: str
    device: str
    measure: str
    id: str | None
    measured_at: str | None
    at: datetime
    values: Mapping[str, Mapping[str, object]]
    context: Mapping[str, str]
    truth: tuple[str, ...]
    expect: str
    expect_flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """One message: the exact bytes, resent identically until every reading in it has its receipt."""

    device: str
    measure: str
    at: datetime
    payload: bytes
    readings: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """A gap in a patient's stream long enough for a NODATA rule: `begin` is the last reading before it, `end` the
    first after it or None where it lasts to the end; the episode starts at `flagged_at` (last reading + limit)."""

    patient: str
    measure: str
    begin: datetime
    end: datetime | None
    flagged_at: datetime
    expect_flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`uploads` are in the order of `at`; `until` is the simulated end."""

    seed: int
    until: datetime
    patients: tuple[PlannedPatient, ...]
    uploads: tuple[Upload, ...]
    silences: tuple[Silence, ...]
