"""What is known of a patient: dated, with an author, replaced and never edited; rules look again."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hearthline import unjudged
from hearthline.__main__ import run
from registry.case import case_of
from registry.errors import RegistryError
from registry.facts import end_fact, in_force, list_fact_history, list_facts, set_fact
from tests.support.clinics import NOW, Clinic, ago, broken_promises, clinic_at, weighing
from thresholds import RULES
from thresholds.facts import decimal_fact

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs the command line on a database with Ana; answers exit code, stdout, stderr."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert run_and_read("patients", "add", "Ana Ruiz", "--zone", "Europe/Madrid", "--id", "pt-ana")[0] == 0
    return run_and_read


def facts(said: Said, command: str, *options: str) -> list[dict[str, Any]]:
    code, out, err = said("facts", command, "--patient", "pt-ana", *options, "--json")
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def state(said: Said, name: str, value: str, *options: str) -> dict[str, Any]:
    [fact] = facts(said, "set", "--name", name, "--value", value, "--author", "Dr. Roy", *options)
    return fact


def test_of_values_the_newest_statement_holds_from_its_day_on(said: Said) -> None:
    state(said, "dry_weight", "70.5", "--unit", "kg", "--from", "2026-01-05")
    state(said, "dry_weight", "72", "--from", "2026-02-01")
    then = [
        [fact["value"] for fact in facts(said, "list", "--at", day)]
        for day in ("2026-01-04", "2026-01-05", "2026-01-31", "2026-02-01")
    ]
    assert then == [[], ["70.5"], ["70.5"], ["72"]]
    first, second = facts(said, "history")
    assert first["from_at"] == "2026-01-04T23:00:00Z", "a day begins in the patient's zone"
    assert (first["superseding_value"], first["superseded_from"]) == ("72", second["from_at"])
    assert (first["author"], second["superseded_from"]) == ("Dr. Roy", None)


def test_words_and_medicines_hold_beside_each_other_until_they_are_ended(said: Said) -> None:
    for value in ("furosemide 40 mg once daily", "ramipril 5 mg once daily"):
        state(said, "medicine", value, "--from", "2026-01-05")
    for value in ("heart_failure", "hypertension"):
        state(said, "condition", value, "--from", "beginning")
    facts(said, "end", "--name", "medicine", "--value", "ramipril 5 mg once daily", "--at", "2026-03-01")
    assert [fact["value"] for fact in facts(said, "list", "--at", "2026-02-01")] == [
        "heart_failure", "hypertension", "furosemide 40 mg once daily", "ramipril 5 mg once daily",
    ]  # fmt: skip
    assert [fact["value"] for fact in facts(said, "list", "--at", "2026-03-01")][2:] == ["furosemide 40 mg once daily"]


def test_a_correction_replaces_and_the_history_says_by_whom(said: Said) -> None:
    state(said, "dry_weight", "705.0", "--from", "2026-01-05")
    facts(said, "set", "--name", "dry_weight", "--value", "70.5", "--from", "2026-01-05", "--author", "Nurse Li")
    [now] = facts(said, "list")
    wrong, right = facts(said, "history")
    assert now["value"] == "70.5"
    assert (wrong["replaced_by"], wrong["replacing_author"], right["replaced_by"]) == (right["id"], "Nurse Li", None)
    table = said("facts", "history", "--patient", "pt-ana")[1]
    assert "by Nurse Li" in table


def test_saying_again_what_stands_changes_nothing(said: Said) -> None:
    assert state(said, "birth_date", "1950-12-31") == state(said, "birth_date", "1950-12-31")
    assert len(facts(said, "history")) == 1


REFUSED = {
    "an unknown name": (("dryweight", "70"), "there is no fact 'dryweight'; did you mean dry_weight? known: "),
    "an unknown word": (("condition", "flu"), "there is no condition 'flu'; known: heart_failure"),
    "a value that no rule could read": (("dry_weight", "70,5"), "dry_weight=70,5 is not in kg; write it as dry_weight"),
    "another unit": (("dry_weight", "155", "--unit", "lb"), "dry_weight is not stated in 'lb'; write it in kg"),
    "a unit of a word": (("condition", "hypertension", "--unit", "mmHg"), "leave the unit out"),
    "an end before the start": (
        ("dry_weight", "70", "--from", "2026-01-05", "--until", "2026-01-04"), "not after it begins",
    ),
    "a time without an offset": (("dry_weight", "70", "--from", "2026-01-05T08:00"), "says no offset from UTC"),
    "a day that is none": (("dry_weight", "70", "--from", "2026-02-30"), "not a time such as"),
    "no author": (("dry_weight", "70", "--author", " "), "not one line of 1 to 100 characters"),
    "a text that would break out of its line": (("medicine", "a\nb\x1b[2J"), "that medicine is not in words"),
    "a text without end": (("medicine", "x" * 201), "that medicine is not in words"),
    "no medicine": (("medicine", " "), "write it as medicine=furosemide 40 mg once daily"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_nobody_could_read_is_refused_with_what_is_allowed(said: Said, what: str) -> None:
    (name, value, *options), complaint = REFUSED[what]
    code, out, err = said("facts", "set", "--patient", "pt-ana", "--name", name, "--value", value, *options)
    assert code in (1, 2)
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err
    assert facts(said, "history") == []


def test_what_does_not_hold_cannot_end(said: Said) -> None:
    code, _, err = said("facts", "end", "--patient", "pt-ana", "--name", "condition", "--value", "hypertension")
    assert (code, err) == (
        1, "hearthline: condition=hypertension does not hold then; see: hearthline facts list --patient pt-ana\n",
    )  # fmt: skip


HEADER = "patient,name,value,unit,from,until,author\n"


def test_a_file_of_facts_counts_wholly(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "facts.csv"
    file.write_text(
        HEADER + 'pt-ana,dry_weight,70.5,kg,2026-01-05,,Dr. Roy\npt-ana,medicine,"furosemide, 40 mg",,2026-01-05,,\n'
    )
    for _ in range(2):
        assert said("facts", "import", str(file), "--author", "Nurse Li")[::2] == (
            0, "hearthline: 2 facts stated of 1 patients\n",
        )  # fmt: skip
    assert [(each["value"], each["author"]) for each in facts(said, "history")] == [
        ("70.5", "Dr. Roy"), ("furosemide, 40 mg", "Nurse Li"),
    ]  # fmt: skip


def test_a_file_with_a_bad_row_states_nothing_and_names_every_bad_line(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "facts.csv"
    file.write_text(
        HEADER + "pt-ana,dry_weight,70.5,kg,,,\npt-bo,dry_weight,70.5,kg,,,\npt-ana,dry_weight,155,lb,,,\n"
        "pt-ana,condition,hart_failure,,,,\npt-ana,dry_weight,70,,2026-01-05T08:00,,\n"
    )
    code, _, err = said("facts", "import", str(file))
    assert code == 1
    assert [line.split(": ", 2)[1] for line in err.splitlines()] == [
        "facts.csv line 3", "facts.csv line 4", "facts.csv line 5", "facts.csv line 6",
        "4 of 5 rows cannot be stated, so none was; mend the file and import it again; columns",
    ]  # fmt: skip
    assert "did you mean heart_failure? known: " in err
    assert facts(said, "history") == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"patient,name\n", "facts.csv line 1 lacks the column 'value'; columns: patient, name, value, unit"),
        (b"patient,name,value,name\n", "facts.csv line 1 has the column 'name' twice"),
        (b"patient,name,value,colour\n", "facts.csv line 1 has an unknown column 'colour'"),
        (b"patient,name,value\npt-ana,medicine,a,b\n", "facts.csv line 2 has too many columns"),
        (b"patient,name,value\n\xff\xfe,a,b\n", "facts.csv is not a CSV file in UTF-8"),
        (b"", "facts.csv line 1 lacks the column 'patient'"),
    ],
)
def test_a_file_that_is_no_table_of_facts_is_refused(
    said: Said, tmp_path: Path, content: bytes, complaint: str
) -> None:
    file = tmp_path / "facts.csv"
    file.write_bytes(content)
    code, _, err = said("facts", "import", str(file))
    assert code in (1, 2)
    assert complaint in err
    assert err.count("\n") == 1


def test_a_rule_that_lacks_a_fact_says_so_with_the_patient_and_below_the_worklist(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unjudged, "RULES", {"WT-HF-DRY": replace(RULES["WT-HF-DRY"], on=True)})
    state(said, "condition", "heart_failure")
    assert "WT-HF-DRY cannot judge: no dry weight" in said("patients", "show", "pt-ana")[1]
    assert "WT-HF-DRY cannot judge: no dry weight" in said("flags", "list", "--patient", "pt-ana")[2]
    [shown] = [json.loads(line) for line in said("patients", "show", "pt-ana", "--json")[1].splitlines()]
    assert {"rule": "WT-HF-DRY", "lacks": ["dry_weight"]} in shown["cannot_judge"]
    state(said, "dry_weight", "70.5")
    assert "WT-HF-DRY" not in said("patients", "show", "pt-ana")[1]
    assert "WT-HF-DRY" not in said("flags", "list", "--patient", "pt-ana")[2]


def test_a_condition_that_ended_judges_no_longer_from_then_on(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna", facts=["condition=heart_failure"])
    gains = [weighing("anna", ago(days=days), f"{90 - 2 * days}.0 kg") for days in (4, 3, 2)]
    any_clinic.take(*gains)
    any_clinic.settle()
    assert {flag.rule for flag in any_clinic.flags() if flag.status == "open"} >= {"WT-HF-3D"}
    with Session(any_clinic.engine) as session, session.begin():
        end_fact(session, "anna", "condition", "heart_failure", at=ago(days=30), author="test", now=NOW)
    any_clinic.settle()
    assert {flag.status for flag in any_clinic.flags()} == {"withdrawn"}
    any_clinic.now += timedelta(minutes=2)
    any_clinic.settle()
    assert broken_promises(any_clinic) == []


def test_rules_read_what_stands_and_the_history_keeps_the_rest(any_clinic: Clinic) -> None:
    any_clinic.enrol("anna")
    with Session(any_clinic.engine) as session, session.begin():
        for value in ("70", "71", "71"):
            set_fact(session, "anna", "dry_weight", value, author="test", now=NOW, from_at=ago(days=3))
        set_fact(session, "anna", "dry_weight", "72", author="test", now=NOW, from_at=ago(days=1))
        with pytest.raises(RegistryError, match="not after it begins"):
            set_fact(session, "anna", "dry_weight", "75", author="test", now=NOW, from_at=NOW, until_at=NOW)
    with Session(any_clinic.engine) as session:
        assert [fact.value for fact in list_facts(session, "anna")] == ["71", "72"]
        assert [fact.value for fact in list_fact_history(session, "anna")] == ["70", "71", "72"]
        assert [fact.value for fact in in_force(list_facts(session, "anna"), ago(days=2))] == ["71"]


@pytest.mark.slow
def test_of_two_who_state_a_value_at_once_one_stands(shared_clinic: Clinic) -> None:
    """The second waits for the first, and replaces what it did not see when it began."""
    shared_clinic.enrol("anna")

    def state_weight(value: str, worker: int) -> None:
        with Session(shared_clinic.workers[worker].engine) as session, session.begin():
            set_fact(session, "anna", "dry_weight", value, author="test", now=NOW, from_at=ago(days=1))

    with Session(shared_clinic.engine) as session, session.begin():
        set_fact(session, "anna", "dry_weight", "70", author="test", now=NOW, from_at=ago(days=1))
        second = Thread(target=state_weight, args=("71", 1))
        second.start()
        second.join(0.5)
        assert second.is_alive()
    second.join(10)
    with Session(shared_clinic.engine) as session:
        assert [fact.value for fact in list_facts(session, "anna")] == ["71"]


@pytest.fixture(scope="module")
def lasting_clinic(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """For many examples: one file, cleared between them."""
    file = tmp_path_factory.mktemp("facts") / "hearthline.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with clinic_at(f"sqlite:///{file}") as clinic:
        yield clinic


DAYS = st.integers(0, 6)
STATED = st.tuples(st.sampled_from(["70", "71", "72"]), DAYS, st.none() | st.integers(1, 6))
ENDED = st.tuples(st.none(), DAYS, st.none())


@given(said=st.lists(STATED | ENDED, max_size=8))
def test_whatever_is_stated_in_whatever_order_rules_read_what_is_listed_and_nothing_is_lost(
    lasting_clinic: Clinic, said: list[tuple[str | None, int, int | None]]
) -> None:
    lasting_clinic.clear()
    lasting_clinic.enrol("anna")
    kept: set[tuple[str, datetime, datetime | None, str]] = set()
    for number, (value, day, days) in enumerate(said):
        with Session(lasting_clinic.engine) as session, session.begin(), suppress(RegistryError):
            _say(session, value, ago(days=9) + timedelta(days=day), days, author=f"author {number}")
        with Session(lasting_clinic.engine) as session:
            history = {
                (each.value, each.from_at, each.until_at, each.author) for each in list_fact_history(session, "anna")
            }
            assert kept <= history
            kept = history
            case, facts = case_of(session, "anna", NOW), list_facts(session, "anna")
            for at in (ago(days=9) + timedelta(days=each) for each in range(14)):
                listed = [Decimal(each.value) for each in in_force(facts, at)]
                assert listed == [each for each in [decimal_fact(case, "dry_weight", at)] if each is not None]


def _say(session: Session, value: str | None, at: datetime, days: int | None, author: str) -> None:
    until = None if days is None else at + timedelta(days=days)
    if value is None:
        end_fact(session, "anna", "dry_weight", None, at=at, author=author, now=NOW)
    else:
        set_fact(session, "anna", "dry_weight", value, author=author, now=NOW, from_at=at, until_at=until)
