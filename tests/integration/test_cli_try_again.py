"""What a device sent before anybody held it: refused, counted when it is assigned, and tried again in one command."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from hearthline.__main__ import run
from models.tables import Reading, Refusal
from tests.support.desks import CUFF, Desk, desk_at, pressure

OTHER = "cuff-0002"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Ana, and two cuffs nobody holds: two good readings and a faulty one of the first, one of the other."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    with desk_at(sqlite_database) as desk:
        desk.admit("ana")
        for device in (CUFF, OTHER):
            desk.enrol(device)
        desk.take(pressure("a"), pressure("b", at="2026-01-05T07:20:00Z"), pressure("c", at="soon"))
        desk.now += timedelta(seconds=1)
        desk.take(pressure("a"), device=OTHER)
        yield desk


@pytest.fixture
def said(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs the command line; answers exit code, stdout, stderr."""

    def run_and_read(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_and_read


def assign(said: Said) -> tuple[int, str, str]:
    return said("devices", "assign", CUFF, "--patient", "ana")


def numbers(desk: Desk, code: str) -> list[str]:
    return [str(row.id) for row in desk.all(Refusal) if (row.code, row.device_id) == (code, CUFF)]


def states(desk: Desk) -> list[tuple[str | None, str, str]]:
    return sorted((row.device_id, row.code, row.state) for row in desk.all(Refusal))


def test_an_assignment_says_what_can_be_tried_again_and_how(said: Said, desk: Desk) -> None:
    code, out, err = assign(said)
    assert code == 0
    assert err == (
        "hearthline: 2 open refusals of cuff-0001 can be tried again now: "
        "hearthline quarantine replay --device cuff-0001 --code identify.unassigned\n"
    )
    assert "again" not in out
    command = err.rpartition("now: hearthline ")[2].split()
    assert said(*command)[0] == 0
    assert sorted(filter(None, desk.readings())) == ["a", "b"]


def test_an_assignment_of_a_device_with_nothing_refused_says_nothing(said: Said, desk: Desk) -> None:
    desk.enrol("cuff-0003")
    assert said("devices", "assign", "cuff-0003", "--patient", "ana")[2] == ""


def test_all_that_is_open_of_a_code_is_tried_oldest_first_and_what_is_refused_again_stays(
    said: Said, desk: Desk
) -> None:
    assign(said)
    code, out, err = said("quarantine", "replay", "--code", "identify.unassigned", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (1, "")
    assert [(line["verdict"], line["code"]) for line in lines] == [
        ("stored", None), ("stored", None), ("quarantined", "identify.unassigned"),
    ]  # fmt: skip
    assert states(desk) == [
        (CUFF, "decode.bad_time", "open"),
        (CUFF, "identify.unassigned", "resolved"),
        (CUFF, "identify.unassigned", "resolved"),
        (OTHER, "identify.unassigned", "dismissed"),  # what the second try said, kept beside the first
        (OTHER, "identify.unassigned", "open"),
    ]


def test_of_a_device_all_codes_are_tried(said: Said, desk: Desk) -> None:
    assign(said)
    code, out, _ = said("quarantine", "replay", "--device", CUFF)
    assert code == 1
    assert sorted(line.split()[1:] for line in out.splitlines()) == [
        ["quarantined", "decode.bad_time"], ["stored"], ["stored"],
    ]  # fmt: skip
    assert len(desk.all(Reading)) == 2


def test_several_ids_are_tried_and_one_that_is_done_does_not_stop_the_others(said: Said, desk: Desk) -> None:
    assign(said)
    first, second = numbers(desk, "identify.unassigned")
    assert said("quarantine", "replay", first, first)[:2] == (0, f"{first.replace('-', '')[-8:]}  stored\n")
    code, out, err = said("quarantine", "replay", first, second)
    assert (code, out) == (1, f"{second.replace('-', '')[-8:]}  stored\n")
    assert err == f"hearthline: refusal {first} is resolved already; nothing to replay\n"


@pytest.mark.parametrize(
    ("arguments", "answer", "complaint"),
    [
        ((), 2, "which refusals?; name their ids, or all that are open with --code or --device"),
        (("00000000", "--device", CUFF), 2, "which refusals?"),
        (("--code", "identify.nobody"), 2, "there is no code identify.nobody"),
        (("00000000",), 1, "no id ends in 00000000"),
        (("--device", "cuff-0009"), 0, "nothing open in quarantine matches"),
    ],
)
def test_nothing_is_tried_that_was_not_named(
    said: Said, desk: Desk, arguments: tuple[str, ...], answer: int, complaint: str
) -> None:
    assign(said)
    before = states(desk)
    code, out, err = said("quarantine", "replay", *arguments)
    assert (code, out) == (answer, "")
    assert complaint in err
    assert states(desk) == before


def test_the_help_of_enrol_says_where_readings_go_until_somebody_holds_the_device(said: Said) -> None:
    text = " ".join(said("devices", "enrol", "--help")[1].split())
    assert "Until somebody holds it, its readings go into quarantine (identify.unassigned)" in text
