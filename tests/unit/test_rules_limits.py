"""Whose limit is in force, and for how long: the patient's own, a programme's, the published one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.measures import BLOOD_PRESSURE
from thresholds import RULES
from thresholds.compare import component_of
from thresholds.limits import limit_in_force, limits_at
from thresholds.types import Amount, Case, Limit, Parameter, Rule, Sample

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
SYSTOLIC = Parameter(
    "systolic",
    "systolic pressure from which on it is severe",
    (Amount("180", "mm[Hg]"),),
    "lower",
    component_of(BLOOD_PRESSURE, "systolic").accepts,
    widest=Amount("180", "mm[Hg]"),
)
FLOOR = replace(SYSTOLIC, name="floor", safer="higher", pairs=(Amount("90", "mm[Hg]"),), widest=Amount("80", "mm[Hg]"))
RULE: Rule = replace(RULES["BP-SEV"], parameters=(SYSTOLIC, FLOOR))


def limit(text: str, origin: str = "patient", *, unit: str = "mm[Hg]", since: int = 0, **more: str) -> Limit:
    return Limit(
        "BP-SEV", more.pop("parameter", "systolic"), Amount(text, unit), MORNING + timedelta(days=since),
        origin=origin, author="dr.bell", **more,
    )  # fmt: skip


def origins(*limits: Limit, name: str = "systolic", day: float = 1) -> list[tuple[str, str]]:
    case = Case("UTC", MORNING, limits=limits)
    return [(each.origin, each.amounts[0].text) for each in limits_at(RULE, name, case, MORNING + timedelta(days=day))]


def test_without_a_limit_the_published_one_is_in_force() -> None:
    assert limit_in_force(RULE, "systolic", Case("UTC", MORNING), MORNING).amounts == SYSTOLIC.pairs


def test_the_patients_own_limit_is_before_the_programmes_and_the_published_one() -> None:
    own, programme = limit("170"), limit("150", "programme:hypertension")
    assert origins(programme, own) == [
        ("patient", "170"), ("programme:hypertension", "150"), ("published", "180")
    ]  # fmt: skip


def test_of_several_programmes_the_safer_is_first_and_all_are_listed() -> None:
    lower = [limit("150", "programme:pregnancy"), limit("160", "programme:hypertension")]
    assert [origin for origin, _ in origins(*lower)] == ["programme:pregnancy", "programme:hypertension", "published"]
    higher = [limit("95", "programme:a", parameter="floor"), limit("100", "programme:b", parameter="floor")]
    assert [text for _, text in origins(*higher, name="floor")] == ["100", "95", "90"]


def test_which_is_safer_is_told_exactly_across_units() -> None:
    kilopascal = limit("21.3", "programme:kilopascal", unit="kPa")  # 159.76 mmHg
    assert origins(limit("160", "programme:mercury"), kilopascal)[0] == ("programme:kilopascal", "21.3")


def test_of_one_origin_the_limit_stated_latest_holds() -> None:
    assert origins(limit("150", since=0), limit("170", since=1)) == [("patient", "170"), ("published", "180")]
    assert origins(limit("170", since=1), limit("150", since=1))[0] == ("patient", "150")


@pytest.mark.parametrize(("day", "expected"), [(-0.001, "180"), (0, "170"), (2.999, "170"), (3, "180")])
def test_a_limit_holds_from_its_first_instant_to_before_its_end(day: float, expected: str) -> None:
    ends = replace(limit("170"), until_at=MORNING + timedelta(days=3))
    assert origins(ends, day=day)[0][1] == expected


@pytest.mark.parametrize(
    ("role", "reason", "expected"),
    [
        ("provider", "wears a device", "181"),
        ("provider", " ", "180"),
        ("nurse", "wears a device", "180"),
        ("", "", "180"),
    ],
)
def test_beyond_the_absolute_limit_only_a_providers_reason_leads(role: str, reason: str, expected: str) -> None:
    assert origins(limit("181", role=role, reason=reason))[0][1] == expected


def test_at_the_absolute_limit_nothing_is_widened() -> None:
    assert origins(limit("180"))[0] == ("patient", "180")
    assert origins(limit("79", parameter="floor"), name="floor")[0] == ("published", "90")
    assert origins(limit("80", parameter="floor"), name="floor")[0] == ("patient", "80")


@pytest.mark.parametrize(("day", "expected"), [(89.999, "patient"), (90, "published")])
def test_a_widening_expires_after_90_days(day: float, expected: str) -> None:
    assert origins(limit("200", role="provider", reason="known"), day=day)[0][0] == expected


def test_a_widening_tells_when_it_ends_the_sooner_of_both() -> None:
    forever = limit("200", role="provider", reason="known")
    sooner = replace(forever, until_at=MORNING + timedelta(days=30))
    for each, days in ((forever, 90), (sooner, 30)):
        found = limit_in_force(RULE, "systolic", Case("UTC", MORNING, limits=[each]), MORNING)
        assert found.until_at == MORNING + timedelta(days=days)
        assert (found.author, found.role, found.reason) == ("dr.bell", "provider", "known")


def test_a_widening_that_takes_no_effect_leaves_the_one_before_in_force() -> None:
    assert origins(limit("170"), limit("200", since=1))[0] == ("patient", "170")


def test_a_limit_that_the_rule_does_not_have_or_another_rules_is_left_out() -> None:
    high = Sample(UUID(int=1), MORNING, {name: Amount("175", "mmHg") for name in ("systolic", "diastolic")})
    others = [limit("10", parameter="pulse"), replace(limit("10"), rule="BP-S2")]
    assert RULES["BP-LOW-CRIT"].fold([high], MORNING, Case("UTC", MORNING, limits=others)) == []
    (found,) = RULES["BP-SEV"].fold([high], MORNING, Case("UTC", MORNING, limits=others))
    assert found.worth == 55  # of 120 diastolic, which is published


def test_a_parameter_that_the_rule_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="pulse"):
        limit_in_force(RULE, "pulse", Case("UTC", MORNING), MORNING)
