"""`rules what-if` on a record: nothing is written, and two processes find what one does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from flags.what_if.question import asked
from flags.what_if.replay import replay, replay_portion
from hearthline.__main__ import run
from tests.support.clinics import Clinic, clinic_at, fingerstick
from thresholds.types import Case

RULE = ("rules", "what-if", "--rule", "GLU-L1")
TO_65 = ("--set", "low=65", "--unit", "mg/dL")


@pytest.fixture
def clinic(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Anna is at 68 on one day and at 50 three days later, Bert at 62 once; both are well otherwise."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    with clinic_at(sqlite_database) as one:
        one.now = datetime.now(UTC)
        one.enrol("anna", "bert", "carl")
        for patient, values in {"anna": {20: 100, 19: 68, 18: 90, 16: 50, 15: 95}, "bert": {9: 62, 8: 99}}.items():
            taken = (
                fingerstick(patient, one.now - timedelta(days=day), f"{value} mg/dL") for day, value in values.items()
            )
            one.take(*taken)
        yield one


def answer(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    assert run([*RULE, *options, "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_it_tells_flags_before_and_after_and_what_would_be_missed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    before = clinic.episodes(), [(flag.id, flag.changed_at) for flag in clinic.flags()]
    told = answer(capsys, *TO_65)
    assert (told["readings"], told["patients_with_readings"]) == (7, 2)
    assert told["before"] == {
        "flags": 2, "by_severity": {"MOD": 2}, "patients": 2, "flags_per_patient": 1.0,
        "flags_per_100_patients_day": round(100 / 90, 4),
    }  # fmt: skip
    assert isinstance(told["after"], dict)
    assert told["after"]["flags"] == 1
    assert (told["gone"], told["new"], told["missed"]) == (1, 0, 1)
    assert isinstance(told["patients"], list)
    assert [each["patient"] for each in told["patients"]] == ["anna"]
    assert before == (clinic.episodes(), [(flag.id, flag.changed_at) for flag in clinic.flags()])


def test_one_patient_can_be_asked_about(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, *TO_65, "--patient", "bert", "--days", "30")
    assert (told["readings"], told["gone"], told["patients"]) == (2, 0, [])


def test_people_get_a_sheet(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*RULE, *TO_65]) == 0
    out = capsys.readouterr().out
    assert "low: 65 mg/dL in place of 70 mg/dL" in out
    assert "anna: 1 before, 0 after, 1 missed" in out
    assert "not monitoring" in out


@pytest.mark.parametrize(
    ("options", "code", "complaint"),
    [
        (("--rule", "GLU-L9", *TO_65), 2, "there is no rule GLU-L9; one of: "),
        (("--rule", "GLU-L1", "--set", "lo=65"), 1, "did you mean low?"),
        (("--rule", "GLU-L1", "--set", "low"), 2, "is not of the form name=value"),
        (("--rule", "GLU-L1", "--set", "low=65"), 1, "needs a unit"),
        (("--rule", "GLU-L1", "--set", "low=50", "--unit", "mg/dL"), 1, "would be reached before"),
        (("--rule", "GLU-L1", *TO_65, "--patient", "nobody"), 1, "no patient nobody"),
        (("--rule", "GLU-L1", *TO_65, "--patient", "carl"), 1, "no readings in the last 90 days"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: int, complaint: str
) -> None:
    assert run(["rules", "what-if", *options]) == code
    err = capsys.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_two_processes_find_what_one_does(clinic: Clinic) -> None:
    others = [f"patient-{number}" for number in range(200)]
    clinic.enrol(*others)
    clinic.store(*(fingerstick(each, clinic.now - timedelta(days=3), "68 mg/dL") for each in others[::7]))
    span = clinic.now - timedelta(days=90), clinic.now
    question = asked("GLU-L1", [("low", "65")], "mg/dL", span, Case("UTC", clinic.now), own=False)
    url, everybody, told = (
        clinic.engine.url.render_as_string(hide_password=False),
        ["anna", "bert", *others],
        list[int](),
    )
    assert replay(url, everybody, question, told.append) == replay_portion(url, everybody, question)
    assert sum(told) == len(everybody)
