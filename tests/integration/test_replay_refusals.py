"""`replay` of what cannot be a recording: one line, the exit code of the contract, and nobody enrolled."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hearthline.__main__ import run
from tests.support.places import free_port

MAP = ("--map", "measured_at=time,glucose=gl:mg/dL")
NEW = ("--device", "new", "--patient", "Ana Ruiz")
GOOD = "time,gl\n1675209784,78\n1675210084,70\n"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(
    capsys: pytest.CaptureFixture[str], sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Said:
    """Runs a command in a folder with files, without a broker; answers exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    monkeypatch.setenv("HEARTHLINE_BROKER__URL", f"mqtt://127.0.0.1:{free_port()}")
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "export").write_text(GOOD)
    (tmp_path / "one").write_text('{"measured_at": "2026-01-05T07:12:00Z", "values": {"weight": {"value": 70}}}')
    (tmp_path / "words.csv").write_text("time,gl\n1675209784,seventy\n")
    (tmp_path / "comma.csv").write_text("time;gl\n1675209784;7,8\n")
    (tmp_path / "header.csv").write_text("time,gl\n")
    (tmp_path / "local.csv").write_text("time,gl\n2015-06-06 16:50,78\n")
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "half.json").write_text('[{"id": "a"}, {"id":')
    (tmp_path / "odd.json").write_text('{"values": {"mood": {"value": 1, "unit": "1"}}}')
    (tmp_path / "bytes.json").write_bytes(os.urandom(300) + b"\xff")

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_and_read


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("good.csv", *NEW, "--map", "measured_at=when,glucose=gl:mg/dL"), "good.csv has no column when; it has time"),
        (("good.csv", *NEW, "--map", "measured_at=time,glucose=gl:stone"), "in 'stone' is not accepted, only in mg/dL"),
        (("good.csv", *NEW, "--map", "measured_at=time,mood=gl:1"), "no measure has mood"),
        (("good.csv", *NEW, "--map", "measured_at=time"), "the map needs a component"),
        (("good.csv", *NEW), "say what the columns of good.csv are, as in --map"),
        (("export", *NEW), "say what the columns of export are, as in --map"),
        (("good.csv", *NEW, "--format", "native"), "good.csv, line 1 is no JSON"),
        (("good.csv", *NEW, *MAP, "--format", "native"), "--map, --context and --only are for tables"),
        (("odd.json", *NEW, "--format", "csv"), "say what the columns of odd.json are, as in --map"),
        (("good.csv", *NEW, *MAP, "--format", "xml"), "Invalid value for '--format'"),
        (("words.csv", *NEW, *MAP), "no row of words.csv has a number in gl"),
        (("comma.csv", *NEW, *MAP), "its decimal sign must be a point"),
        (("header.csv", *NEW, *MAP), "header.csv has no row"),
        (("local.csv", *NEW, *MAP), "the times in local.csv have no offset; name their zone"),
        (("good.csv", *NEW, *MAP, "--zone", "Europe/Madird"), "unknown time zone 'Europe/Madird'"),
        (("good.csv", *NEW, *MAP, "--zone", "Europe"), "unknown time zone 'Europe'"),
        (("good.csv", *NEW, *MAP, "--zone", "../../etc/passwd"), "unknown time zone"),
        (("good.csv", *NEW, *MAP, "--measure", "mood"), "there is no measure mood; one of: blood_pressure, glucose"),
        (("good.csv", *NEW, *MAP, "--context", "specimen=blood"), "glucose has no specimen 'blood'; one of: capillary"),
        (("good.csv", *NEW, *MAP, "--only", "gl=1"), "good.csv has no row in which gl is '1'"),
        (("good.csv", "--device", "new", *MAP), "name them with --patient"),
        (("good.csv", "--device", "new", "--patient", " ", *MAP), "not one line of 1 to 100 characters"),
        (("good.csv", "--device", "SCALE", *MAP), "device id 'SCALE' does not fit"),
        (("good.csv", "--device", "kitchen/scale/1", *MAP), "device id 'kitchen/scale/1' does not fit"),
        (("good.csv", "--device", "scale-0001", "--patient", "Ana", *MAP), "device scale-0001 has its holder already"),
        (("empty.json", *NEW), "empty.json holds no readings"),
        (("half.json", *NEW), "half.json is no JSON"),
        (("odd.json", *NEW), "name it with --measure"),
        (("odd.json", *NEW, "--context", "specimen=plasma"), "--map, --context and --only are for tables"),
        (("bytes.json", *NEW), "bytes.json is not text in UTF-8"),
        (("bytes.json", *NEW, *MAP), "bytes.json is not text in UTF-8"),
        ((".", *NEW, *MAP), ". is a folder; name a file"),
        (("none.csv", *NEW, *MAP), "there is no none.csv; check the name"),
        (("none.csv", *NEW), "there is no none.csv; check the name"),
        (("odd.json", "none.json", *NEW), "there is no none.json; check the name"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_one_line_and_exit_2(said: Said, arguments: tuple[str, ...], complaint: str) -> None:
    code, out, err = said("replay", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("hearthline: ")
    assert complaint in err
    assert err.count("\n") == 1
    assert said("patients", "list", "--json") == (0, "", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("good.csv", *MAP),
        ("export", *MAP),
        ("export", *MAP, "--format", "csv"),
        ("one",),
        ("one", "--format", "native"),
    ],
    ids=" ".join,
)
def test_what_is_a_recording_fails_only_for_want_of_a_broker(said: Said, arguments: tuple[str, ...]) -> None:
    code, _, err = said("replay", *arguments, *NEW)
    assert (code, "no broker answers" in err) == (4, True)


def test_one_file_that_is_none_stops_those_beside_it(said: Said) -> None:
    assert said("replay", "good.csv", "words.csv", *NEW, *MAP)[0] == 2


@pytest.fixture
def closed_door() -> Iterator[int]:
    """Port of a listener at which the system takes connections and nobody speaks, as when a broker's inside died."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_broker_that_lets_nobody_in_is_exit_4(said: Said, closed_door: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINE_BROKER__URL", f"mqtt://127.0.0.1:{closed_door}")
    code, out, err = said("replay", "good.csv", "--device", "scale-0001", *MAP, "--settle", "0.5")
    assert (code, out) == (4, "")
    assert f"the broker at 127.0.0.1:{closed_door} lets nobody in" in err
