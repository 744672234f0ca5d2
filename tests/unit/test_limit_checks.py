"""Which limits may be set for a patient: what is refused says what is allowed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.errors import RegistryError
from registry.limit_checks import check_amount, checked, find_number, whole_unit
from thresholds import RULES
from thresholds.limits import PATIENT, PROVIDER, limit_in_force
from thresholds.types import Amount, Case, Limit

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def limit(rule: str, parameter: str, amount: str, role: str = "nurse", reason: str = "agreed") -> Limit:
    figure, _, unit = amount.partition(" ")
    return Limit(rule, parameter, Amount(figure, unit), NOW, None, PATIENT, "Nurse Li", role, reason)


def set_beside(wished: Limit, *others: Limit) -> Limit:
    return checked(wished, Case("UTC", NOW, limits=[*others, wished]))


REFUSED = {
    "an unknown rule": (limit("BP-S9", "systolic", "165 mmHg"), "no rule with limits 'BP-S9'; did you mean BP-S2?"),
    "an unknown number": (
        limit("BP-S2", "sistolic", "165 mmHg"),
        "no limit of BP-S2 'sistolic'; did you mean systolic?",
    ),
    "a wrong unit": (limit("BP-S2", "systolic", "165 kg"), "is not in 'kg'; allowed units: mmHg, mm[Hg], kPa"),
    "no number": (limit("BP-S2", "systolic", "high mmHg"), "'high' is no number above 0 such as 160"),
    "zero": (limit("BP-S2", "systolic", "0 mmHg"), "'0' is no number above 0"),
    "an exponent": (limit("BP-S2", "systolic", "1e2 mmHg"), "'1e2' is no number above 0"),
    "a figure that no cuff shows": (
        limit("BP-S2", "systolic", "1600 mmHg", PROVIDER),
        "1600 mmHg is no value that could be measured, for systolic of BP-S2: 40 to 299 mm[Hg]",
    ),
    "mg/dL said as mmol/L": (limit("GLU-L1", "low", "70 mmol/L"), "for low of GLU-L1: 10 to 1000 mg/dL"),
    "four of the last three days": (limit("BP-S2", "days", "4 1"), "beyond the absolute limit of days of BP-S2, 3 1"),
    "a role that nobody has": (limit("BP-S2", "systolic", "165 mmHg", "boss"), "allowed: nurse, provider"),
    "no reason": (limit("BP-S2", "systolic", "165 mmHg", reason=" "), "a limit needs a reason"),
    "systolic below diastolic": (
        limit("BP-S2", "systolic", "95 mmHg"),
        "systolic of BP-S2, 95 mmHg, would be below diastolic of BP-S2, 100 mm[Hg]",
    ),
    "severe before less severe": (
        limit("BP-SEV", "systolic", "170 mmHg"),
        "systolic of BP-SEV, 170 mmHg, would be reached before systolic of BP-G3",
    ),
    "a lower low than the very low": (
        limit("GLU-L1", "low", "2.9 mmol/L", PROVIDER),
        "low of GLU-L2, 54 mg/dL, would be reached before low of GLU-L1",
    ),
    "a silence that is HIGH before it is MOD": (
        limit("NODATA-WT", "high", "2 d"), "high of NODATA-WT, 2 d, would be reached before moderate of NODATA-WT, 3 d",
    ),
    "beyond the absolute limit, by a nurse": (
        limit("BP-SEV", "systolic", "190 mmHg"),
        "beyond the absolute limit of systolic of BP-SEV, 180 mm[Hg]; up to there",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_says_what_is_allowed(what: str) -> None:
    wished, complaint = REFUSED[what]
    with pytest.raises(RegistryError) as refusal:
        set_beside(wished)
    assert complaint in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "wished",
    [
        limit("BP-S2", "systolic", "165 mmHg"), limit("BP-S2", "systolic", "150 mmHg"),
        limit("BP-S2", "systolic", "180 mmHg"), limit("BP-S2", "systolic", "21.5 kPa"),
        limit("GLU-L1", "low", "4.0 mmol/L"), limit("NODATA-WT", "info", "36 h"),
    ],
    ids=lambda each: " ".join(each.amount),
)  # fmt: skip
def test_a_nurse_may_set_any_limit_up_to_the_absolute_one_and_it_does_not_expire(wished: Limit) -> None:
    assert set_beside(wished) == wished


def test_beyond_it_a_provider_may_and_it_ends_after_90_days() -> None:
    wished = limit("BP-SEV", "systolic", "190 mmHg", PROVIDER)
    assert set_beside(wished) == replace(wished, until_at=NOW + timedelta(days=90))
    soon = replace(wished, until_at=NOW + timedelta(days=7))
    assert set_beside(soon) == soon


def test_two_that_move_together_are_judged_together() -> None:
    grade, severe = limit("BP-G3", "systolic", "170 mmHg"), limit("BP-SEV", "systolic", "170 mmHg")
    with pytest.raises(RegistryError, match="would be reached before"):
        set_beside(severe)
    assert set_beside(severe, grade) == severe


def test_what_was_checked_is_what_the_rules_read() -> None:
    stored = set_beside(limit("BP-S2", "systolic", "165 mmHg"))
    case = Case("UTC", NOW, limits=[stored])
    assert limit_in_force(RULES["BP-S2"], "systolic", case, NOW).amounts == (Amount("165", "mmHg"),)
    assert limit_in_force(RULES["BP-S2"], "systolic", case, NOW - timedelta(days=1)).origin == "published"


def test_a_unit_is_guessed_only_where_one_alone_is_published() -> None:
    assert whole_unit(find_number("BP-S2", "systolic"), None) == "mm[Hg]"
    assert whole_unit(find_number("GLU-L1", "low"), "mmol/L") == "mmol/L"
    with pytest.raises(RegistryError, match="say --unit mg/dL or --unit mmol/L"):
        whole_unit(find_number("GLU-L1", "low"), None)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.parameters], ids=lambda rule: rule.id)
def test_what_is_published_may_be_set_wherever_it_is_not_absolute_and_upside_down(rule: object) -> None:
    rule = RULES[getattr(rule, "id")]  # noqa: B009  mypy sees an object from the table
    for number in rule.parameters:
        for pair in number.pairs:
            check_amount(find_number(rule.id, number.name), pair)
            wished = Limit(rule.id, number.name, pair, NOW, None, PATIENT, "Nurse Li", "nurse", "as published")
            assert set_beside(replace(wished, role=PROVIDER)).amount == pair
