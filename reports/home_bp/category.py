"""Categories of blood pressure, for means alone: never of one home reading (§3.1)."""

from typing import Final

SOURCE: Final = "2017 ACC/AHA, unchanged in 2025 (secondary sources); clinic categories"
_TABLE: Final = (("stage 2", 140, 90), ("stage 1", 130, 80), ("elevated", 120, None))


def category(systolic: float, diastolic: float) -> str:
    """The higher of the two decides. Means are compared unrounded: 129.6 is not 130."""
    for name, over, under in _TABLE:
        if systolic >= over or (under is not None and diastolic >= under):
            return name
    return "normal"
