"""Whose limits: set by somebody for a reason, judged from when they count, never edited; of patients and programmes."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from flags.sweep import sweep
from hearthline.__main__ import run
from hearthline.plans import lines as plan_lines
from models.engine import open_writer
from registry.case import case_of
from registry.enrolments import join_programme, leave_programme, list_enrolment_history, programmes_at
from registry.errors import RegistryError
from registry.limits import end_limit, list_ending, list_limit_history, list_limits, renew_limit, set_limits
from registry.waiting import list_waiting
from tests.support.clinics import NOW, Clinic, ago, broken_promises, pressure, weighing
from thresholds import RULES
from thresholds.limits import PATIENT, PROVIDER, limit_in_force
from thresholds.types import Amount, Limit

DAY = timedelta(days=1)


def limit(rule: str, parameter: str, amount: str, from_at: datetime = NOW, role: str = "nurse") -> Limit:
    return Limit(rule, parameter, Amount(*amount.split()), from_at, None, PATIENT, "Dr. Roy", role, "agreed")


def put(clinic: Clinic, *limits: Limit, patient: str = "anna", now: datetime = NOW) -> None:
    with Session(clinic.engine) as session, session.begin():
        set_limits(session, patient, limits, now=now)


def join(clinic: Clinic, programme: str, from_at: datetime = NOW, patient: str = "anna") -> None:
    with Session(clinic.engine) as session, session.begin():
        join_programme(session, patient, programme, author="Dr. Roy", now=NOW, from_at=from_at)


def told(clinic: Clinic, rule: str, parameter: str, at: datetime = NOW) -> tuple[str, str, str]:
    """(amount, origin, author) of the limit in force."""
    with Session(clinic.engine) as session:
        found = limit_in_force(RULES[rule], parameter, case_of(session, "anna", NOW), at)
    return found.amounts[0].text, found.origin, found.author


def rules_open(clinic: Clinic) -> set[str]:
    return {flag.rule for flag in clinic.flags("anna") if flag.status == "open"}


def settle_later(clinic: Clinic) -> None:
    clinic.settle()
    clinic.now += timedelta(minutes=2)
    clinic.settle()


def test_a_tighter_limit_is_judged_from_when_it_counts_and_withdrawn_when_it_ends(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna", facts=["condition=heart_failure"])
    any_clinic.take(*(weighing("anna", ago(days=days), f"{80 - days * 0.8:.1f} kg") for days in (3, 2, 1)))
    settle_later(any_clinic)
    assert rules_open(any_clinic) == set()
    put(any_clinic, limit("WT-HF-3D", "gain", "1.5 kg", ago(days=9)))
    settle_later(any_clinic)
    assert rules_open(any_clinic) == {"WT-HF-3D"}
    assert broken_promises(any_clinic) == []
    with Session(any_clinic.engine) as session, session.begin():
        end_limit(session, "anna", "WT-HF-3D", "gain", at=ago(days=9), author="Dr. Roy", now=NOW)
    settle_later(any_clinic)
    assert rules_open(any_clinic) == set()
    assert {flag.status for flag in any_clinic.flags("anna")} == {"withdrawn"}
    assert broken_promises(any_clinic) == []


def test_a_wider_limit_withdraws_what_it_would_not_have_raised(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    any_clinic.take(pressure("anna", ago(hours=3), "184 100 mmHg"))
    settle_later(any_clinic)
    assert rules_open(any_clinic) == {"BP-SEV"}
    put(any_clinic, limit("BP-SEV", "systolic", "190 mmHg", ago(days=1), PROVIDER))
    settle_later(any_clinic)
    assert rules_open(any_clinic) == set()
    assert broken_promises(any_clinic) == []


def test_limits_of_other_patients_change_nothing(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna", "bert")
    put(any_clinic, limit("BP-SEV", "systolic", "190 mmHg", ago(days=1), PROVIDER), patient="bert")
    any_clinic.take(*(pressure(patient, ago(hours=3), "184 100 mmHg") for patient in ("anna", "bert")))
    settle_later(any_clinic)
    assert {flag.patient_id for flag in any_clinic.flags(rule="BP-SEV")} == {"anna"}
    assert broken_promises(any_clinic) == []


def test_a_programme_brings_its_limits_and_its_condition_until_the_patient_leaves(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    any_clinic.take(*(weighing("anna", ago(days=days), f"{90 - 2 * days}.0 kg") for days in (4, 3, 2)))
    settle_later(any_clinic)
    assert rules_open(any_clinic) == set()
    join(any_clinic, "heart_failure", ago(days=5))
    settle_later(any_clinic)
    assert "WT-HF-3D" in rules_open(any_clinic)
    assert broken_promises(any_clinic) == []
    with Session(any_clinic.engine) as session, session.begin():
        leave_programme(session, "anna", "heart_failure", author="Dr. Roy", now=NOW, at=ago(days=5))
        assert programmes_at(session, "anna", NOW) == []
    settle_later(any_clinic)
    assert rules_open(any_clinic) == set()
    assert broken_promises(any_clinic) == []


def test_the_patients_own_limit_comes_before_that_of_a_programme(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    join(any_clinic, "hypertension")
    join(any_clinic, "post_discharge_30")
    assert told(any_clinic, "NODATA-BP", "info") == ("1", "programme:post_discharge_30", "Dr. Roy")
    put(any_clinic, limit("NODATA-BP", "info", "2 d"))
    assert told(any_clinic, "NODATA-BP", "info") == ("2", "patient", "Dr. Roy")
    assert told(any_clinic, "NODATA-BP", "info", ago(days=1)) == ("3", "published", "")


def test_a_limit_stated_again_replaces_and_everything_stays_in_the_history(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    put(any_clinic, limit("BP-S2", "systolic", "165 mmHg", ago(days=9)))
    put(any_clinic, limit("BP-S2", "systolic", "170 mmHg", ago(days=9)), now=NOW + DAY)
    put(any_clinic, limit("BP-S2", "systolic", "162 mmHg", ago(days=2)), now=NOW + DAY)
    with Session(any_clinic.engine) as session:
        assert [(each.amount, each.replaced_by is None) for each in list_limit_history(session, "anna")] == [
            ("165", False), ("170", True), ("162", True),
        ]  # fmt: skip
    then = [told(any_clinic, "BP-S2", "systolic", ago(days=days))[0] for days in (10, 9, 3, 2, 0)]
    assert then == ["160", "170", "170", "162", "162"]


def test_beyond_the_absolute_limit_it_ends_after_90_days_unless_a_provider_renews_it(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    put(any_clinic, limit("BP-SEV", "systolic", "190 mmHg", NOW, PROVIDER))
    last = NOW + 90 * DAY
    assert [told(any_clinic, "BP-SEV", "systolic", at)[0] for at in (last - DAY, last)] == ["190", "180"]
    with Session(any_clinic.engine) as session, session.begin():
        renewed = renew_limit(session, "anna", "BP-SEV", "systolic", author="Dr. Bo", reason="", now=NOW + 80 * DAY)
        assert (renewed.reason, renewed.until_at) == ("agreed", NOW + 170 * DAY)
        with pytest.raises(RegistryError, match="nothing to renew"):
            renew_limit(session, "anna", "BP-S2", "systolic", author="Dr. Bo", reason="", now=NOW)
    assert told(any_clinic, "BP-SEV", "systolic", last) == ("190", "patient", "Dr. Bo")


def test_a_limit_that_ends_soon_is_listed_unless_another_follows(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna", "bert")
    put(any_clinic, limit("BP-SEV", "systolic", "190 mmHg", ago(days=80), PROVIDER), now=ago(days=80))
    put(any_clinic, limit("BP-SEV", "systolic", "190 mmHg", ago(days=70), PROVIDER), patient="bert", now=ago(days=70))

    def ending() -> list[str]:
        with Session(any_clinic.engine) as session:
            return [each.patient_id for each in list_ending(session, NOW, 14 * DAY)]

    assert ending() == ["anna"]
    with Session(any_clinic.engine) as session, session.begin():
        renew_limit(session, "anna", "BP-SEV", "systolic", author="Dr. Roy", reason="", now=NOW)
    assert ending() == []


def test_a_limit_that_breaks_the_care_plan_of_a_programme_is_refused_with_the_row(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    wide = limit("BP-S2", "systolic", "175 mmHg")
    with Session(any_clinic.engine) as session, session.begin():
        join_programme(session, "anna", "hypertension", author="Dr. Roy", now=NOW, from_at=NOW)
    with pytest.raises(RegistryError, match=r"care plan of hypertension would not hold: hypertension.cases.csv line 6"):
        put(any_clinic, wide)
    with Session(any_clinic.engine) as session, session.begin():
        assert list_limits(session, "anna") == []
        leave_programme(session, "anna", "hypertension", author="Dr. Roy", now=NOW, at=NOW)
    put(any_clinic, wide)
    assert told(any_clinic, "BP-S2", "systolic")[0] == "175"


def test_who_sends_no_first_reading_within_48_hours_has_to_be_called(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna", "bert", "cleo")
    join(any_clinic, "post_discharge_30", ago(hours=49), "anna")
    join(any_clinic, "post_discharge_30", ago(hours=47), "bert")
    join(any_clinic, "post_discharge_30", ago(days=31), "cleo")
    any_clinic.take(weighing("anna", ago(hours=50)), pressure("anna", ago(hours=40), "128 78 mmHg"))
    with Session(any_clinic.engine) as session:
        assert [(each.patient_id, each.measure, each.due_at) for each in list_waiting(session, NOW)] == [
            ("anna", "weight", ago(hours=1)),
        ]  # fmt: skip
    any_clinic.take(weighing("anna", ago(hours=1)))
    with Session(any_clinic.engine) as session:
        assert list_waiting(session, NOW) == []


REFUSED: dict[str, tuple[Callable[[Session], object], str]] = {
    "an unknown programme": (
        lambda session: join_programme(session, "anna", "cough", author="a", now=NOW),
        "there is no programme 'cough'; known: diabetes, heart_failure, hypertension, ",
    ),
    "a patient who is in it": (
        lambda session: join_programme(session, "anna", "diabetes", author="a", now=NOW),
        "patient anna is in diabetes then",
    ),
    "a patient who is not in it": (
        lambda session: leave_programme(session, "anna", "hypertension", author="a", now=NOW),
        "patient anna is not in hypertension then",
    ),
    "a limit that is not there": (
        lambda session: end_limit(session, "anna", "BP-S2", "systolic", at=NOW, author="a", now=NOW),
        "systolic of BP-S2 has no limit of this patient's then",
    ),
    "a limit of nobody": (
        lambda session: set_limits(session, "pt-nobody", [limit("BP-S2", "systolic", "165 mmHg")], now=NOW),
        "no patient pt-nobody; see: hearthline patients list",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line(clinic: Clinic, what: str) -> None:
    act, complaint = REFUSED[what]
    clinic.enrol("anna")
    join(clinic, "diabetes", ago(days=1))
    with Session(clinic.engine) as session, pytest.raises(RegistryError) as refusal:
        act(session)
    assert str(refusal.value).startswith(complaint)


def test_a_programme_that_is_no_more_adds_nothing_and_stays_in_the_history(clinic: Clinic) -> None:
    clinic.enrol("anna")
    join(clinic, "hypertension", ago(days=1))
    clinic.run("UPDATE programme_enrolment SET programme = 'cough'")
    clinic.take(pressure("anna", ago(hours=3), "184 100 mmHg"))
    assert rules_open(clinic) == {"BP-SEV"}
    with Session(clinic.engine) as session:
        assert [each.programme for each in list_enrolment_history(session, "anna")] == ["cough"]


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line on a database with Ana; answers exit code, stdout, stderr."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert run_and_read("patients", "add", "Ana Ruiz", "--zone", "Europe/Madrid", "--id", "pt-ana")[0] == 0
    return run_and_read


Said = Callable[..., tuple[int, str, str]]
SET = ("plans", "set", "--patient", "pt-ana", "--role", "nurse", "--reason", "white coat", "--author", "Nurse Li")
S2 = (*SET, "--rule", "BP-S2")
ENROL = ("patients", "enrol", "--patient", "pt-ana", "--programme")


def lines(answer: tuple[int, str, str]) -> list[dict[str, Any]]:
    code, out, err = answer
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_whose_limit_counts_is_shown_with_who_set_it_and_what_it_came_before(said: Said) -> None:
    lines(said(*ENROL, "hypertension", "--author", "Dr. A", "--json"))
    assert said(*ENROL, "post_discharge_30", "--author", "Dr. B")[0] == 0
    lines(said(*S2, "--set", "systolic=155", "--json"))
    shown = {(each["rule"], each["parameter"]): each for each in lines(said("plans", "show", "pt-ana", "--json"))}
    own = shown["BP-S2", "systolic"]
    assert (own["origin"], own["author"], own["role"], own["reason"]) == ("patient", "Nurse Li", "nurse", "white coat")
    assert [each["origin"] for each in own["others"]] == ["programme:post_discharge_30", "published"]
    silence = shown["NODATA-BP", "info"]
    assert (silence["amounts"], silence["author"]) == ([{"text": "1", "unit": "d"}], "Dr. B")
    assert silence["others"][0]["author"] == "Dr. A"
    assert "programme:hypertension 2 d; published 3 d" in said("plans", "show", "pt-ana")[1]
    assert lines(said("plans", "show", "pt-ana", "--at", "2020-01-01", "--json")) == []
    [patient] = lines(said("patients", "show", "pt-ana", "--json"))
    assert [each["programme"] for each in patient["programmes"]] == ["hypertension", "post_discharge_30"]


def test_a_limit_is_ended_and_its_history_told(said: Said) -> None:
    lines(said(*S2, "--set", "systolic=165", "--set", "diastolic=102", "--json"))
    end = ("plans", "end", "--patient", "pt-ana", "--rule", "BP-S2", "--parameter", "systolic", "--author", "Dr. Roy")
    lines(said(*end, "--json"))
    assert said(*ENROL, "hypertension", "--author", "Dr. A")[0] == 0
    joined, *history = lines(said("plans", "history", "pt-ana", "--json"))
    assert (joined["origin"], joined["author"], joined["rule"]) == ("programme:hypertension", "Dr. A", None)
    assert [(each["parameter"], each["author"], each["replacing_author"]) for each in history] == [
        ("diastolic", "Nurse Li", None), ("systolic", "Nurse Li", "Dr. Roy"), ("systolic", "Dr. Roy", None),
    ]  # fmt: skip
    assert "by Dr. Roy" in said("plans", "history", "pt-ana")[1]


COMPLAINTS = {
    "an unknown number": ((*S2, "--set", "sistolic=165"), 1, "did you mean systolic?"),
    "a wrong unit": ((*S2, "--set", "systolic=165", "--unit", "kg"), 1, "allowed units: mmHg, mm[Hg], kPa"),
    "no number": ((*S2, "--set", "systolic"), 2, "'systolic' is not of the form name=value"),
    "an end before the start": (
        (*S2, "--set", "systolic=165", "--from", "2026-02-01", "--until", "2026-01-01"), 1, "not after it begins",
    ),
    "a unit that nobody said": (
        (*SET, "--rule", "GLU-L1", "--set", "low=4.0"), 1, "say --unit mg/dL or --unit mmol/L",
    ),
    "an unknown patient": (("plans", "show", "pt-none"), 1, "no patient pt-none"),
    "a baseline that a programme does not have": (
        (*ENROL, "diabetes", "--baseline", "70"), 2, "diabetes has no baseline",
    ),
    "an unknown programme": (("plans", "check", "cough"), 1, "there is no programme 'cough'; known: diabetes"),
}  # fmt: skip


@pytest.mark.parametrize("what", COMPLAINTS)
def test_what_is_mistyped_is_refused_in_one_line_with_what_is_allowed(said: Said, what: str) -> None:
    arguments, expected, complaint = COMPLAINTS[what]
    code, out, err = said(*arguments)
    assert (code, out, err.count("\n")) == (expected, "", 1)
    assert complaint in err
    assert lines(said("plans", "history", "pt-ana", "--json")) == []


def test_enrolment_states_the_weight_at_discharge_or_asks_for_it(said: Said) -> None:
    [line] = lines(said(*ENROL, "post_discharge_30", "--baseline", "71.2", "--author", "Dr. Roy", "--json"))
    assert line["dry_weight"] == "71.2"
    [fact] = lines(said("facts", "list", "--patient", "pt-ana", "--json"))
    assert (fact["name"], fact["value"], fact["author"]) == ("dry_weight", "71.2", "Dr. Roy")
    assert "heart_failure measures against dry_weight; state it" in said(*ENROL, "heart_failure")[2]
    leave = ("patients", "leave", "--patient", "pt-ana", "--programme", "post_discharge_30", "--json")
    [left] = lines(said(*leave))
    assert left["until_at"]


def test_a_limit_of_a_rule_that_is_off_says_so(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    off = {name: replace(rule, on=False) for name, rule in RULES.items()}
    monkeypatch.setattr(plan_lines, "RULES", off)
    assert said(*S2, "--set", "systolic=165")[2] == "hearthline: BP-S2 is off: it raises nothing\n"
    assert "BP-SEV" in {rule for each in lines(said("plans", "check", "--json")) for rule in each["off"]}


def test_enrolment_says_when_own_limits_break_the_care_plan(said: Said) -> None:
    lines(said(*S2, "--set", "systolic=179", "--json"))
    remarks = said(*ENROL, "hypertension")[2]
    assert "with the patient's own limits the care plan does not hold: hypertension.cases.csv line 6" in remarks


def test_programmes_are_listed_shown_and_checked(said: Said) -> None:
    assert "post_discharge_30" in [each["id"] for each in lines(said("plans", "list", "--json"))]
    assert "nobody: these words are shown to no patient" in said("plans", "show", "hypertension")[1]
    [shown] = lines(said("plans", "show", "post_discharge_30", "--json"))
    assert (shown["lasts"], shown["first_reading"]["weight"]) == ("30 d", "2 d")
    assert {each["programme"]: each["broken"] for each in lines(said("plans", "check", "--json"))}["hypertension"] == []
    assert len(lines(said("plans", "check", "diabetes", "--json"))) == 1
    assert said("plans", "waiting")[2] == "nobody has to be called\n"
    assert said("plans", "ending", "--within", "30d")[2] == "no limit ends so soon\n"


def silences(clinic: Clinic) -> list[tuple[str, str, str]]:
    return [(flag.rule, flag.severity, flag.status) for flag in clinic.flags("anna")]


def settle_at(clinic: Clinic, now: datetime) -> None:
    clinic.now = now
    clinic.settle()
    assert broken_promises(clinic) == []


def test_who_is_in_a_programme_and_sends_nothing_is_silent_from_enrolment_on(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    join(any_clinic, "hypertension", NOW)
    settle_at(any_clinic, NOW)
    assert {(stream, reason) for _, stream, reason, _ in any_clinic.queue()} == {("blood_pressure", "timer")}
    settle_at(any_clinic, NOW + 2 * DAY)
    assert silences(any_clinic) == []
    settle_at(any_clinic, NOW + 2 * DAY + timedelta(hours=1))
    assert silences(any_clinic) == [("NODATA-BP", "INFO", "open")]
    settle_at(any_clinic, NOW + 5 * DAY)
    assert silences(any_clinic) == [("NODATA-BP", "MOD", "open")]
    any_clinic.take(pressure("anna", NOW + 5 * DAY, "128 78 mmHg"))
    settle_at(any_clinic, NOW + 5 * DAY + timedelta(minutes=2))
    assert silences(any_clinic) == [("NODATA-BP", "MOD", "resolved")]


def test_who_leaves_before_a_first_reading_is_silent_no_more(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    join(any_clinic, "hypertension", NOW)
    settle_at(any_clinic, NOW + 3 * DAY)
    assert silences(any_clinic) == [("NODATA-BP", "INFO", "open")]
    with Session(any_clinic.engine) as session, session.begin():
        leave_programme(session, "anna", "hypertension", author="Dr. Roy", now=NOW + 3 * DAY)
    settle_at(any_clinic, NOW + 4 * DAY)
    assert [status for _, _, status in silences(any_clinic)] == ["withdrawn"]


def test_a_silence_that_a_first_reading_ended_stays_when_the_patient_leaves_later(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    join(any_clinic, "hypertension", NOW)
    settle_at(any_clinic, NOW + 3 * DAY)
    any_clinic.take(pressure("anna", NOW + 3 * DAY, "128 78 mmHg"))
    with Session(any_clinic.engine) as session, session.begin():
        leave_programme(session, "anna", "hypertension", author="Dr. Roy", now=NOW + 4 * DAY)
    settle_at(any_clinic, NOW + 4 * DAY)
    assert silences(any_clinic) == [("NODATA-BP", "INFO", "resolved")]


def test_a_silence_from_enrolment_is_shown_without_a_reading(said: Said) -> None:
    lines(said(*ENROL, "hypertension", "--from", "2026-01-05", "--json"))
    sweep_once()
    [flag] = lines(said("flags", "list", "--patient", "pt-ana", "--json"))
    assert (flag["rule"], flag["evidence"]["newest"]["values"]) == ("NODATA-BP", {})
    assert "enrolled, and no reading yet" in said("flags", "show", flag["id"])[1]
    assert "more than 4 d" in said("flags", "list")[1]
    assert said("flags", "explain", flag["id"])[0] == 0


def sweep_once() -> None:
    engine = open_writer(os.environ["HEARTHLINE_DATABASE__URL"])
    sweep(engine, clock=lambda: datetime.now(UTC))
    engine.dispose()
