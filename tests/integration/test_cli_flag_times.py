"""The times of a flag: in UTC for programs, in the patient's own time for people; nothing internal in either."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from hearthline.__main__ import run
from models.engine import open_writer
from models.tables import Flag

NUMBER = UUID(int=7)
SAMPLES = ("first", "worst", "newest")
WINTER, SUMMER = datetime(2026, 1, 5, 7, 12, tzinfo=UTC), datetime(2026, 7, 5, 7, 12, tzinfo=UTC)


def sample(number: int, at: datetime) -> dict[str, Any]:
    values = {"systolic": ["184", "mmHg"], "diastolic": ["121", "mmHg"]}
    return {"reading": str(UUID(int=number)), "measured_at": at.isoformat(), "values": values, "doubtful": False}


def raise_flag(url: str, zone: str) -> None:
    """Begun in winter and gone on in summer, as evaluation writes it."""
    assert run(["patients", "add", "Ana Ruiz", "--zone", zone, "--id", "pt-ana"]) == 0
    raised = {"at": WINTER.isoformat(), "actor": "system", "from": None, "to": "open", "note": "raised"}
    samples = {"first": sample(1, WINTER), "worst": sample(1, WINTER), "newest": sample(2, SUMMER)}
    row = {
        "id": NUMBER, "patient_id": "pt-ana", "measure": "blood_pressure", "rule": "BP-SEV", "severity": "CRIT",
        "status": "open", "since": WINTER, "until": SUMMER, "raised_at": WINTER, "changed_at": WINTER, "episodes": 1,
        "breaches": 2, "late": False, "ended": False, "awaiting_confirmation": False, "not_confirmed": False,
        "evidence": {**samples, "figure": None, "worth": "64"}, "history": [raised],
    }  # fmt: skip
    engine = open_writer(url)
    with engine.begin() as connection:
        connection.execute(insert(Flag), [row])
    engine.dispose()


@pytest.fixture
def url(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    return sqlite_database


@pytest.mark.parametrize("command", [("list",), ("show", str(NUMBER))], ids=lambda command: command[0])
def test_a_program_gets_instants_in_utc_and_the_patients_offset_then(
    url: str, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    raise_flag(url, "Europe/Madrid")
    capsys.readouterr()
    assert run(["flags", *command, "--json"]) == 0
    line = json.loads(capsys.readouterr().out)
    times = {name: (line["evidence"][name]["measured_at"], line["evidence"][name]["utc_offset"]) for name in SAMPLES}
    winter, summer = ("2026-01-05T07:12:00Z", 60), ("2026-07-05T07:12:00Z", 120)
    assert times == {"first": winter, "worst": winter, "newest": summer}
    assert line["evidence"]["newest"].keys() == {"reading", "measured_at", "utc_offset", "values", "doubtful"}
    assert [step["at"] for step in line["history"]] == ["2026-01-05T07:12:00Z"]
    assert line["evidence"].keys() == {*SAMPLES, "figure"}


@pytest.mark.parametrize(
    ("zone", "began", "went_on"),
    [
        ("Europe/Madrid", "2026-01-05 08:12 +0100", "2026-07-05 09:12 +0200"),
        ("Europe/London", "2026-01-05 07:12 +0000", "2026-07-05 08:12 +0100"),
    ],
)
def test_a_person_reads_every_time_in_the_patients_own(
    url: str, capsys: pytest.CaptureFixture[str], zone: str, began: str, went_on: str
) -> None:
    raise_flag(url, zone)
    capsys.readouterr()
    assert run(["flags", "show", str(NUMBER)]) == 0
    page = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    shown = {name: rest for name, rest in page if name in ("since", "until", "first", "newest", "history")}
    assert (shown["since"], shown["until"]) == (began, went_on)
    assert shown["first"].startswith(began)
    assert shown["newest"].startswith(went_on)
    assert shown["history"].startswith(began)
