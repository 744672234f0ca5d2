"""A database that is kept waiting, or kept away, for as long as a test needs it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text


@contextmanager
def holding(sqlite_url: str) -> Iterator[None]:
    """Nobody else writes to the SQLite database while the block runs: we are the writer."""
    with open(f"{make_url(sqlite_url).database}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def away(postgres_url: str) -> Iterator[None]:
    """The PostgreSQL database ends every connection and takes none while the block runs."""
    url = make_url(postgres_url)
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        ending = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(ending, {"name": url.database})
        try:
            yield
        finally:
            connection.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    engine.dispose()
