"""A disk that is full at once: a small file system in memory, made as small as what is on it, and large again."""

import os
import subprocess
from pathlib import Path

LARGE = 4 << 30


def fill(disk: Path | None) -> None:
    """Nothing more fits."""
    assert disk is not None
    found = os.statvfs(disk)
    _resize(disk, (found.f_blocks - found.f_bfree) * found.f_frsize)


def free(disk: Path | None) -> None:
    assert disk is not None
    _resize(disk, LARGE)


def _resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True, capture_output=True)
