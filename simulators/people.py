"""People who do not exist, with names nobody would mistake for a patient's, and the homes they live in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Home:
    """Where a household lives, and the units its shops sell devices in."""

    zone: str
    pressure: str
    glucose: str
    mass: str


# Twelve homes, so that twelve patients meet every unit: half-hour offsets, both hemispheres, zones without summer time.
HOMES: Final = (
    Home("America/New_York", "mmHg", "mg/dL", "lb"),
    Home("Europe/Berlin", "mmHg", "mg/dL", "kg"),
    Home("America/Denver", "mmHg", "mg/dL", "lb"),
    Home("America/Chicago", "mmHg", "mg/dL", "lb"),
    Home("Europe/London", "mmHg", "mmol/L", "kg"),
    Home("Australia/Sydney", "mmHg", "mmol/L", "kg"),
    Home("America/Halifax", "mmHg", "mmol/L", "lb"),
    Home("Asia/Shanghai", "kPa", "mmol/L", "kg"),
    Home("Europe/Dublin", "mmHg", "mmol/L", "kg"),
    Home("America/Toronto", "mmHg", "mmol/L", "lb"),
    Home("Asia/Kolkata", "mmHg", "mg/dL", "kg"),
    Home("Europe/Paris", "mmHg", "mg/dL", "kg"),
)

GIVEN: Final = (
    "Ada", "Bruno", "Chiara", "Dmitri", "Esi", "Farid", "Greta", "Hiro", "Imani", "Jonas", "Kavya", "Lucía", "Mateo",
)  # fmt: skip
FAMILY: Final = (
    "Exampleton", "Specimen", "Placeholder", "Notreal", "Makebelieve", "Sampleworth", "Fictitious", "Dummyford",
    "Pretendsen", "Mockingham", "Inventado",
)  # fmt: skip


def home_of(household: int) -> Home:
    return HOMES[household % len(HOMES)]


def name_of(index: int, household: int) -> str:
    """Different for the first 71 people; those of one household share the family name."""
    return f"{GIVEN[index % len(GIVEN)]} {FAMILY[household % len(FAMILY)]}"
