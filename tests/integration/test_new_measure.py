"""A fifth measure costs one catalogue entry and one generated revision, and no other file."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT

ENTRY = """
SPO2: Final = Measure(
    "spo2",
    "Oxygen saturation",
    (Component("spo2", "Oxygen saturation", "%", PERCENT, _between("50", "100"), _between("80", "100"), DESIGN),),
    required=("spo2",),
)

CATALOGUE: Final"""
ROOMS = ("flags", "hearthline", "ingest", "migrations", "models", "registry", "thresholds")
TOPIC = "hearthline/v1/up/oximeter-1/spo2"
READING = {"id": "a-1", "measured_at": "2026-01-05T07:12:00-05:00", "values": {"spo2": {"value": 93, "unit": "%"}}}
DECODE = f"""
from datetime import UTC, datetime
from ingest.decode import decode
from models.tables import Reading
for payload in ({json.dumps(READING).encode()!r}, {json.dumps(READING).replace('"%"', '"mmHg"').encode()!r}):
    outcome = decode(payload, {TOPIC!r}, datetime(2026, 1, 5, 12, 13, tzinfo=UTC))[0]
    print(getattr(outcome, "code", None) or dict(outcome.values))
print(Reading.__table__.c.spo2.type)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's code with SpO2 in the catalogue."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    catalogue = tmp_path / "models" / "measures.py"
    code = catalogue.read_text()
    assert code.count("\nCATALOGUE: Final") == 1
    code = code.replace("\nCATALOGUE: Final", ENTRY).replace("WEIGHT, SLEEP)", "WEIGHT, SLEEP, SPO2)")
    catalogue.write_text(code)
    return tmp_path


def run(copy: Path, *arguments: str) -> str:
    """Python in the copy, which must see the copy's rooms and not the project's."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}


@pytest.mark.slow
def test_a_fifth_measure_is_one_entry_and_one_revision(copy: Path) -> None:
    url = f"url=sqlite:///{copy / 'test.db'}"
    alembic = ("-m", "alembic", "-x", url)
    before = files(copy)
    run(copy, *alembic, "upgrade", "head")
    run(copy, *alembic, "revision", "--autogenerate", "-m", "oxygen saturation")
    after = files(copy)
    new = sorted(after.keys() - before.keys())
    assert len(new) == 1
    assert {path: after[path] for path in before} == before
    revision = after[new[0]].decode()
    assert revision.count("add_column") == 1
    assert "sa.Column('spo2', sa.Double(), nullable=True)" in revision
    run(copy, *alembic, "upgrade", "head")
    assert "No new upgrade operations detected" in run(copy, *alembic, "check")
    run(copy, *alembic, "downgrade", "-1")
    run(copy, *alembic, "upgrade", "head")


@pytest.mark.slow
def test_a_fifth_measure_without_its_revision_fails_the_check(copy: Path) -> None:
    url = f"url=sqlite:///{copy / 'test.db'}"
    run(copy, "-m", "alembic", "-x", url, "upgrade", "head")
    with pytest.raises(AssertionError, match="spo2"):
        run(copy, "-m", "alembic", "-x", url, "check")


@pytest.mark.slow
def test_a_fifth_measure_is_decoded_and_has_its_column(copy: Path) -> None:
    answers = run(copy, "-c", DECODE).splitlines()
    assert answers == ["{'spo2': 93.0}", "decode.unit_not_accepted", "DOUBLE"]
