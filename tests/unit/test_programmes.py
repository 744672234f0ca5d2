"""Programmes and their care plans: read strictly, shipped whole, and kept by the rules."""

import tomllib
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

import pytest

from registry.care_plans import COLUMNS, broken_rows, read_rows, table_of
from registry.errors import RegistryError
from registry.programmes import FOLDER, Programme, implied, programmes
from registry.programmes.reading import read_programme
from tests.support.places import ROOT
from thresholds import RULES
from thresholds.limits import limit_in_force, limits_at
from thresholds.types import Amount, Case, Limit

DAY = timedelta(days=1)
BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
LEAST = 'words = "w"\nsource = "s"\nreview = "4 w"\n[cadence]\nblood_pressure = "3 d"\n'
TOP = 'words = "w"\nsource = "s"\nreview = "4 w"\ncadence = { blood_pressure = "3 d" }\n'


def case_in(*names: str) -> Case:
    added = [implied(name, BEGAN, None, author="Dr. Roy") for name in names]
    facts = [fact for each in added for fact in each.facts]
    return Case("UTC", BEGAN, facts, limits=[limit for each in added for limit in each.limits])


def test_the_programmes_that_are_shipped() -> None:
    assert set(programmes()) == {
        "diabetes", "heart_failure", "hypertension", "hypertension_in_pregnancy", "post_discharge_30", "sleep_apnoea",
    }  # fmt: skip


@pytest.mark.parametrize("name", programmes())
def test_a_programme_has_a_care_plan_that_the_rules_keep(name: str) -> None:
    rows = list(read_rows(table_of(name)))
    assert any(row.must for row in rows)
    assert any(row.must_not for row in rows)
    assert broken_rows(programmes()[name]) == []


@pytest.mark.parametrize("programme", programmes().values(), ids=lambda each: each.name)
def test_words_for_the_patient_are_off_until_a_named_clinician_switches_them_on(programme: Programme) -> None:
    assert programme.patient_words
    assert programme.switched_on_by is None


def test_the_files_are_part_of_the_package() -> None:
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["registry"]
    files = [f"programmes/{path.name}" for path in FOLDER.iterdir() if path.suffix in (".toml", ".csv")]
    assert len(files) == 2 * len(programmes())
    assert [name for name in files if not any(fnmatch(name, pattern) for pattern in packed)] == []


REFUSED = {
    "no TOML": ("words = ", "the whole of it: not TOML: Invalid value (at end of document)"),
    "an unknown key": (TOP + "colour = 1\n", "colour: unknown; allowed: words, source, review, cadence"),
    "a missing key": ('words = "w"\n', "source: missing"),
    "a key of another kind": ("words = 3\n", "words: not a text"),
    "an unknown condition": (TOP + 'condition = "flu"\n', "condition: there is no 'flu'; allowed: heart_failure"),
    "a baseline that is no value": (TOP + 'baseline = "condition"\n', "baseline: there is no 'condition'; allowed: "),
    "a span without a unit": (TOP + 'lasts = "30"\n', "lasts: '30' is no span such as 48 h, 30 d or 6 w"),
    "an unknown measure": (
        TOP.replace("blood_pressure", "pressure"), "cadence.pressure: there is no 'pressure'; allowed: blood_pressure",
    ),
    "an unknown rule": (
        LEAST + '[limits.BP-S9]\nsystolic = "150 mmHg"\n',
        "limits.BP-S9.systolic: there is no rule with limits 'BP-S9'; did you mean BP-S2? known: BP-SEV",
    ),
    "an unknown number": (
        LEAST + '[limits.BP-S2]\nsistolic = "150 mmHg"\n',
        "limits.BP-S2.sistolic: there is no limit of BP-S2 'sistolic'",
    ),
    "an unknown severity": (
        LEAST + '[limits.NODATA-BP]\ncritical = "9 d"\n',
        "limits.NODATA-BP.critical: there is no limit of NODATA-BP 'critical'; known: info, moderate",
    ),
    "a wrong unit": (
        LEAST + '[limits.BP-S2]\nsystolic = "150 kg"\n',
        "limits.BP-S2.systolic: systolic of BP-S2 is not in 'kg'; allowed units: mmHg, mm[Hg], kPa",
    ),
    "a number without a unit": (
        LEAST + "[limits.BP-S2]\nsystolic = 150\n",
        "limits.BP-S2.systolic: systolic of BP-S2 is not in ''; allowed units",
    ),
    "systolic below diastolic": (
        LEAST + '[limits.BP-S2]\nsystolic = "90 mmHg"\n',
        "limits.BP-S2.systolic: systolic of BP-S2, 90 mmHg, would be below",
    ),
    "severe before less severe": (
        LEAST + '[limits.BP-SEV]\nsystolic = "150 mmHg"\n',
        "limits.BP-SEV.systolic: systolic of BP-SEV, 150 mmHg, would be",
    ),
    "beyond the absolute limit": (
        LEAST + '[limits.BP-SEV]\nsystolic = "190 mmHg"\n',
        "limits.BP-SEV.systolic: beyond the absolute limit, 180 mm[Hg]",
    ),
    "a phase that ends before it begins": (
        LEAST + '[[phases]]\nname = "p"\nwords = "w"\nbegin = "2 w"\nend = "1 w"\n',
        "phases.0.end: not after its begin",
    ),
    "a limit of a phase": (
        LEAST + '[[phases]]\nname = "p"\nwords = "w"\nlimits = { BP-S9 = { systolic = "150 mmHg" } }\n',
        "phases.p.limits.BP-S9.systolic: there is no rule with limits 'BP-S9'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_programme_is_refused_with_file_key_and_what_is_allowed(tmp_path: Path, what: str) -> None:
    text, complaint = REFUSED[what]
    path = tmp_path / "cough.toml"
    path.write_text(text)
    with pytest.raises(RegistryError) as refusal:
        read_programme(path)
    assert str(refusal.value).startswith(f"cough.toml, {complaint}")


def test_the_least_that_a_programme_says_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "cough.toml"
    path.write_text(LEAST)
    programme = read_programme(path)
    assert (programme.name, programme.review, programme.limits) == ("cough", 28 * DAY, ())


def test_a_phase_brings_its_limits_for_as_long_as_it_lasts() -> None:
    case = case_in("post_discharge_30")
    systolic = [
        limit_in_force(RULES["BP-S2"], "systolic", case, BEGAN + n * DAY).amounts[0].text for n in (-1, 0, 6, 7)
    ]
    assert systolic == ["160", "150", "150", "160"]


def test_a_programme_that_is_over_says_nothing_more() -> None:
    case = case_in("post_discharge_30")
    assert [case.has("condition", "discharged", BEGAN + n * DAY) for n in (-1, 0, 29, 30)] == [False, True, True, False]
    silence = [limit_in_force(RULES["NODATA-BP"], "info", case, BEGAN + n * DAY).origin for n in (29, 30)]
    assert silence == ["programme:post_discharge_30", "published"]


def test_who_leaves_early_leaves_the_limits_of_later_phases_too() -> None:
    added = implied("post_discharge_30", BEGAN, BEGAN + 3 * DAY, author="Dr. Roy")
    assert {each.until_at for part in added for each in part} == {BEGAN + 3 * DAY}
    assert {each.from_at for part in added for each in part} == {BEGAN}, "no phase begins after that"


def test_of_two_programmes_the_safer_limit_wins_and_both_are_known() -> None:
    found = limits_at(RULES["NODATA-BP"], "info", case_in("hypertension", "post_discharge_30"), BEGAN)
    assert [(each.origin, each.amounts[0]) for each in found] == [
        ("programme:post_discharge_30", Amount("1", "d")), ("programme:hypertension", Amount("2", "d")),
        ("published", Amount("3", "d")),
    ]  # fmt: skip


def test_a_limit_that_breaks_a_care_plan_names_the_row() -> None:
    wide = Limit("BP-S2", "systolic", Amount("175", "mmHg"), BEGAN, None)
    assert broken_rows(programmes()["hypertension"], [wide]) == [
        "hypertension.cases.csv line 6: BP-S2 does not flag 'grade 2 on two days' on day 2"
    ]
    tight = Limit("BP-S2", "systolic", Amount("120", "mmHg"), BEGAN, None)
    assert "hypertension.cases.csv line 3: BP-S2 flags 'at the goal' on day 2" in broken_rows(
        programmes()["hypertension"], [tight]
    )


BAD_ROWS = {
    "an unknown stream": (
        "a,1,08:00,pressure,120/80 mmHg,,,",
        "there is no stream 'pressure'; allowed: blood_pressure",
    ),
    "no time": ("a,1,8,weight,70 kg,,,", "'1' '8' is no day from 1 on and time such as 08:00"),
    "day zero": ("a,0,08:00,weight,70 kg,,,", "'0' '08:00' is no day from 1 on"),
    "no unit": ("a,1,08:00,weight,70,,,", "'70' is no reading such as 165/95 mmHg"),
    "another unit": ("a,1,08:00,weight,70 mmHg,,,", "'70 mmHg' is no weight; allowed units: %, [lb_av], g"),
    "an unknown rule": (
        "a,1,08:00,weight,70 kg,WT-HF-9D,,",
        "there is no rule 'WT-HF-9D' of weight; allowed: WT-HF-3D",
    ),
    "a rule of another stream": ("a,1,08:00,weight,70 kg,,BP-SEV,", "there is no rule 'BP-SEV' of weight"),
    "an unknown fact": ("a,1,08:00,weight,70 kg,,,mood=good", "there is no fact 'mood'; allowed: condition"),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_row_of_a_care_plan_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path, what: str) -> None:
    row, complaint = BAD_ROWS[what]
    path = table_of("cough", tmp_path)
    path.write_text(",".join(COLUMNS) + "\n" + row + "\n")
    with pytest.raises(RegistryError) as refusal:
        list(read_rows(path))
    assert str(refusal.value).startswith(f"cough.cases.csv line 2: {complaint}")


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = table_of("cough", tmp_path)
    path.write_text("case,day\n")
    with pytest.raises(RegistryError, match=r"cough\.cases\.csv line 1: the columns are case,day,time,stream,reading"):
        list(read_rows(path))
