"""Failures as a person meets them: real ones of SQLite and the system, each one line that says what to do."""

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from hearthline.database import naming
from hearthline.errors import BROKER, DATABASE, INTERRUPTED, NO, Failure, explain
from ingest.worker import BrokerRefusedError
from registry.errors import RegistryError


def locked(folder: Path) -> None:
    holder = sqlite3.connect(folder / "a.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        write(f"sqlite:///{folder / 'a.db'}", "CREATE TABLE t (a)", timeout=0)
    finally:
        holder.close()


def full(folder: Path) -> None:
    write(f"sqlite:///{folder / 'a.db'}", "PRAGMA max_page_count = 2", "CREATE TABLE t (a)", "CREATE TABLE u (a)")


def read_only(folder: Path) -> None:
    write(f"sqlite:///{folder / 'a.db'}", "CREATE TABLE t (a)")
    write(f"sqlite:///file:{folder / 'a.db'}?mode=ro&uri=true", "INSERT INTO t VALUES (1)")


def no_folder(folder: Path) -> None:
    write(f"sqlite:///{folder / 'none' / 'a.db'}", "SELECT 1")


def no_database(folder: Path) -> None:
    (folder / "a.db").write_text("this is a letter to my aunt" * 100)
    write(f"sqlite:///{folder / 'a.db'}", "SELECT * FROM sqlite_master")


def no_table(folder: Path) -> None:
    write(f"sqlite:///{folder / 'a.db'}", "INSERT INTO patient VALUES ('Ana Ruiz')")


def no_server(_folder: Path) -> None:
    write("postgresql+psycopg://me:secret@127.0.0.1:1/hearthline", "SELECT 1", timeout=None)


def write(url: str, *statements: str, timeout: float | None = 5) -> None:
    engine = create_engine(url, connect_args={} if timeout is None else {"timeout": timeout})
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("happens", "wrong", "mend"),
    [
        (locked, "is locked by another process", "end the other one"),
        (full, "the disk is full", "make room"),
        (read_only, "cannot be written", "check the permissions"),
        (no_folder, "cannot be opened", "check that its folder exists"),
        (no_database, "is not a database", "check database.url"),
        (no_table, "has another schema", "run: hearthline db upgrade"),
        (no_server, "cannot be reached", "start it, or check database.url"),
    ],
)
def test_a_database_that_will_not_do(happens: Callable[[Path], None], wrong: str, mend: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure, naming("postgresql://me:secret@host/db"):
        happens(tmp_path)
    assert failure.value.code == DATABASE
    assert wrong in failure.value.wrong
    assert mend in failure.value.mend
    assert "postgresql://me:***@host/db" in failure.value.wrong
    assert "Ana" not in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_broken_constraint_is_our_bug_and_keeps_its_traceback(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with pytest.raises(DBAPIError) as error, naming(url):
        write(url, "CREATE TABLE t (a UNIQUE)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)")
    assert explain(error.value) is None


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.EACCES, "no permission for /data/a; check who owns it, or use another folder"),
        (errno.EROFS, "/data/a is on a read-only file system; use another folder"),
        (errno.ENOSPC, "the disk is full at /data/a; make room and try again"),
        (errno.EADDRINUSE, "the address /data/a is in use; end the other program, or choose another port"),
    ],
)
def test_what_the_system_refuses(number: int, line: str) -> None:
    assert str(explain(OSError(number, "in the system's words", "/data/a"))) == line


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RegistryError("no patient pt-1; see: hearthline patients list"), NO),
        (BrokerRefusedError("the broker refused the connection"), BROKER),
        (KeyboardInterrupt(), INTERRUPTED),
    ],
)
def test_every_expected_failure_has_the_exit_code_of_the_contract(error: BaseException, code: int) -> None:
    failure = explain(error)
    assert failure is not None
    assert failure.code == code


def test_a_bug_is_not_explained_away() -> None:
    assert explain(ZeroDivisionError()) is None
    assert explain(ModuleNotFoundError("No module named 'hearthline.shel'", name="hearthline.shel")) is None
    assert explain(OSError(errno.EBADF, "a file we closed too early")) is None
