"""`init`: the files of an installation."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ProfileName(StrEnum):
    small = "small"
    clinic = "clinic"


def command(
    folder: Annotated[Path, typer.Argument(help="Where to write; made where it is missing.")] = Path(),
    *,
    profile: Annotated[
        ProfileName, typer.Option(help="small: Mosquitto and SQLite on one PC; clinic: Mosquitto and PostgreSQL.")
    ],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the broker listens on this machine.")] = 1883,
) -> None:
    """Write settings, the broker's and the database's configuration and services, and say what to do with them.

    Overwrites nothing.
    """
    from hearthline.init.profile import PROFILES
    from hearthline.init.write import write_profile
    from hearthline.show import show_line

    show_line(write_profile(PROFILES[profile.value], folder.absolute().resolve(), port).rstrip())
