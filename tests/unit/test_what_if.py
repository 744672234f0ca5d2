"""A limit tried on history: what would be gone, new and missed, and what cannot be asked."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flags.what_if.compared import Compared, compare
from flags.what_if.question import Question, asked, changed
from registry.errors import RegistryError
from thresholds import RULES
from thresholds.limits import PATIENT, limit_in_force
from thresholds.types import Amount, Case, Limit, Sample

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SPAN = NOON - timedelta(days=90), NOON
NOBODY = Case("Europe/Paris", NOON)


def own_limit(rule: str, parameter: str, text: str, origin: str = PATIENT) -> Limit:
    amount = Amount(text, "mm[Hg]")
    return Limit(rule, parameter, amount, NOON - timedelta(days=400), None, origin, "Dr Wu", "provider", "known")


def question(
    *wanted: str, rule: str = "BP-S2", unit: str | None = None, case: Case = NOBODY, own: bool = False
) -> Question:
    pairs = [(name, text) for name, _, text in (each.partition("=") for each in wanted)]
    return asked(rule, pairs, unit, SPAN, case, own=own)


def pressures(*taken: tuple[float, int]) -> list[Sample]:
    """(days before noon, systolic), oldest first."""
    return [
        Sample(
            UUID(int=place), NOON - timedelta(days=days),
            {"systolic": Amount(str(systolic), "mmHg"), "diastolic": Amount("80", "mmHg")},
        )
        for place, (days, systolic) in enumerate(taken)
    ]  # fmt: skip


def tried(samples: list[Sample], *wanted: str, case: Case = NOBODY, severe: tuple[float, ...] = ()) -> Compared:
    began = [NOON - timedelta(days=days) for days in severe]
    return compare("pt-1", samples, case, question(*wanted, case=case), began)


def counts(one: Compared) -> tuple[int, int, int, int, int]:
    return one.before.total(), one.after.total(), one.gone, one.new, len(one.missed)


TWO_DAYS_AT_162 = [(40, 162), (39, 162), (38, 120)]


def test_a_higher_limit_loses_what_was_between() -> None:
    taken = pressures(*TWO_DAYS_AT_162, (20, 170), (19, 171), (18, 120))
    assert counts(tried(taken, "systolic=165")) == (2, 1, 1, 0, 0)


def test_a_lower_limit_finds_more() -> None:
    assert counts(tried(pressures((40, 152), (39, 153), (38, 120)), "systolic=150")) == (0, 1, 0, 1, 0)


def test_an_episode_that_only_becomes_shorter_is_not_gone() -> None:
    taken = pressures((40, 162), (39, 163), (38, 170), (37, 171), (36, 120))
    assert counts(tried(taken, "systolic=165")) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize(("days", "missed"), [(39, 0), (38.9, 1), (32, 1), (31.9, 0)])
def test_what_is_gone_is_missed_when_something_severe_follows_within_a_week(days: float, missed: int) -> None:
    one = tried(pressures(*TWO_DAYS_AT_162), "systolic=165", severe=(days,))
    assert len(one.missed) == missed


def test_what_the_rule_itself_raises_later_counts_as_following() -> None:
    taken = pressures(*TWO_DAYS_AT_162, (35, 170), (34, 171), (33, 120))
    assert counts(tried(taken, "systolic=165")) == (2, 1, 1, 0, 1)


def test_readings_before_the_span_are_history_and_not_counted() -> None:
    one = tried(pressures((91, 165), (89.5, 166), (88, 120)), "systolic=150")
    assert (one.readings, one.before.total()) == (2, 1)


def test_a_patients_own_limit_stays_in_force_unless_the_patient_is_asked_about() -> None:
    theirs = Case("Europe/Paris", NOON, limits=(own_limit("BP-S2", "systolic", "155"),))
    programme = Case("Europe/Paris", NOON, limits=(own_limit("BP-S2", "systolic", "155", "programme:hypertension"),))
    everybody, them = question("systolic=165"), question("systolic=165", case=theirs, own=True)

    def now(case: Case) -> str:
        return limit_in_force(RULES["BP-S2"], "systolic", case, NOON).amounts[0].text

    assert [now(changed(theirs, everybody)), now(changed(programme, everybody)), now(changed(theirs, them))] == [
        "155", "165", "165",
    ]  # fmt: skip


def test_a_limit_beyond_the_absolute_one_holds_for_the_whole_span() -> None:
    year = asked("BP-G3", [("systolic", "185")], None, (NOON - timedelta(days=365), NOON), CRISIS_LATER, own=True)
    case = changed(CRISIS_LATER, year)
    for days in range(0, 365, 13):
        at = NOON - timedelta(days=days)
        assert limit_in_force(RULES["BP-G3"], "systolic", case, at).amounts[0].text == "185"


CRISIS_LATER = Case(
    "Europe/Paris", NOON,
    limits=tuple(
        Limit("BP-SEV", "systolic", Amount("190", "mm[Hg]"), NOON - timedelta(days=80 * time), None, PATIENT, "Dr Wu",
              "provider", "known")
        for time in range(6)
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "wanted", "unit", "complaint"),
    [
        ("BP-S2", ["systolik=165"], None, "did you mean systolic?"),
        ("BP-S2", ["systolic=abc"], None, "'abc' is no number above 0"),
        ("BP-S2", ["systolic=165", "diastolic=abc"], None, "'abc' is no number above 0"),
        ("BP-S2", ["systolic=165"], "kg", "allowed units: mmHg, mm[Hg], kPa"),
        ("BP-S2", ["systolic=185"], None, "would be reached before systolic of BP-S2"),
        ("BP-S2", ["systolic=90"], None, "would be below diastolic of BP-S2"),
        ("GLU-L1", ["low=65"], None, "needs a unit; say --unit mg/dL or --unit mmol/L"),
    ],
)
def test_what_cannot_be_set_cannot_be_tried(rule: str, wanted: list[str], unit: str | None, complaint: str) -> None:
    with pytest.raises(RegistryError) as refused:
        question(*wanted, rule=rule, unit=unit)
    assert complaint in str(refused.value)
