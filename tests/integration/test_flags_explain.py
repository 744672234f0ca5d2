"""`flags explain`, from the record: of a flag, and of a time at which there was none."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hearthline.__main__ import run
from tests.support.clinics import Clinic, ago, clinic_at, fingerstick, pressure, sensor, weighing

Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def clinic(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    with clinic_at(sqlite_database) as one:
        one.enrol("anna", facts=["condition=heart_failure"])
        yield one


@pytest.fixture
def asked(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Asked:
    def ask(*options: str) -> dict[str, Any]:
        assert run(["flags", "explain", *options, "--json"]) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return ask


def whys(answer: dict[str, Any]) -> list[tuple[bool, str]]:
    return [(line["counted"], line["why"]) for line in answer["readings"]]


def test_a_flag_names_the_readings_of_its_newest_episode_and_counts_the_earlier_ones(
    clinic: Clinic, asked: Asked
) -> None:
    values = [(40, "50 mg/dL"), (30, "90 mg/dL"), (6, "52 mg/dL"), (5, "51 mg/dL"), (4, "95 mg/dL")]
    clinic.take(*(fingerstick("anna", ago(hours=hours), value) for hours, value in values))
    [flag] = clinic.flags("anna", "GLU-L2")
    answer = asked(str(flag.id))
    assert whys(answer)[-3:] == [(True, "breach"), (True, "breach"), (False, "ended the episode")]
    assert [episode["breaches"] for episode in answer["episodes"]] == [1, 2]
    assert answer["episode"]["breaches"] == 2
    assert answer["flag"]["id"] == str(flag.id)
    assert "not monitoring" in answer["notice"]


def test_a_flag_that_was_withdrawn_says_what_its_readings_are_worth_now(clinic: Clinic, asked: Asked) -> None:
    clinic.take(weighing("anna", ago(days=2), "80.0 kg"), weighing("anna", ago(days=1), "83.0 kg"))
    [flag] = clinic.flags("anna", "WT-HF-3D")
    clinic.run('UPDATE reading SET as_sent = \'{"weight": ["80.5", "kg"]}\' WHERE measured_at > \'2026-03-19 00:00\'')
    clinic.run("UPDATE evaluation SET due_at = '2026-03-20 11:00:00.000000'")
    clinic.run(
        "INSERT INTO evaluation (patient_id, stream, since, due_at, reason, attempts)"
        " VALUES ('anna', 'weight', '2026-03-01 00:00:00.000000', '2026-03-20 11:00:00.000000', 'registry', 0)"
    )
    clinic.settle()
    assert clinic.flags("anna", "WT-HF-3D")[0].status == "withdrawn"
    answer = asked(str(flag.id))
    assert (answer["flag"]["status"], answer["verdict"]) == ("withdrawn", "not breached")
    assert answer["figure"] == "+0.50 kg against Wed 18 Mar 13:00"


def test_why_there_was_no_flag_is_answered_for_the_time_that_was_asked(clinic: Clinic, asked: Asked) -> None:
    clinic.take(pressure("anna", ago(days=3), "150 90 mmHg"), pressure("anna", ago(hours=2), "186 100 mmHg"))
    before = asked("--patient", "anna", "--rule", "BP-SEV", "--at", ago(days=1).isoformat())
    assert (before["verdict"], before["flags"], len(before["readings"])) == ("not breached", [], 1)
    now = asked("--patient", "anna", "--rule", "BP-SEV", "--at", ago(hours=2).isoformat())
    assert (now["verdict"], now["because"]) == ("breached", "awaiting confirmation")
    assert now["flags"] == [str(clinic.flags("anna")[0].id)]
    later = asked("--patient", "anna", "--rule", "BP-SEV", "--at", ago(hours=1).isoformat())
    assert (later["verdict"], later["flags"]) == ("breached", now["flags"])


def test_a_reading_says_when_it_came_in_and_other_streams_are_counted(clinic: Clinic, asked: Asked) -> None:
    clinic.take(
        fingerstick("anna", ago(hours=3), "60 mg/dL"), sensor("anna", ago(hours=3)), sensor("anna", ago(hours=2))
    )
    answer = asked("--patient", "anna", "--rule", "GLU-L1")
    assert answer["other_streams"] == {"cgm": 2}
    assert answer["readings"][0]["received_at"].startswith("2026-03-20T12:00")


def test_a_limit_says_who_set_it_and_what_would_be_without_it(
    clinic: Clinic, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--rule", "BP-S2", "--patient", "anna")
    said = ("--reason", "closer look", "--role", "nurse", "--author", "Wu", "--from", "beginning")
    assert run(["plans", "set", *options, "--set", "systolic=155", *said]) == 0
    capsys.readouterr()
    limit = asked(*options)["limits"][0]
    assert (limit["amounts"], limit["author"], limit["role"], limit["reason"]) == (
        ["155 mm[Hg]"], "Wu", "nurse", "closer look",
    )  # fmt: skip
    assert limit["others"] == [{"origin": "published", "amounts": ["160 mm[Hg]"]}]
    assert run(["flags", "explain", *options]) == 0
    assert "155 mmHg, patient, set by Wu (nurse): closer look; published: 160 mmHg" in capsys.readouterr().out


def test_a_fact_that_was_used_says_who_stated_it(clinic: Clinic, asked: Asked) -> None:
    [fact] = asked("--patient", "anna", "--rule", "WT-HF-3D")["facts"]
    assert (fact["name"], fact["value"], fact["author"]) == ("condition", "heart_failure", "test")


def test_people_get_a_sheet_that_fits_on_a_screen(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.take(*(fingerstick("anna", ago(hours=hours), "50 mg/dL") for hours in range(1, 60, 2)))
    [flag] = clinic.flags("anna", "GLU-L2")
    assert run(["flags", "explain", str(flag.id)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40
    assert any("more, 1" in line and "of them counted" in line for line in lines)
    assert lines[-1].startswith("note")


@pytest.mark.parametrize(
    ("options", "code", "complaint"),
    [
        (["--patient", "nobody", "--rule", "BP-SEV"], 1, "no patient nobody"),
        (["--patient", "anna", "--rule", "BP-SEVERE"], 2, "there is no rule BP-SEVERE; one of: "),
        (["--patient", "anna"], 2, "name a flag, or --patient and --rule"),
        ([], 2, "name a flag, or --patient and --rule"),
        (["abcdef", "--rule", "BP-SEV"], 2, "name a flag, or --patient and --rule"),
        (["abcdef"], 1, "no id ends in abcdef"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], options: list[str], code: int, complaint: str
) -> None:
    assert run(["flags", "explain", *options]) == code
    assert complaint in capsys.readouterr().err
