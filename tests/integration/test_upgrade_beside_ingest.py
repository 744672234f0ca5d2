"""A release only adds to the schema (expand), so that the workers of the one before go on while it is upgraded (D6)."""

import shutil
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from hearthline.database import check, downgrade, head, upgrade
from hearthline.errors import Failure
from hearthline.keeping.copying import snapshot
from tests.support.clinics import ago, clinic_at, pressure
from tests.support.desks import CUFF, desk_at
from tests.support.desks import pressure as body
from tests.support.keeping import fill, record_of
from tests.support.places import ROOT
from tests.support.processes import Server
from tests.support.speaking import speaking
from tests.support.working import start_ingest, working

EXPAND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{head}", None, None


def upgrade():
    op.add_column("reading", sa.Column("spo2", sa.Double(), nullable=True))
    op.add_column("message", sa.Column("gateway", sa.String(40), nullable=True))
    op.create_table("next_thing", sa.Column("id", sa.Uuid(), primary_key=True))
    op.create_index("ix_message_gateway", "message", ["gateway"])
"""


def expand(url: str, folder: Path) -> None:
    """What the next release may do to the schema."""
    shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations" / "versions" / "next_release.py").write_text(EXPAND.format(head=head()))
    config = Config()
    config.set_main_option("script_location", str(folder / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    command.upgrade(config, "head")


@pytest.mark.slow
def test_workers_of_this_version_go_on_while_the_next_one_expands_the_schema(
    database_url: str, mosquitto: Server, tmp_path: Path
) -> None:
    with desk_at(database_url) as desk, speaking(mosquitto) as device:
        desk.enrol(CUFF, "ana")
        with working(database_url, mosquitto) as worker:
            for n in range(30):
                device.say(body(f"n-{n}", f"2026-01-05T07:{n:02}:00Z"))
                if n == 10:
                    expand(database_url, tmp_path)
            device.wait_for(30)
            assert worker.ended == []
        assert set(device.verdicts.values()) == {"stored"}
        assert len(desk.readings()) == 30


@pytest.mark.slow
def test_a_worker_waits_for_the_upgrade_and_what_the_first_release_stored_is_all_there(
    database_url: str, mosquitto: Server, tmp_path: Path
) -> None:
    fill(database_url)
    downgrade(database_url, "0001")
    before = record_of(database_url)
    ingest = start_ingest(database_url, mosquitto.url, tmp_path / "ingest.log")
    assert ingest.process.wait(20) == 3
    assert "is at revision 0001, this version wants" in ingest.said
    upgrade(database_url)
    check(database_url)
    after = record_of(database_url)
    assert {name: after[name][0] for name in before} == {name: rows for name, (rows, _) in before.items()}
    assert {name for name in before if after[name] != before[name]} <= {
        "refusal",
        "patient_fact",
        "patient_limit",
    }  # they have columns more
    with clinic_at(database_url) as clinic:
        assert clinic.take(pressure("anna", ago(days=5)), pressure("anna", ago(minutes=1))) == ["duplicate", "stored"]


@pytest.mark.slow
def test_an_upgrade_gives_up_behind_a_backup_rather_than_stop_everybody(postgres_database: str) -> None:
    """A table's lock that is waited for holds up all who come after it, for as long as the backup takes."""
    fill(postgres_database)
    downgrade(postgres_database, "0001")
    with snapshot(postgres_database) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM refusal")
        with pytest.raises(Failure, match="is locked by another process; end the other one, or wait and try again"):
            upgrade(postgres_database)
    upgrade(postgres_database)
    check(postgres_database)
