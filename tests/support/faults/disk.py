"""A disk that is full at once: a small file system in memory, made as small as what is on it, and large again."""

import os
import subprocess
from pathlib import Path

LARGE = 4 << 30
TRIES = 100


def fill(disk: Path | None) -> None:
    """Nothing more fits. Tried again where somebody wrote between the look and the change."""
    assert disk is not None
    for _ in range(TRIES):
        found = os.statvfs(disk)
        if _resize(disk, (found.f_blocks - found.f_bfree) * found.f_frsize):
            return
    raise RuntimeError(f"{disk} could not be made full")


def free(disk: Path | None) -> None:
    assert disk is not None
    assert _resize(disk, LARGE)


def _resize(disk: Path, size: int) -> bool:
    """False when more than that is on it."""
    resized = subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=False, capture_output=True)
    return resized.returncode == 0
