"""The mixed panel: shares that hold for any number of patients, and parts of a panel that are as they are in it."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from benchmarks.conformance.figures import share, wilson
from simulators.cohort import CONTENT_FAULTS, plan
from simulators.household import Part
from simulators.panel import SHARES, mixed

UNTIL = datetime(2026, 3, 20, 12, tzinfo=UTC)


def test_the_shares_are_of_a_hundred() -> None:
    assert sum(share for _, share in SHARES.values()) == 100


@pytest.mark.parametrize("patients", [100, 500])
def test_a_panel_has_each_condition_by_its_share(patients: int) -> None:
    counts = Counter(condition.name for condition in mixed(patients))
    assert counts == {name: share * patients // 100 for name, (_, share) in SHARES.items()}


def test_a_panel_begins_as_a_smaller_one() -> None:
    assert mixed(40)[:20] == mixed(20)


def test_its_parts_are_the_whole_panel() -> None:
    wish = {"patients": 20, "days": 4, "seed": 5, "until": UNTIL, "faults": CONTENT_FAULTS, "members": mixed}
    whole = plan(**wish)  # type: ignore[arg-type]  # one call with parts, one without
    parts = [plan(**wish, part=Part(number, 3)) for number in range(3)]  # type: ignore[arg-type]
    assert sorted(one.id for part in parts for one in part.patients) == sorted(one.id for one in whole.patients)
    assert sorted(up.payload for part in parts for up in part.uploads) == sorted(up.payload for up in whole.uploads)


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],
)
def test_intervals_are_wilsons(good: int, of: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe (1998)."""
    assert wilson(good, of) == pytest.approx((low, high), abs=5e-5)


def test_only_a_whole_is_shown_as_1() -> None:
    assert (share(99_999, 100_000), share(5, 5), share(0, 0)) == (0.9999, 1.0, None)
