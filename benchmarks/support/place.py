"""Where the parts of the ingest benchmark run, and how long each may take."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.support.databases import database
from benchmarks.support.load import PATIENTS
from benchmarks.support.servers import broker

SQLITE, POSTGRES = "sqlite", "postgres"
BOTH = (POSTGRES, SQLITE)


@dataclass(frozen=True)
class Scale:
    """How much each part does; `short` is for CI, where a figure only shows that the part works."""

    backlog: int = 40_000
    naive: int = 6_000
    rounds: int = 3
    seconds: int = 30
    outage: int = 400_000
    stored: int = 10_000_000
    devices: int = 10_000
    messages_of_peers: int = 10_000
    poison: int = 20_000


FULL = Scale()
SHORT = Scale(2_000, 400, 1, 3, 4_000, 50_000, 200, 1_000, 1_000)


@dataclass(frozen=True)
class Place:
    """`server` is the address of PostgreSQL; `say` tells a person how it goes."""

    folder: Path
    server: str
    scale: Scale
    say: Callable[[str], None]

    @contextlib.contextmanager
    def open(self, kind: str, patients: int = PATIENTS) -> Iterator[tuple[int, str, Path]]:
        """A Mosquitto without messages, a migrated database of that kind, and a folder for logs."""
        folder = Path(mkdtemp(dir=self.folder))
        folder.chmod(0o755)
        opened = partial(database, self.server if kind == POSTGRES else None, folder, patients)
        with broker("mosquitto", folder) as port, opened() as url:
            yield port, url, folder
        shutil.rmtree(folder)
