"""Tables: everything is there at any width, words are whole, and an id is short enough to type."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios

import pytest

from hearthline.tables import Column, stacked, widths

COLUMNS = (Column("patient", "patient"), Column("rule", "rule"), Column("id", "flag", below="patient", ending=True))
STYLE = re.compile("\x1b\\[[0-9;]*m")
SHOW = """\
from uuid import UUID
from hearthline.commands.flags import COLUMNS
from hearthline.show import show_rows
row = {"severity": "CRIT", "patient": "Lucía Exampleton", "rule": "Level 2 low glucose on the sensor",
       "newest": "48 mg/dL", "limit": "54 mg/dL", "since": "Tue 27 Oct 02:29", "often": "2 times",
       "note": "not confirmed", "status": "acknowledged", "id": UUID("01a203b8-6f01-88af-8f61-b3139ed3fde6")}
show_rows([row, row | {"patient": "李小龍"}], COLUMNS, json=False)
"""


def shown(width: int) -> list[str]:
    """The worklist's table on a terminal that is so wide, without its styles."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    subprocess.run([sys.executable, "-c", SHOW], stdout=theirs, env=environment, check=True)
    os.close(theirs)
    lines = STYLE.sub("", os.read(ours, 20_000).decode()).splitlines()
    os.close(ours)
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("width", [70, 80, 120, 220])
def test_the_worklist_fits_a_window_with_nothing_left_out_and_no_word_cut(width: int) -> None:
    lines = shown(width)
    words = " ".join(lines).split()
    assert max(map(len, lines)) <= width
    for told in ("CRIT", "Lucía", "Exampleton", "李小龍", "glucose", "48", "54", "Tue 27 Oct 02:29", "acknowledged"):
        assert set(told.split()) <= set(words)
    assert words.count("9ed3fde6") == 2
    assert "…" not in "".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "lines_a_row"), [(220, 1), (110, 2)])
def test_a_row_takes_one_line_where_there_is_room_and_two_where_there_is_less(width: int, lines_a_row: int) -> None:
    assert len(shown(width)) == 3 * lines_a_row


def test_what_goes_below_another_column_is_its_next_line() -> None:
    assert stacked(COLUMNS, {"patient": "Ana", "rule": "low", "id": "9ed3fde6"}) == {
        "patient": "Ana\n9ed3fde6",
        "rule": "low",
    }


@pytest.mark.parametrize(
    ("least", "most", "room", "given"),
    [
        ([4, 8], [10, 20], 40, [10, 20]),
        ([4, 8], [10, 20], 20, [7, 13]),
        ([4, 8], [4, 80], 20, [4, 16]),
        ([4, 8], [10, 20], 5, [4, 8]),
        ([0], [0], 10, [0]),
    ],
)
def test_what_is_left_of_the_room_goes_where_most_is_broken(
    least: list[int], most: list[int], room: int, given: list[int]
) -> None:
    assert widths(least, most, room) == given
