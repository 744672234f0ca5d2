"""When ingest ran is kept, and what could have fired is told wherever there is no flag."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from hearthline.__main__ import run
from models.engine import open_writer
from models.life import UNSEEN, leave, list_standings, renew, retire, take
from models.running import list_runs
from tests.support.clinics import Clinic, clinic_at, fingerstick, pressure

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KIND = "ingest"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    one = open_writer(database_url)
    yield one
    one.dispose()


def live(engine: Engine, holder: str, begin: datetime, *seconds: float) -> None:
    """Take slot 0, whoever had it, and show signs of life so many seconds after `begin`."""
    with engine.begin() as connection:
        assert take(connection, KIND, 0, holder, over=list_standings(connection, KIND).get(0), now=begin)
    for later in seconds:
        with engine.begin() as connection:
            assert renew(connection, KIND, 0, holder, now=begin + later * SECOND, oldest_waiting=None)


def runs(engine: Engine, since: datetime = NOON) -> list[tuple[float, float]]:
    """(start, end) in seconds after noon."""
    with engine.connect() as connection:
        found = list_runs(connection, KIND, since)
    return [((begin - NOON) / SECOND, (end - NOON) / SECOND) for begin, end in found]


def test_a_run_is_kept_when_another_takes_over(engine: Engine) -> None:
    live(engine, "one", NOON, 5, 10)
    live(engine, "two", NOON + 60 * SECOND, 5)
    assert runs(engine) == [(0, 10), (60, 65)]
    assert runs(engine, NOON + 30 * SECOND) == [(60, 65)]


def test_who_was_not_seen_for_a_while_has_two_runs(engine: Engine) -> None:
    live(engine, "one", NOON, 5, 10, 12 + UNSEEN / SECOND, 17 + UNSEEN / SECOND)
    assert runs(engine) == [(0, 10), (12 + UNSEEN / SECOND, 17 + UNSEEN / SECOND)]


def test_a_slot_that_is_left_or_retired_keeps_its_run(engine: Engine) -> None:
    live(engine, "one", NOON)
    with engine.begin() as connection:
        leave(connection, KIND, 0, "one", now=NOON + 30 * SECOND)
    assert runs(engine) == [(0, 30)]
    live(engine, "two", NOON + 60 * SECOND, 9)
    with engine.begin() as connection:
        retire(connection, KIND, 0, "two")
    assert runs(engine) == [(0, 30), (60, 69)]


@pytest.fixture
def clinic(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Ingest has run for two hours up to now; Anna measured an hour ago, Bert never."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)
    now = datetime.now(UTC).replace(microsecond=0)
    with clinic_at(sqlite_database) as one:
        one.now = now - timedelta(hours=1)
        one.enrol("anna", "bert")
        one.take(pressure("anna", one.now, "120 80 mmHg"), fingerstick("anna", one.now, "100 mg/dL"))
        with one.engine.begin() as connection:
            assert take(connection, KIND, 0, "one", over=None, now=now - timedelta(hours=2))
            for minute in range(120):
                at = now - timedelta(hours=2) + timedelta(seconds=10 * minute)
                renew(connection, KIND, 0, "one", now=at, oldest_waiting=None)
        yield one


def test_coverage_tells_the_hours_and_what_was_missing(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flags", "coverage", "--patient", "anna", "--days", "1", "--json"]) == 0
    lines = {line["rule"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    severe = lines["BP-SEV"]
    assert severe["judged_hours"] == pytest.approx(1, abs=0.05)
    assert severe["no_data_hours"] == pytest.approx(23, abs=0.05)
    assert severe["hours"] + severe["not_running_hours"] == pytest.approx(1, abs=0.05)
    assert severe["applied_hours"] == 24
    assert "WT-HF-3D" not in lines


def test_no_flag_is_never_shown_without_what_it_is_worth(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flags", "list", "--patient", "bert"]) == 0
    assert "in the last 30 days no rule could fire at any time" in capsys.readouterr().err
    assert run(["flags", "explain", "--patient", "bert", "--rule", "BP-SEV"]) == 0
    assert (
        "could fire in 0 h of the 30 days before (0 %); by what came in since 0 h; no data 720.0 h"
        in capsys.readouterr().out
    )
    assert run(["flags", "explain", "--patient", "anna", "--rule", "BP-SEV", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["coverage"]["judged_hours"] == pytest.approx(1, abs=0.05)


def test_people_see_a_line_a_rule(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flags", "coverage", "--patient", "anna"]) == 0
    out = capsys.readouterr().out
    assert "not running" in out.splitlines()[0]
    assert any(line.startswith("BP-SEV") for line in out.splitlines())


def test_streams_without_any_reading_are_named_in_a_line(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flags", "coverage", "--patient", "anna"]) == 0
    out, err = capsys.readouterr()
    assert "CGM-L2" not in out
    assert "no reading in 30 days, so nothing could fire: cgm (" in err
