"""The demo's table: what a nurse reads of a flag, and a picture that fits the window."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from rich.console import Console

from hearthline.demo.days import Pace
from hearthline.demo.scene import Scene
from hearthline.demo.screen import line
from hearthline.demo.table import Moment, draw
from hearthline.demo.watch import live_words
from hearthline.flag_words import Shown, limit_beside, newest, show
from ingest.ledger import Counts
from models.tables import Flag, Patient

T0 = datetime(2026, 11, 7, 14, 5, tzinfo=UTC)
COUNTS = Counts(messages=40, elements=2150, stored=1900, duplicate=200, quarantined=46, noted=4)
ROW = Shown("CRIT", "Ada Exampleton", "Severe blood pressure", "184/121 mmHg", "180/120 mmHg", "Sat 07 Nov 09:05",
            "2 times", "lasting")  # fmt: skip


def flag(**changes: Any) -> Flag:
    evidence = {"newest": {"values": {"systolic": ["184", "mmHg"], "diastolic": ["121", "mmHg"]}}, "figure": None}
    row: dict[str, Any] = {
        "id": uuid4(), "patient_id": "pt-ada", "measure": "blood_pressure", "rule": "BP-SEV", "severity": "CRIT",
        "status": "open", "since": T0, "until": T0, "raised_at": T0, "changed_at": T0, "episodes": 2, "breaches": 3,
        "late": False, "ended": False, "awaiting_confirmation": False, "not_confirmed": False, "evidence": evidence,
        "history": [],
    }  # fmt: skip
    return Flag(**(row | changes))


def ada() -> Patient:
    return Patient(id="pt-ada", name="Ada Exampleton", zone="America/New_York", enrolled_at=T0)


def moment(rows: int, share: float | None = 0.25) -> Moment:
    return Moment(Scene(COUNTS, [ROW] * rows, due=0, busy=False), "history", share, rate=812.4)


def drawn(picture: Moment, width: int, height: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, record=True)
    console.print(draw(picture, width, height))
    return console.export_text().splitlines()


def test_a_flag_is_told_in_words_with_its_figure_beside_the_limit_and_in_the_patients_time() -> None:
    assert show(flag(), ada()) == ROW


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"awaiting_confirmation": True}, "to be confirmed"),
        ({"not_confirmed": True, "ended": True}, "not confirmed"),
        ({"ended": True}, "ended"),
    ],
)
def test_what_became_of_the_episode_is_said(marks: dict[str, bool], words: str) -> None:
    assert show(flag(**marks), ada()).note == words


def test_a_year_is_shown_where_a_clock_began_again() -> None:
    assert show(flag(since=datetime(2000, 1, 1, 6, 15, tzinfo=UTC)), ada()).since == "01 Jan 2000 01:15"


def test_a_silence_says_how_long_in_place_of_a_value() -> None:
    silent = flag(
        rule="NODATA-WT", measure="weight", episodes=1,
        evidence={"newest": {"values": {"weight": ["81.4", "kg"]}}, "figure": "more than 3 d"},
    )  # fmt: skip
    shown = show(silent, ada())
    assert (shown.rule, shown.newest, shown.often) == ("No weight reading in heart failure", "more than 3 d", "once")


@pytest.mark.parametrize(
    ("measure", "values", "words"),
    [
        ("glucose", {"glucose": ["2.6", "mmol/L"]}, "2.6 mmol/L"),
        ("glucose", {"glucose": ["LO", "mmol/L"]}, "LO"),
        ("blood_pressure", {"systolic": ["24.7", "kPa"], "diastolic": ["13.9", "kPa"]}, "≈185/104 mmHg"),
        ("blood_pressure", {"systolic": ["184", "mm[Hg]"], "diastolic": ["98", "mm[Hg]"]}, "184/98 mmHg"),
        ("weight", {"body_fat": ["31", "%"], "weight": ["178.2", "[lb_av]"]}, "178.2 lb"),
    ],
)
def test_values_are_shown_as_sent_and_pressure_in_the_unit_of_its_limit(
    measure: str, values: dict[str, list[str]], words: str
) -> None:
    assert newest(measure, {"newest": {"values": values}, "figure": None}) == words


@pytest.mark.parametrize(
    ("limit", "figure", "shown"),
    [
        ("54 mg/dL (3.0 mmol/L)", "2.6 mmol/L", "3.0 mmol/L"),
        ("54 mg/dL (3.0 mmol/L)", "49 mg/dL", "54 mg/dL"),
        ("54 mg/dL (3.0 mmol/L)", "LO", "54 mg/dL (3.0 mmol/L)"),
        ("2 d (INFO), 3 d (MOD), 5 d (HIGH)", "more than 3 d", "2 d (INFO), 3 d (MOD), 5 d (HIGH)"),
    ],
)
def test_of_a_limit_in_two_units_the_one_of_the_value_is_shown(limit: str, figure: str, shown: str) -> None:
    assert limit_beside(limit, figure) == shown


def test_status_messages_are_not_counted_as_readings() -> None:
    figures = drawn(moment(1), 150, 40)[1].split()
    assert figures == ["2,146", "1,900", "200", "46", "812", "1"]


@pytest.mark.parametrize(("width", "lines"), [(150, 1), (80, 2)])
def test_every_figure_of_a_flag_is_there_in_windows_of_any_width(width: int, lines: int) -> None:
    words = " ".join(" ".join(drawn(moment(1), width, 40)).split())
    for part in (ROW.severity, "184/121", "180/120", ROW.since, ROW.often, ROW.note):
        assert part in words
    assert len(drawn(moment(2), width, 40)) - len(drawn(moment(1), width, 40)) in (lines, lines + 1)


def test_a_worklist_longer_than_the_window_says_how_many_more_there_are() -> None:
    picture = drawn(moment(50), 150, 30)
    assert len(picture) <= 30
    assert [words for words in picture if words.startswith("and 29 more: hearthline flags list")]


def test_a_finished_history_has_no_bar() -> None:
    assert not [words for words in drawn(moment(1, share=None), 150, 40) if "%" in words]


def test_it_is_always_said_what_this_is_not() -> None:
    assert "not monitoring, not an alarm, not for emergencies" in " ".join(drawn(moment(0), 150, 40))


def test_off_a_terminal_the_picture_is_one_line() -> None:
    assert line(moment(3), 12.3) == (
        "12 s: history 25%; received 2,146, stored 1,900, duplicate 200, quarantined 46, open flags 3"
    )


def test_the_last_day_says_what_time_it_is_in_the_homes() -> None:
    pace = Pace(T0, since=100.0, speed=300.0)
    assert live_words(pace, 160.0).startswith("live, 300 times as fast: Sat 07 Nov 19:05 UTC")
    assert pace.at(160.0) - T0 == timedelta(hours=5)
    assert live_words(Pace(T0, since=100.0, speed=1.0), 160.0) == "live, as time goes by (Ctrl-C ends)"
