"""The command line on a real database: enrol, read the worklist, act on it, look into quarantine."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from hearthline.__main__ import run
from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, handed_over
from models.engine import open_writer
from models.tables import Flag
from registry.holders import Holders
from tests.support.places import free_port

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TOPIC = "hearthline/v1/up/scale-0001/weight"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs the command line on a migrated database; answers exit code, stdout, stderr."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_and_read


@pytest.fixture
def lines(said: Said) -> Callable[..., list[dict[str, Any]]]:
    """Runs the command line with --json, which must succeed; answers its lines."""

    def run_and_parse(*arguments: str) -> list[dict[str, Any]]:
        code, out, err = said(*arguments, "--json")
        assert (code, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    return run_and_parse


@pytest.fixture
def writer(sqlite_database: str) -> Iterator[Any]:
    engine = open_writer(sqlite_database)
    yield engine
    engine.dispose()


def sample(at: datetime, systolic: str) -> dict[str, Any]:
    values = {"systolic": [systolic, "mmHg"], "diastolic": ["121", "mmHg"]}
    return {"reading": str(UUID(int=1)), "measured_at": at.isoformat(), "values": values, "doubtful": False}


def flag(number: int, severity: str, waits: timedelta, status: str = "open", patient: str = "pt-ana") -> dict[str, Any]:
    """A flag as evaluation writes it; one active flag of a patient and rule at most, so rules differ."""
    since = NOW - waits
    evidence = {name: sample(since, "184") for name in ("first", "worst", "newest")} | {"figure": None}
    rule = {"CRIT": "BP-SEV", "HIGH": "GLU-L1", "MOD": "SLP-AHI", "INFO": "NODATA-BP"}[severity]
    measure = {"BP-SEV": "blood_pressure", "NODATA-BP": "blood_pressure", "GLU-L1": "glucose"}.get(rule, "sleep")
    raised = {"at": since.isoformat(), "actor": "system", "from": None, "to": "open", "note": "raised"}
    return {
        "id": UUID(int=number), "patient_id": patient, "measure": measure, "rule": rule, "severity": severity,
        "status": status, "since": since, "until": since, "raised_at": since, "changed_at": since, "episodes": 1,
        "breaches": 2, "late": False, "ended": False, "awaiting_confirmation": False, "not_confirmed": False,
        "evidence": evidence, "history": [raised],
    }  # fmt: skip


@pytest.fixture
def worklist(said: Said, writer: Any) -> Said:
    """Ana's four flags and Bo's one, stored in no useful order."""
    for name, number in (("Ana Ruiz", "pt-ana"), ("Bo Li", "pt-bo")):
        assert said("patients", "add", name, "--zone", "Europe/Madrid", "--id", number)[0] == 0
    rows = [
        flag(1, "INFO", timedelta(days=9)),
        flag(2, "CRIT", timedelta(hours=1)),
        flag(3, "MOD", timedelta(days=3), status="resolved"),
        flag(4, "CRIT", timedelta(hours=5), patient="pt-bo"),
        flag(5, "HIGH", timedelta(days=2), status="acknowledged"),
    ]
    with writer.begin() as connection:
        connection.execute(insert(Flag), rows)
    return said


def test_a_patient_is_shown_with_facts_and_devices(lines: Callable[..., list[dict[str, Any]]]) -> None:
    [added] = lines("patients", "add", "Ana Ruiz", "--zone", "Europe/Madrid", "--fact", "condition=heart_failure")
    lines("devices", "enrol", "scale-0001", "scale-x")
    lines(
        "devices",
        "assign",
        "scale-0001",
        "--patient",
        added["id"],
        "--slot",
        "2",
        "--from",
        "2026-01-05T07:00:00+02:00",
    )
    [shown] = lines("patients", "show", added["id"])
    assert shown == lines("patients", "list")[0] | {"programmes": [], "cannot_judge": shown["cannot_judge"]}
    assert {"name": "Ana Ruiz", "zone": "Europe/Madrid"}.items() <= shown.items()
    assert [(fact["name"], fact["value"], fact["until_at"]) for fact in shown["facts"]] == [
        ("condition", "heart_failure", None)
    ]
    [held] = shown["devices"]
    assert held == {"device": "scale-0001", "slot": 2, "from_at": "2026-01-05T05:00:00Z", "until_at": None}
    [device] = lines("devices", "list")
    assert {"id": "scale-0001", "model": "scale-x", "gateway": None, "revoked_at": None}.items() <= device.items()
    assert device["assignments"] == [
        {"slot": 2, "patient": added["id"], "from_at": "2026-01-05T05:00:00Z", "until_at": None}
    ]


def test_a_patient_with_a_wrong_fact_is_not_half_enrolled(said: Said) -> None:
    assert said("patients", "add", "Ana", "--zone", "UTC", "--fact", "oops")[0] == 2
    assert said("patients", "list", "--json")[1] == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("patients", "show", "pt-none"), "no patient pt-none; see: hearthline patients list"),
        (("patients", "add", "Ana", "--zone", "Europe/Madri"), "unknown time zone 'Europe/Madri'"),
        (("devices", "enrol", "SCALE", "x"), "device id 'SCALE' does not fit"),
        (("devices", "assign", "scale-0001", "--patient", "pt-none"), "no device scale-0001"),
        (("flags", "show", str(UUID(int=9))), "no flag 00000000-0000-0000-0000-000000000009"),
        (("flags", "list", "--patient", "pt-none"), "no patient pt-none"),
        (("quarantine", "show", str(UUID(int=9))), "nothing in quarantine has the id"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_1(said: Said, arguments: tuple[str, ...], complaint: str) -> None:
    code, out, err = said(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("hearthline: ")
    assert complaint in err
    assert err.count("\n") == 1


def numbers(answer: list[dict[str, Any]]) -> list[int]:
    return [UUID(line["id"]).int for line in answer]


def test_the_worklist_is_ordered_by_severity_and_then_by_waiting(worklist: Said, lines: Callable[..., Any]) -> None:
    assert numbers(lines("flags", "list")) == [4, 2, 5, 3, 1]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (("--patient", "pt-bo"), [4]),
        (("--severity", "CRIT"), [4, 2]),
        (("--rule", "GLU-L1"), [5]),
        (("--status", "open"), [4, 2, 1]),
        (("--status", "resolved", "--status", "acknowledged"), [5, 3]),
        (("--since", (NOW - timedelta(hours=2)).isoformat()), [2]),
        (("--limit", "2"), [4, 2]),
    ],
)
def test_the_worklist_can_be_narrowed(
    worklist: Said, lines: Callable[..., Any], filters: tuple[str, ...], left: list[int]
) -> None:
    assert numbers(lines("flags", "list", *filters)) == left


@pytest.mark.parametrize("filters", [("--severity", "HOCH"), ("--rule", "BP-SEVERE"), ("--status", "done")])
def test_a_filter_that_no_flag_can_match_is_refused(worklist: Said, filters: tuple[str, ...]) -> None:
    code, out, err = worklist("flags", "list", *filters)
    assert (code, out) == (2, "")
    assert f"there is no {filters[0][2:]} {filters[1]}; one of: " in err


def test_a_flag_line_has_the_names_of_the_contract(worklist: Said, lines: Callable[..., Any]) -> None:
    line = lines("flags", "list", "--patient", "pt-bo")[0]
    assert {"patient": "pt-bo", "rule": "BP-SEV", "severity": "CRIT", "status": "open"}.items() <= line.items()
    assert line["since"] == "2026-01-05T07:00:00Z"
    assert not [name for name in line if name.endswith("_id")]


def test_the_table_shows_what_is_still_to_be_worked_on(worklist: Said) -> None:
    code, out, _ = worklist("flags", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["severity", "CRIT", "CRIT", "HIGH", "INFO"]
    assert "184/121 mmHg" in out


def test_a_flag_is_shown_in_words_with_source_and_the_patients_own_time(worklist: Said) -> None:
    out = worklist("flags", "show", str(UUID(int=4)))[1]
    assert "Bo Li (pt-bo)" in out
    assert "2026-01-05 08:00 +0100  systolic 184 mmHg, diastolic 121 mmHg" in out
    for part in ("words", "limit", "source", "standing", "history", "not monitoring, not for emergencies"):
        assert part in out


def test_a_flag_is_acknowledged_and_resolved_with_who_and_why(worklist: Said, lines: Callable[..., Any]) -> None:
    number = str(UUID(int=2))
    lines("flags", "acknowledge", number, "--by", "nurse", "--note", "called")
    [line] = lines("flags", "resolve", number, "--by", "doctor", "--note", "new dose")
    steps = [(step["actor"], step["to"], step["note"]) for step in line["history"]]
    assert line["status"] == "resolved"
    assert steps[1:] == [("nurse", "acknowledged", "called"), ("doctor", "resolved", "new dose")]
    assert {"words", "limit", "source", "standing"} <= line.keys()
    assert {"name": "Ana Ruiz", "zone": "Europe/Madrid"}.items() <= line.items()
    code, _, err = worklist("flags", "resolve", number)
    assert code == 1
    assert "is resolved" in err


def receive(writer: Any, payload: bytes) -> None:
    delivery = handed_over(TOPIC, payload, NOW)
    commit(writer, [Decoding(delivery, decode(payload, TOPIC, NOW))], Holders(), lambda: NOW)


def test_what_was_refused_is_listed_shown_and_tried_again(said: Said, lines: Callable[..., Any], writer: Any) -> None:
    payload = b'{"id": "a-1", "measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}'
    receive(writer, payload)
    [refusal] = lines("quarantine", "list", "--state", "open")
    assert {"device": "scale-0001", "code": "identify.unknown_device", "given_id": "a-1"}.items() <= refusal.items()
    [shown] = lines("quarantine", "show", refusal["id"])
    assert shown["payload"] == payload.decode()
    assert shown["meaning"].startswith("The device is not enrolled")
    code, out, _ = said("quarantine", "replay", refusal["id"], "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "quarantined")
    lines("patients", "add", "Ana", "--zone", "UTC", "--id", "pt-ana")
    lines("devices", "enrol", "scale-0001", "scale-x")
    assert said("devices", "assign", "scale-0001", "--patient", "pt-ana")[0] == 0
    [replayed] = lines("quarantine", "replay", refusal["id"])
    assert {"refusal": refusal["id"], "verdict": "stored", "code": None}.items() <= replayed.items()
    assert lines("quarantine", "list", "--state", "open", "--code", "identify.unknown_device") == []
    assert said("quarantine", "replay", refusal["id"])[0] == 1


def test_bytes_that_are_no_text_are_shown_as_hexadecimal(lines: Callable[..., Any], writer: Any) -> None:
    receive(writer, b"\xff\x1b[2J")
    [refusal] = lines("quarantine", "list")
    assert lines("quarantine", "show", refusal["id"])[0]["payload"] == "hex:ff1b5b324a"


def test_what_a_stranger_sent_cannot_steer_the_terminal(said: Said, writer: Any) -> None:
    receive(writer, b"\x1b[2Jhello")
    number = json.loads(said("quarantine", "list", "--json")[1])["id"]
    assert "\x1b" not in said("quarantine", "show", number)[1]


@pytest.mark.parametrize(
    "command",
    [("patients", "list"), ("flags", "list"), ("ingest",), ("simulate", "run"), ("db", "check")],
    ids=" ".join,
)
def test_a_database_without_schema_is_exit_3_with_the_command_that_mends_it(
    capsys: pytest.CaptureFixture[str], sqlite_url: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_url)
    code, captured = run(command), capsys.readouterr()
    assert (code, captured.out) == (3, "")
    assert captured.err == f"hearthline: no schema yet in {sqlite_url}; run: hearthline db upgrade\n"


def test_commands_work_on_both_databases(
    capsys: pytest.CaptureFixture[str], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", database_url)
    steps = (
        ("db", "check"),
        ("patients", "add", "Ana Ruiz", "--zone", "Europe/Madrid", "--id", "pt-ana", "--fact", "therapy=cpap"),
        ("devices", "enrol", "cpap-0001", "cpap-x"),
        ("devices", "assign", "cpap-0001", "--patient", "pt-ana"),
        ("flags", "list"),
        ("quarantine", "list"),
    )
    assert [run(step) for step in steps] == [0] * len(steps)
    capsys.readouterr()
    assert run(["patients", "show", "pt-ana", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["enrolled_at"].endswith("Z")
    assert [held["device"] for held in shown["devices"]] == ["cpap-0001"]


def test_db_upgrade_mends_it(
    capsys: pytest.CaptureFixture[str], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_url)
    assert run(["db", "upgrade", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made == {"database": sqlite_url, "before": None, "revision": made["revision"]}
    assert run(["db", "check"]) == 0


def test_a_server_that_is_away_is_exit_3_and_keeps_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", f"postgresql://me:secret@127.0.0.1:{free_port()}/hearthline")
    code, err = run(["db", "check"]), capsys.readouterr().err
    assert code == 3
    assert "cannot be reached" in err
    assert "me:***@127.0.0.1" in err
    assert "secret" not in err


@pytest.mark.parametrize("command", [("simulate", "run"), ("replay", "{file}", "--device", "scale-0001")], ids=" ".join)
def test_a_broker_that_is_away_is_exit_4_and_nobody_was_enrolled(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, command: tuple[str, ...]
) -> None:
    (tmp_path / "one.json").write_text('{"values": {"weight": {"value": 70, "unit": "kg"}}}')
    monkeypatch.setenv("HEARTHLINE_BROKER__URL", f"mqtt://127.0.0.1:{free_port()}")
    code, out, err = said(*(part.format(file=tmp_path / "one.json") for part in command))
    assert (code, out) == (4, "")
    assert "no broker answers at 127.0.0.1:" in err
    assert said("patients", "list", "--json")[1] == ""


def test_a_fault_that_does_not_exist_is_refused_with_the_nearest_name(said: Said) -> None:
    code, _, err = said("simulate", "run", "--faults", "duplicate,reordr")
    assert code == 2
    assert "no fault is named reordr; did you mean reorder?" in err
