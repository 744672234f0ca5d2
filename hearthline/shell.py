"""What a command is given: settings, a clock, and sessions on a database of the right revision."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing these costs more than most commands do
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from hearthline.settings import Settings


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Shell:
    """`config` is what `--config` named. Settings are read when a command first needs them: decode needs none."""

    config: Path | None = None
    now: Callable[[], datetime] = utc_now

    def settings(self) -> Settings:
        from hearthline.settings import load_settings

        return load_settings(self.config)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot; nothing in it is committed."""
        from sqlalchemy.orm import Session

        from models.engine import open_reader

        with self.opened(open_reader) as engine, Session(engine) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one transaction, committed when the block ends without an exception."""
        from sqlalchemy.orm import Session

        from models.engine import open_writer

        with self.opened(open_writer) as engine, Session(engine) as session, session.begin():
            yield session

    @contextlib.contextmanager
    def opened(self, opener: Callable[[str], Engine]) -> Iterator[Engine]:
        """The settings' database, at this version's revision (else Failure, exit 3); failures inside name it."""
        from hearthline.database import naming, require_current

        url = self.settings().database.url
        require_current(url)
        with naming(url):
            engine = opener(url)
            try:
                yield engine
            finally:
                engine.dispose()
