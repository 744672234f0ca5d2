"""Flags of one cause, shown as one with the highest: rules that say the same of a patient at different limits.

A family groups in display only (clinical reference §3.9): each rule keeps its flag, and a person acts on each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, Protocol, TypeVar

from flags.states import ACTIVE, rank

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "high pressure": (
            "BP-SEV", "BP-PREG", "BP-G3", "BP-PREG-MOD", "BP-S2", "BP-HOME-EU", "BP-HOME-US", "BP-RISE",
        ),
        "low pressure": ("BP-LOW-CRIT", "BP-LOW", "BP-LOW-DIA", "BP-DROP"),
        "fast pulse": ("HR-TACHY", "HR-TREND"),
        "low glucose": ("GLU-L2", "GLU-L1"),
        "high glucose": ("GLU-XHI", "GLU-VHI", "GLU-PREG", "GLU-HI"),
        "low glucose on the sensor": ("CGM-L2", "CGM-PROL", "CGM-ULS", "CGM-L1"),
        "weight gain": ("WT-HF-1D", "WT-HF-3D", "WT-HF-7D", "WT-HF-DRY"),
        "weight loss": ("WT-HF-LOSS", "WT-LOSS-30", "WT-LOSS-90", "WT-LOSS-180"),
    }
)  # fmt: skip
CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {rule: cause for cause, rules in FAMILIES.items() for rule in rules}
)


class Shown(Protocol):
    """What the grouping reads of a flag."""

    @property
    def patient_id(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def status(self) -> str: ...


F = TypeVar("F", bound=Shown)


@dataclass(frozen=True, slots=True)
class Line(Generic[F]):
    """What is shown as one: the highest flag, and the `others` of its cause, the higher first."""

    flag: F
    others: Sequence[F]


def as_one(flags: Iterable[F]) -> list[Line[F]]:
    """A line for each patient and cause, where the first flag of it stood. What nobody works on any more, and a rule
    without a family, has a line of its own."""
    groups: dict[tuple[object, ...], list[F]] = {}
    for number, flag in enumerate(flags):
        cause = CAUSES.get(flag.rule) if flag.status in ACTIVE else None
        groups.setdefault((number,) if cause is None else (flag.patient_id, cause), []).append(flag)
    ordered = (sorted(each, key=_height) for each in groups.values())
    return [Line(first, others) for first, *others in ordered]


def _height(flag: Shown) -> tuple[int, int]:
    family = FAMILIES.get(CAUSES.get(flag.rule, ""), ())
    return rank(flag.severity), family.index(flag.rule) if flag.rule in family else 0
