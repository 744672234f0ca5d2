"""Another time of day for a process, which changes while it runs: a library that is loaded before the C library's."""

import subprocess
from pathlib import Path

from tests.support.places import absent, find_program

SOURCE = Path(__file__).with_name("clock.c")


def clock_of(file: Path) -> dict[str, str]:
    """Surroundings of a process whose time of day is as many seconds off as `file` says."""
    compiler, library = find_program("cc"), file.with_suffix(".so")
    if compiler is None:
        absent("cc", "no compiler is installed (Debian: apt install gcc libc6-dev)")
    if not library.exists():
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE], check=True)
    return {"LD_PRELOAD": str(library), "HEARTHLINE_CLOCK": str(file)}
