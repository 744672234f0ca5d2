"""Profiles: which files each writes, and the figures in which they differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MIB: Final = 1024 * 1024
SERVICES: Final = (
    "hearthline-ingest.service",
    "hearthline-backup.service",
    "hearthline-backup.timer",
    "hearthline-reports.service",
    "hearthline-due.service",
    "hearthline-due.timer",
)


@dataclass(frozen=True, slots=True)
class Profile:
    """`files` are names of templates; `values` what they say between two @.

    Of the broker's queue limit: it counts payload alone, a message costs it about 350 bytes more in memory.
    """

    name: str
    workers: int
    files: tuple[str, ...]
    values: Mapping[str, str]

    @property
    def next_steps(self) -> str:
        return f"next_{self.name}.txt"


PROFILES: Final = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(
                "small",
                1,
                ("hearthline.toml", "mosquitto.conf", *SERVICES),
                {
                    "database": "# Beside this file; SQLite, durable (WAL, synchronous FULL).\n"
                    'url = "sqlite:///data/hearthline.db"',
                    "queued_bytes": str(256 * MIB),
                    "queued_readings": "256 MiB are about a million readings, and 600 MiB of memory",
                    "memory": "512M",
                },
            ),
            Profile(
                "clinic",
                2,
                ("hearthline.toml", "mosquitto.conf", "postgresql.sql", *SERVICES),
                {
                    "database": "# The server of this machine, by its socket: peer, no password.\n"
                    'url = "postgresql:///hearthline?host=/var/run/postgresql"',
                    "queued_bytes": str(1024 * MIB),
                    "queued_readings": "1 GiB is about four million readings, and 2.5 GiB of memory",
                    "memory": "1G",
                },
            ),
        )
    }
)
