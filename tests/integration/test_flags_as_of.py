"""`flags as-of`: the worklist as it stood, told by the history of each flag."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from flags.actions import acknowledge
from hearthline.__main__ import run
from tests.support.clinics import Clinic, ago, clinic_at, fingerstick, pressure

Asked = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def clinic(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Anna's crisis three hours ago, raised at once and acknowledged an hour later; a second breach an hour ago."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    with clinic_at(sqlite_database) as one:
        one.enrol("anna", "bert")
        one.now = ago(hours=3)
        one.take(pressure("anna", ago(hours=3), "185 100 mmHg"))
        one.now = ago(hours=2)
        with Session(one.engine) as session, session.begin():
            acknowledge(session, one.flags("anna")[0].id, actor="nurse", note="called", now=one.now)
        one.now = ago(hours=1)
        one.take(pressure("anna", ago(hours=1), "191 104 mmHg"), fingerstick("bert", ago(hours=1), "50 mg/dL"))
        yield one


@pytest.fixture
def asked(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Asked:
    def ask(at: datetime, *options: str) -> list[dict[str, Any]]:
        assert run(["flags", "as-of", at.isoformat(), "--json", *options]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ask


def test_before_the_first_flag_was_raised_there_was_none(asked: Asked) -> None:
    assert asked(ago(hours=3, seconds=1)) == []


@pytest.mark.parametrize(("hours", "status"), [(3, "open"), (2.5, "open"), (2, "acknowledged"), (1.5, "acknowledged")])
def test_a_flag_has_the_status_of_its_last_step_by_then(asked: Asked, hours: float, status: str) -> None:
    [line] = asked(ago(hours=hours))
    assert (line["rule"], line["status"]) == ("BP-SEV", status)
    assert [step["to"] for step in line["history"]][-1] == status


def test_a_reading_of_later_is_not_shown_and_the_flag_says_that_it_changed_since(asked: Asked) -> None:
    [line] = asked(ago(hours=2.5))
    assert line["evidence"]["newest"]["values"]["systolic"] == ["185.0", "mmHg"]
    assert line["certain"] is False
    assert line["ended"] is line["awaiting_confirmation"] is None
    assert datetime.fromisoformat(line["until"]) <= ago(hours=2.5)


def test_what_did_not_change_since_is_shown_as_it_is(asked: Asked, clinic: Clinic) -> None:
    lines = asked(ago(hours=1))
    assert [(line["rule"], line["certain"]) for line in lines] == [("BP-SEV", True), ("GLU-L2", True), ("BP-G3", True)]
    assert lines[0]["evidence"]["newest"]["values"]["systolic"] == ["191.0", "mmHg"]
    assert [line["patient"] for line in asked(ago(hours=1), "--patient", "bert")] == ["bert"]


def test_people_see_what_was_to_be_worked_on_and_what_is_not_known(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["flags", "as-of", ago(hours=2.5).isoformat()]) == 0
    out, err = capsys.readouterr()
    assert "185.0/100.0 mmHg" in out
    assert "changed since" in out
    assert "1 of 1 changed since" in err


def test_a_time_without_an_offset_is_refused(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flags", "as-of", "2026-03-20T12:00:00"]) == 2
    assert "says no offset from UTC" in capsys.readouterr().err
