"""Recordings of real people, sent by the real command through a real broker into a real ingest (issue: real input).

The recordings are not part of the project (`corpora`); the figures they are held to stand beside them.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.engine import open_reader
from tests.support.lows import level_2_events
from tests.support.places import ROOT
from tests.support.processes import Server, running

pytestmark = pytest.mark.slow
HEARTHLINE = [sys.executable, "-m", "hearthline"]
SENSOR = ("--context", "specimen=interstitial")
EPOCHS = ("--map", "measured_at=time,glucose=glucose:mg/dL", "--zone", "Europe/Madrid", *SENSOR)
IGLU = ("--map", "measured_at=time,glucose=gl:mg/dL", *SENSOR)
SCALE = ("--map", "measured_at=datum+zeit,weight=gewicht:kg,body_fat=fett:%,bmi=bmi:kg/m2", "--zone", "Europe/Berlin")
NO_DAYLIGHT_SAVING = "America/Bogota"

FIGURES = """
WITH mine AS (SELECT {component} AS x FROM reading WHERE patient_id = :patient),
     about AS (SELECT avg(x) AS mean FROM mine)
SELECT count(*) AS n, min(x) AS min, max(x) AS max, avg(x) AS mean,
       sum((x - mean) * (x - mean)) / (count(*) - 1) AS variance,
       100.0 * count(*) FILTER (WHERE x BETWEEN 70 AND 180) / count(*) AS tir_70_180,
       100.0 * count(*) FILTER (WHERE x < 70) / count(*) AS tbr_below_70,
       100.0 * count(*) FILTER (WHERE x < 54) / count(*) AS tbr_below_54,
       100.0 * count(*) FILTER (WHERE x > 180) / count(*) AS tar_above_180,
       100.0 * count(*) FILTER (WHERE x > 250) / count(*) AS tar_above_250
FROM mine, about GROUP BY mean
"""
Replay = Callable[..., dict[str, Any]]


@pytest.fixture
def environment(sqlite_database: str, embedded_broker: Server) -> dict[str, str]:
    """Of the commands; they run this copy of the rooms, installed or not."""
    settings = {"HEARTHLINE_DATABASE__URL": sqlite_database, "HEARTHLINE_BROKER__URL": embedded_broker.url}
    return os.environ | settings | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def replay(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    """Replays a file while ingest runs; answers the command's summary."""

    def command(file: Path, *options: str, patient: str = "Ana Ruiz") -> dict[str, Any]:
        holder = () if "--device" in options else ("--device", "new", "--patient", patient)
        done = subprocess.run(
            [*HEARTHLINE, "replay", str(file), *holder, *options, "--json"],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with running([*HEARTHLINE, "ingest"], tmp_path / "ingest.log"):
        yield command


@pytest.fixture
def record(sqlite_database: str) -> Iterator[Engine]:
    """What is in the database, for reading."""
    engine = open_reader(sqlite_database)
    yield engine
    engine.dispose()


def rows(record: Engine, query: str, **parameters: object) -> list[Any]:
    with record.begin() as connection:
        return list(connection.execute(text(query), parameters).mappings())


def figures(record: Engine, patient: str, component: str = "glucose") -> dict[str, float]:
    """One query over `reading`; what follows from its mean and variance is added as the corpora define it."""
    [row] = rows(record, FIGURES.format(component=component), patient=patient)
    deviation = sqrt(row["variance"])
    derived = {"sd": deviation, "cv_pct": 100 * deviation / row["mean"], "gmi": 3.31 + 0.02392 * row["mean"]}
    return {**row, **derived}


def expected_rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def assert_figures(found: Mapping[str, float], expected: Mapping[str, str]) -> None:
    """To the four digits that are printed."""
    printed = {name: float(value) for name, value in expected.items() if name not in ("subject", "first", "last")}
    assert {name: round(found[name], 4) for name in printed} == printed


def refused(record: Engine) -> Counter[str]:
    return Counter(row["code"] for row in rows(record, "SELECT code FROM refusal"))


def counted(record: Engine) -> tuple[int, ...]:
    """Over all messages: elements, stored, duplicate, quarantined."""
    sums = "SELECT sum(elements) AS a, sum(stored) AS b, sum(duplicate) AS c, sum(quarantined) AS d FROM message"
    return tuple(rows(record, sums)[0].values())


def wait_until_judged(record: Engine) -> None:
    """The queue holds nothing that is due: every episode is there."""
    until = time.monotonic() + 30
    while rows(record, "SELECT id FROM evaluation WHERE due_at <= :now", now=f"{datetime.now(UTC):%F %T.%f}"):
        assert time.monotonic() < until, "evaluation does not come to its end"
        time.sleep(0.05)


def test_a_sensors_fortnight_arrives_whole_and_only_once(replay: Replay, record: Engine, corpora: Path) -> None:
    trace = corpora / "cgm-cgmpy" / "dm.csv"
    first = replay(trace, *EPOCHS)
    assert (first["taken"], first["stored"]) == (3547, 3547)
    assert_figures(figures(record, first["patient"]), expected_rows(corpora / "cgm-cgmpy" / "dm.expected.csv")[0])
    again = replay(trace, *EPOCHS, "--device", first["device"])
    assert (again["taken"], again["stored"], again["duplicate"]) == (3547, 0, 3547)
    assert counted(record) == (7094, 3547, 3547, 0)
    assert first["seconds"] < 30  # it takes about one; a person waits for it


def test_lows_of_a_real_trace_are_the_episodes_that_another_count_finds(
    replay: Replay, record: Engine, corpora: Path
) -> None:
    trace = corpora / "cgm-cgmpy" / "dm.csv"
    patient = replay(trace, *EPOCHS)["patient"]
    wait_until_judged(record)
    chosen = "SELECT patient_id, started_at, ended_at FROM episode WHERE rule = 'CGM-L2' ORDER BY started_at"
    found = rows(record, chosen)
    assert {row["patient_id"] for row in found} == {patient}
    spans = [tuple(datetime.fromisoformat(row[name]) for name in ("started_at", "ended_at")) for row in found]
    events = [tuple(at.replace(tzinfo=None) for at in event) for event in level_2_events(trace)]
    assert [tuple(at.replace(tzinfo=None) for at in span) for span in spans] == events
    assert len(events) > 1


def test_two_sensors_at_once_are_two_readings_at_one_instant(replay: Replay, record: Engine, corpora: Path) -> None:
    told = replay(corpora / "cgm-cgmpy" / "nodm.csv", *EPOCHS)
    assert (told["taken"], told["stored"], told["quarantined"]) == (2105, 2105, 0)
    assert_figures(figures(record, told["patient"]), expected_rows(corpora / "cgm-cgmpy" / "nodm.expected.csv")[0])
    twice = "SELECT measured_at, count(DISTINCT glucose) AS n FROM reading GROUP BY measured_at HAVING count(*) > 1"
    assert [row["n"] for row in rows(record, twice)] == [2] * 12


def test_each_of_five_people_in_one_file_gets_their_own_figures(replay: Replay, record: Engine, corpora: Path) -> None:
    """The wall clock is taken as one that never changes, so that no hour is missing or there twice."""
    folder = corpora / "cgm-iglu-gpl"
    for expected in expected_rows(folder / "expected.csv"):
        chosen = (*IGLU, "--zone", NO_DAYLIGHT_SAVING, "--only", f"id={expected['subject']}")
        told = replay(folder / "example_data_5_subject.csv", *chosen, patient=expected["subject"])
        assert told["stored"] == told["taken"] == int(expected["n"])
        assert_figures(figures(record, told["patient"]), expected)
        assert local_span(record, told["patient"]) == (expected["first"], expected["last"])
    assert refused(record) == {}


def local_span(record: Engine, patient: str) -> tuple[str, str]:
    """First and last wall clock time that was sent, without its offset."""
    [row] = rows(
        record,
        "SELECT min(device_time) AS first, max(device_time) AS last FROM reading WHERE patient_id = :patient",
        patient=patient,
    )
    return row["first"][:19], row["last"][:19]


@pytest.mark.parametrize(
    ("person", "zone", "hour"),
    [
        pytest.param("Subject 5", "America/New_York", "2015-03-08 02:", id="never"),
        pytest.param("Subject 4", "America/Asuncion", "2015-03-21 23:", id="twice"),
    ],
)
def test_wall_clock_times_of_an_hour_that_was_never_or_twice_are_kept_for_people_to_look_at(
    replay: Replay, record: Engine, corpora: Path, person: str, zone: str, hour: str
) -> None:
    """New York's clocks skipped an hour, those of Paraguay repeated one; these people's meters just went on."""
    trace = corpora / "cgm-iglu-gpl" / "example_data_5_subject.csv"
    mine = [row for row in expected_rows(trace) if row["id"] == person]
    doubtful = sum(row["time"].startswith(hour) for row in mine)
    assert doubtful > 0
    told = replay(trace, *IGLU, "--zone", zone, "--only", f"id={person}")
    assert (told["taken"], told["stored"], told["quarantined"]) == (len(mine), len(mine) - doubtful, doubtful)
    assert counted(record) == (len(mine), len(mine) - doubtful, 0, doubtful)
    assert refused(record) == {"decode.offset_missing": doubtful}


@pytest.mark.parametrize(("file", "count"), [("gewichtsdaten.csv", 2183), ("variant.csv", 2217)])
def test_seven_years_of_weighings_arrive_with_german_names_and_dates(
    replay: Replay, record: Engine, corpora: Path, file: str, count: int
) -> None:
    """The second file repeats one epoch on 35 rows; their dates differ, so none of them is lost."""
    told = replay(corpora / "weight-series" / file, *SCALE)
    assert (told["taken"], told["stored"], told["quarantined"]) == (count, count, 0)
    found = figures(record, told["patient"], "weight")
    sent = [float(row["gewicht"]) for row in expected_rows(corpora / "weight-series" / file)]
    assert (found["n"], found["min"], found["max"]) == (count, min(sent), max(sent))
    assert found["mean"] == pytest.approx(sum(sent) / count, rel=1e-12)
    if file == "gewichtsdaten.csv":
        known = json.loads((corpora / "weight-series" / "expected.json").read_text())
        names = {"n": "rows", "min": "min_kg", "max": "max_kg", "mean": "mean_kg", "sd": "sd_kg_n_minus_1"}
        assert {name: round(found[name], 4) for name in names} == {name: known[key] for name, key in names.items()}


def test_a_row_that_holds_no_reading_costs_only_itself(replay: Replay, record: Engine, tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("t,gl\n1675209784,78\n1675210084,n/a\n1675210384,\n1675210683,Low\n")
    told = replay(tmp_path / "g.csv", "--map", "measured_at=t,glucose=gl:mg/dL", *SENSOR)
    assert (told["taken"], told["stored"], told["quarantined"]) == (4, 2, 2)
    assert refused(record) == {"decode.not_a_number": 1, "decode.component_missing": 1}
