"""Writes the files of a profile from the templates beside this file; overwrites nothing."""

import os
import pwd
import re
import shutil
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from secrets import token_hex
from typing import Final

from hearthline.errors import NO, Failure
from hearthline.init.profile import Profile
from hearthline.keeping.key import make_key

TEMPLATES: Final = files("hearthline.init") / "templates"
PLACE: Final = re.compile(r"@([a-z_]+)@")
FOLDERS: Final = (
    ("data", "hearthline", 0o700),
    ("backups", "hearthline", 0o700),
    ("reports", "hearthline", 0o700),
    ("broker", "mosquitto", 0o711),
)
NOTES: Final = "README.txt"
KEY: Final = "backup.key"
MODES: Final = {"hearthline.toml": 0o600}  # it may come to hold a password
HOMES: Final = (Path("/home"), Path("/root"), Path("/run/user"))


def write_profile(profile: Profile, folder: Path, port: int) -> str:
    """Write everything below `folder` and answer what to do next. Raises Failure, having written nothing, when one of
    the files is there already or the folder's name would not fit into a service's file."""
    values = values_for(profile, folder, port)
    texts = {name: fill(name, values) for name in profile.files} | {NOTES: fill(profile.next_steps, values)}
    there = [name for name in (*texts, KEY) if (folder / name).exists()]
    if there:
        raise Failure(f"{folder} has {', '.join(there)} already", "move them away, or name another folder", NO)
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)  # several users have their own folders below it
    for name, text in texts.items():
        _write(folder / name, text, MODES.get(name, 0o644))
    make_key(folder / KEY)
    for name, user, mode in FOLDERS:
        _make_folder(folder / name, user, mode)
    return texts[NOTES]


def values_for(profile: Profile, folder: Path, port: int) -> dict[str, str]:
    if not re.fullmatch(r"[\w./+-]+", str(folder)):
        raise Failure(f"{folder} has a blank or sign that services cannot name", "name another folder", NO)
    program = find_program()
    hidden = any(Path(place).is_relative_to(home) for place in (folder, program) for home in HOMES)
    own = {"profile": profile.name, "folder": str(folder), "port": str(port), "hearthline": str(program)}
    several = profile.workers > 1
    own |= {"workers": f" --workers {profile.workers}" if several else "", "group": token_hex(8) if several else ""}
    return own | {"protect_home": "read-only" if hidden else "yes"} | dict(profile.values)


def find_program() -> Path:
    """The `hearthline` of this environment, as a service calls it."""
    beside = Path(sys.executable).with_name("hearthline")
    found = beside if beside.exists() else Path(shutil.which("hearthline") or beside)
    return found.absolute()


def fill(name: str, values: Mapping[str, str]) -> str:
    """The template with a value for each @word@; a word without a value is our mistake: KeyError."""
    return PLACE.sub(lambda found: values[found[1]], (TEMPLATES / name).read_text(encoding="utf-8"))


def _write(path: Path, text: str, mode: int) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    path.chmod(mode)


def _make_folder(path: Path, user: str, mode: int) -> None:
    """Listed by its owner alone. Only root can give it to the service's user, and only where there is one."""
    path.mkdir(exist_ok=True)
    path.chmod(mode)
    if os.geteuid() == 0 and any(entry.pw_name == user for entry in pwd.getpwall()):
        shutil.chown(path, user)
