"""Writers of one SQLite file take turns: whoever begins again at once does not overtake whoever waits."""

import fcntl
import threading
from pathlib import Path

from sqlalchemy import make_url

from models.engine import open_writer
from tests.support.speaking import wait_until


def is_taken(file: Path) -> bool:
    """Whether somebody holds the file's lock."""
    with file.open("a") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_a_writer_that_begins_again_stands_behind_the_one_that_waits(sqlite_database: str) -> None:
    turn = Path(f"{make_url(sqlite_database).database}.turn")
    busy, other, order = open_writer(sqlite_database), open_writer(sqlite_database), list[str]()

    def write() -> None:
        with other.begin():
            order.append("the other")

    for _ in range(20):
        waiting = threading.Thread(target=write)
        with busy.begin():
            order.append("first")
            waiting.start()
            wait_until(lambda: is_taken(turn))
        with busy.begin():
            order.append("again")
        waiting.join()
    assert order == ["first", "the other", "again"] * 20
    busy.dispose()
    other.dispose()
