"""What every test may ask for. The parts are in `tests/support`; a part that is absent skips its tests with a reason,
or fails them where `HEARTHLINE_REQUIRE` (mosquitto, postgres, …; `.ci/run` names them) promises it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.support.places import ROOT, absent

pytest_plugins = [
    "tests.support.brokers",
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.clinics",
    "tests.support.wards",
]

SERVERS = {"postgres", "mosquitto", "embedded_broker"}

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HEARTHLINE_HYPOTHESIS", "quick"))


def pytest_configure() -> None:
    """The PostgreSQL of the tests is fast and not durable; every ingest that a test starts is told that we know. And
    what the hundreds of processes import is compiled once, whatever the machine says: that is two thirds of a start."""
    os.environ.setdefault("HEARTHLINE_DATABASE__ACCEPT_UNSAFE", "true")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that starts a server is slow, whether or not its author said so."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        chosen = getattr(getattr(item, "callspec", None), "params", {}).values()
        if asked & SERVERS or any(value in SERVERS for value in chosen if isinstance(value, str)):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command run within a test sets up the logs for that test's captured stderr, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of public recordings, which are not part of the project."""
    folder = Path(os.environ.get("HEARTHLINE_CORPORA") or ROOT.parent / "shared" / "corpora")
    if not (folder / "INDEX.md").exists():
        absent("corpora", f"no recordings in {folder} (set HEARTHLINE_CORPORA)")
    return folder
