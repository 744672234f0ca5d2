"""Where tests find what is not part of the project: an address in the environment, a program, or a wheel."""

import os
import shutil
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]


def find_program(name: str, folders: Iterable[Path] = ()) -> Path | None:
    """The program on PATH, else in one of `folders`; newest version first where they are numbered."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def required() -> frozenset[str]:
    """What `HEARTHLINE_REQUIRE` names: a part whose absence is a failure here, not a reason to skip."""
    return frozenset(filter(None, os.environ.get("HEARTHLINE_REQUIRE", "").replace(" ", "").split(",")))


def absent(part: str, why: str) -> NoReturn:
    """Skip, saying why; fail instead when this machine promised to have the part."""
    if part in required():
        pytest.fail(f"{part} is required here (HEARTHLINE_REQUIRE), but {why}", pytrace=False)
    pytest.skip(f"{part}: {why}")
