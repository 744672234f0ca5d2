"""The demo on a terminal: a picture that is redrawn in place, and words that do not tear it."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT

pytestmark = pytest.mark.slow
WORDS = b"hearthline: finishing what was begun; Ctrl-C again ends at once"


def read_until(terminal: int, words: bytes) -> bytes:
    """All that was drawn up to `words`, or to the end; a terminal whose last writer has gone cannot be read."""
    drawn = b""
    with contextlib.suppress(OSError):
        while words not in drawn and (more := os.read(terminal, 65536)):
            drawn += more
    return drawn


def test_words_after_ctrl_c_stand_on_a_line_of_their_own_below_the_picture(tmp_path: Path) -> None:
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "hearthline", "demo", "--patients", "3", "--days", "3"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    demo = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    try:
        assert b"live, 900 times" in read_until(terminal, b"live, 900 times")
        demo.send_signal(signal.SIGINT)
        drawn = read_until(terminal, WORDS) + read_until(terminal, b"no such words")
        assert demo.wait(30) == 0
    finally:
        demo.kill()
        demo.wait()
        os.close(terminal)
    lines = drawn.split(b"\r\n")
    words = next(number for number, line in enumerate(lines) if line.endswith(WORDS))
    assert lines[words].replace(b"\x1b[?25h", b"") == WORDS
    assert drawn.count(WORDS) == 1
    assert not any(b"\x1b[1A" in line for line in lines[words:])
