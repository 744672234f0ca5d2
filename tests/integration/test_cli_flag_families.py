"""`flags list` shows flags of one cause as one; `--all` and `--json` show each."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hearthline.__main__ import run
from models.engine import open_writer
from models.keys import derived_id
from models.tables import Flag, Process
from tests.support.clinics import NOW, clinic_at

EVIDENCE = {
    name: {"reading": "x", "measured_at": NOW.isoformat(), "values": {"systolic": ["184", "mmHg"],
           "diastolic": ["121", "mmHg"]}, "doubtful": False}
    for name in ("first", "worst", "newest")
}  # fmt: skip


def add_flag(url: str, rule: str, severity: str) -> str:
    flag = Flag(
        id=derived_id(rule), patient_id="pt-anna", measure="blood_pressure", rule=rule, severity=severity,
        status="open", since=NOW, until=NOW, raised_at=NOW, changed_at=NOW, episodes=1, breaches=1, late=False,
        ended=False, awaiting_confirmation=False, not_confirmed=False,
        evidence={**EVIDENCE, "figure": None, "worth": "1"},
        history=[{"at": NOW.isoformat(), "actor": "system", "from": None, "to": "open", "note": "raised"}],
    )  # fmt: skip
    engine = open_writer(url)
    with Session(engine) as session, session.begin():
        session.add(flag)
        named = str(flag.id)
    engine.dispose()
    return named


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run_and_read(*arguments: str) -> str:
        assert run(arguments) == 0
        return capsys.readouterr().out

    return run_and_read


@pytest.fixture
def raised(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    with clinic_at(sqlite_database) as clinic:
        clinic.enrol("pt-anna")
    rules = {"BP-S2": "HIGH", "BP-SEV": "CRIT", "BP-G3": "HIGH", "BP-PP": "INFO"}
    return {rule: add_flag(sqlite_database, rule, severity) for rule, severity in rules.items()}


def test_the_table_shows_the_highest_and_how_many_more(raised: dict[str, str], said: Callable[..., str]) -> None:
    lines = said("flags", "list").splitlines()[1:]
    assert len(lines) == 2
    assert "Severe blood pressure +2 more" in lines[0]
    assert lines[0].endswith(raised["BP-SEV"])
    assert len(said("flags", "list", "--all").splitlines()[1:]) == 4


def parsed(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_program_sees_each_with_its_cause(raised: dict[str, str], said: Callable[..., str]) -> None:
    told = {line["rule"]: (line["cause"], line["shown_with"]) for line in parsed(said("flags", "list", "--json"))}
    assert told == {
        "BP-SEV": ("high pressure", None),
        "BP-G3": ("high pressure", raised["BP-SEV"]),
        "BP-S2": ("high pressure", raised["BP-SEV"]),
        "BP-PP": (None, None),
    }


def test_a_filter_does_not_change_which_flag_it_is_shown_with(raised: dict[str, str], said: Callable[..., str]) -> None:
    [line] = parsed(said("flags", "list", "--rule", "BP-S2", "--json"))
    assert line["shown_with"] == raised["BP-SEV"]


def test_while_ingest_is_behind_the_list_says_so_once(
    raised: dict[str, str], sqlite_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    engine = open_writer(sqlite_database)
    with Session(engine) as session, session.begin():
        waits = now - timedelta(minutes=2)
        session.add(
            Process(kind="ingest", slot=0, holder="x", started_at=waits, seen_at=now, oldest_waiting=waits)
        )  # fmt: skip
    engine.dispose()
    assert run(("flags", "list")) == 0
    assert capsys.readouterr().err.count("ingest is behind") == 1
