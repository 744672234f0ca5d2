"""What is logged is what the table says, and nothing that somebody wrote into a text gets out."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from hearthline.addresses import secrets_of
from hearthline.log_events import EVENTS, SAID_ALWAYS
from hearthline.logs import configure_logs
from tests.support.places import ROOT

ROOMS = (
    "flags",
    "hearthline",
    "ingest",
    "models",
    "registry",
    "reports",
)  # `device` is on its own, with the standard library's
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def calls() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(event, level, fields) of every call of a logger in the rooms."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_logger(node.func.value):
                event = node.args[-1]
                assert isinstance(event, ast.Constant), f"{path}: an event is a name, not a text made up of parts"
                yield event.value, node.func.attr, frozenset(each.arg or "**" for each in node.keywords)


def _is_logger(node: ast.expr) -> bool:
    return ast.unparse(node) in ("log", "structlog.get_logger()")


CALLS = list(calls())


@pytest.mark.parametrize(("event", "level", "fields"), CALLS, ids=[event for event, *_ in CALLS])
def test_an_event_is_in_the_table_with_its_fields(event: str, level: str, fields: frozenset[str]) -> None:
    assert event in EVENTS, "describe it in hearthline/log_events.py, then: make docs"
    assert fields <= frozenset(EVENTS[event].fields), "name the field in hearthline/log_events.py"
    assert level in {EVENTS[event].level, "log"}


def test_the_table_has_no_event_that_nobody_logs() -> None:
    assert EVENTS.keys() - {event for event, *_ in CALLS} == set()


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    [line] = capsys.readouterr().err.splitlines()
    entry: dict[str, object] = json.loads(line)
    return entry


def test_a_field_that_no_table_knows_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    structlog.get_logger().warning("database.away", cause="gone", does="waits", patient="Ana", payload=b"190/100")
    entry = said(capsys)
    assert entry.pop("at")
    assert entry == {"event": "database.away", "level": "warning", "cause": "gone", "does": "waits"}


def test_an_event_that_no_table_knows_is_written_without_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    structlog.get_logger().info("something.new", patient="Ana")
    assert said(capsys).keys() == SAID_ALWAYS.keys()


def test_a_password_is_struck_out_however_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(secrets_of("postgresql://ana:s%2Fcret@here/db", "mqtt://gate:open@there:1"))
    structlog.get_logger().warning("database.away", cause="as s%2Fcret, as s/cret and as open", does="waits")
    assert said(capsys)["cause"] == "as ***, as *** and as ***"


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("sqlite:///a/b.db", []),
        ("postgresql://host/db", []),
        ("postgresql://ana@host/db", []),
        ("postgresql://ana:a@b@host/db", ["a@b"]),
        ("postgresql://host/db?user=ana&password=p%20q", ["p%20q", "p q"]),
    ],
)
def test_the_secrets_of_an_address_are_its_passwords(url: str, secrets: list[str]) -> None:
    assert secrets_of(url) == secrets


CRASH = """
import logging, threading, warnings
from hearthline.logs import configure_logs, log_what_others_say
configure_logs()
log_what_others_say()
def fail(): raise ValueError("190/100 of Ana")
thread = threading.Thread(target=fail); thread.start(); thread.join()
warnings.warn("190/100 of Ana")
try: fail()
except ValueError: logging.getLogger("sqlalchemy.pool").exception("190/100 of %s", "Ana")
fail()
"""


def test_what_python_and_libraries_would_print_becomes_events_that_quote_nothing() -> None:
    ended = subprocess.run([sys.executable, "-c", CRASH], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    entries = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [(each["event"], each.get("logger"), each["cause"]) for each in entries] == [
        ("thread.crashed", None, "ValueError"),
        ("library.logged", "py.warnings", None),
        ("library.logged", "sqlalchemy.pool", "ValueError"),
        ("process.crashed", None, "ValueError"),
    ]
    assert entries[-1]["where"][-1] == "fail:6"
    assert "190" not in ended.stderr
    assert "Ana" not in ended.stderr
