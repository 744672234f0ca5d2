"""What people mistype and what strangers send: one line, the exit code of the contract, nothing half done."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from hearthline.__main__ import run
from hearthline.endings import find_id
from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import Decoding, handed_over
from models.engine import open_reader, open_writer
from models.tables import Refusal
from registry.holders import Holders

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TOPIC = "hearthline/v1/up/scale-0001/weight"
SCALE = ("devices", "assign", "scale-0001", "--patient", "pt-ana")
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs the command line on a database with Ana and a scale; answers exit code, stdout, stderr."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert run_and_read("patients", "add", "Ana Ruiz", "--zone", "Europe/Madrid", "--id", "pt-ana")[0] == 0
    assert run_and_read("devices", "enrol", "scale-0001", "scale-x")[0] == 0
    return run_and_read


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("patients", "add", "", "--zone", "UTC"), "not one line of 1 to 100 characters"),
        (("patients", "add", "Ana\x1b[2J", "--zone", "UTC"), "not one line"),
        (("patients", "add", "A" * 101, "--zone", "UTC"), "not one line"),
        (("patients", "add", "Ana", "--zone", "UTC", "--id", "has space/"), "not 1 to 40 of letters, digits"),
        (("patients", "add", "Ana", "--zone", "UTC", "--id", "y" * 41), "not 1 to 40 of letters, digits"),
        (("patients", "add", "Ana", "--zone", "UTC", "--fact", "condition=hart_failure"), "did you mean heart_failure"),
        (("patients", "add", "Ana", "--zone", "UTC", "--fact", "medcine=insulin"), "there is no fact 'medcine'"),
        (("patients", "add", "Ana", "--zone", "UTC", "--fact", "glucose_gap_hours=soon"), "is not in whole hours"),
        (("devices", "enrol", "scale-0002", ""), "not one line of 1 to 40 characters"),
        ((*SCALE, "--slot", "99999999999999999999"), "Invalid value for '--slot'"),
        ((*SCALE, "--from", "2026-01-05T07:00:00"), "'2026-01-05T07:00:00' says no offset from UTC; write it as"),
        ((*SCALE, "--from", "2026-01-05"), "says no offset from UTC"),
        (("flags", "list", "--since", "2026-01-05 07:00"), "says no offset from UTC"),
        (("simulate", "run", "--until", "2026-01-05T07:00"), "says no offset from UTC"),
        ((*SCALE, "--from", "0001-01-01T00:00:00Z"), "not between the years 1900 and 2199"),
        ((*SCALE, "--from", "9999-12-31T23:59:59-14:00"), "not between the years 1900 and 2199"),
        (("flags", "list", "--since", "0001-01-01T00:00:00+14:00"), "not between the years 1900 and 2199"),
        (("flags", "acknowledge", str(UUID(int=9)), "--by", ""), "not one line of 1 to 100 characters"),
        (("flags", "show", "12345"), "is not an id or the last 6 characters or more of one"),
        (("flags", "show", "' OR 1=1"), "is not an id or the last 6 characters"),
        (("quarantine", "list", "--state", "offen"), "there is no state offen; one of: open, resolved, dismissed"),
        (("quarantine", "list", "--code", "decode.odd"), "there is no code decode.odd; one of: decode."),
        (("simulate", "run", "--days", "100000"), "Invalid value for '--days'"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_refused_before_anything_is_written(
    said: Said, arguments: tuple[str, ...], complaint: str
) -> None:
    before = said("patients", "list", "--json"), said("devices", "list", "--json")
    code, out, err = said(*arguments)
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1
    assert (said("patients", "list", "--json"), said("devices", "list", "--json")) == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("flags", "list", "--patient", ""), "no patient "),
        (("flags", "show", "abcdef"), "no id ends in abcdef; see: hearthline flags list"),
        (("quarantine", "replay", "abcdef"), "no id ends in abcdef; see: hearthline quarantine list"),
    ],
)
def test_what_is_not_there_is_exit_1(said: Said, arguments: tuple[str, ...], complaint: str) -> None:
    code, out, err = said(*arguments)
    assert (code, out) == (1, "")
    assert complaint in err


def refuse(url: str, *ids: UUID) -> None:
    """Rows of the quarantine with these ids."""
    nothing = {"message_id": UUID(int=0), "element": 0, "device_id": None, "given_id": None, "pointer": ""}
    rows = [
        {**nothing, "id": each, "code": "decode.not_json", "detail": "", "state": "open", "received_at": NOW}
        for each in ids
    ]
    engine = open_writer(url)
    with engine.begin() as connection:
        connection.execute(insert(Refusal), rows)
    engine.dispose()


def test_the_end_of_an_id_is_enough_as_long_as_it_is_the_only_one(said: Said, sqlite_database: str) -> None:
    refuse(sqlite_database, UUID("01a203b8-6f01-88af-8f61-b3139ed3fde6"), UUID("01a203b8-6f01-88af-8f61-00009ed3fde6"))
    assert "received" in said("quarantine", "show", "b3139ed3fde6")[1]
    assert "received" in said("quarantine", "show", "8F61-B3139ED3FDE6")[1]
    code, out, err = said("quarantine", "show", "9ed3fde6")
    assert (code, out) == (2, "")
    assert "more than one id ends in 9ed3fde6; write more of it" in err


def test_both_databases_find_an_id_by_its_end(database_url: str) -> None:
    number = UUID("01a203b8-6f01-88af-8f61-b3139ed3fde6")
    refuse(database_url, number, UUID(int=9))
    engine = open_reader(database_url)
    with Session(engine) as session:
        assert find_id(session, Refusal, "9ed3fde6") == find_id(session, Refusal, "8f61b3139ed3fde6") == number
        assert find_id(session, Refusal, number.hex) == number
    engine.dispose()


def receive(url: str, payload: bytes) -> None:
    delivery, engine = handed_over(TOPIC, payload, NOW), open_writer(url)
    commit(engine, [Decoding(delivery, decode(payload, TOPIC, NOW))], Holders(), lambda: NOW)
    engine.dispose()


def shown(said: Said, *options: str) -> str:
    """The first refusal as `quarantine show` prints it."""
    number = json.loads(said("quarantine", "list", "--json")[1].splitlines()[0])["id"]
    code, out, err = said("quarantine", "show", number, *options)
    assert (code, err) == (0, "")
    return out


def test_of_an_array_the_refused_reading_is_shown_as_it_was_sent(said: Said, sqlite_database: str) -> None:
    good = '{"id": "a-1", "measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70, "unit": "kg"}}}'
    bad = '{"id":"a-2",  "measured_at": "2026-01-05T07:13:00Z", "values": {"weight": {"value": 70.00}}}'
    assert said(*SCALE)[0] == 0
    receive(sqlite_database, f"[{good}, {bad}]".encode())
    line = next(line for line in shown(said).splitlines() if line.startswith("was sent"))
    assert line.removeprefix("was sent").strip() == bad
    assert json.loads(shown(said, "--json"))["payload"] == f"[{good}, {bad}]"


def test_a_long_payload_is_bounded_and_cannot_steer_the_terminal(said: Said, sqlite_database: str) -> None:
    receive(sqlite_database, b"\x1b]0;title\x07" + "\u202e".encode() + b"x" * 50_000)
    out = shown(said)
    assert len(out) < 4000
    assert "48011 characters more: --json shows all" in out
    assert "\\x1b]0;title\\x07\\u202e" in out
    assert all(sign.isprintable() or sign == "\n" for sign in out)
    assert len(json.loads(shown(said, "--json"))["payload"]) == 50_011


def test_a_patient_is_shown_in_words_and_their_own_time(said: Said) -> None:
    assert said(*SCALE, "--slot", "2", "--from", "2026-01-05T07:00:00Z")[0] == 0
    out = said("patients", "add", "Bo", "--zone", "UTC", "--id", "pt-bo", "--fact", "condition=heart_failure")[1]
    assert "condition heart_failure, from the beginning (by command line)" in out
    assert "scale-0001 (slot 2), from 2026-01-05 08:00 +0100" in said("patients", "show", "pt-ana")[1]


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:secret@[::1", "postgresql://me:secret@host:port/x", "sqlite://", "mysql://me:secret@host/x"],
)
def test_an_address_that_is_none_is_a_setting_to_correct(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", url)
    assert run(["flags", "list"]) == 2
    err = capsys.readouterr().err
    assert "database.url" in err
    assert err.count("\n") == 1
    assert "secret" not in err


def test_a_folder_instead_of_a_database_is_exit_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", f"sqlite:///{tmp_path}")
    assert run(["flags", "list"]) == 3
    assert "cannot be opened" in capsys.readouterr().err
