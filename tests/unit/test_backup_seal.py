"""A backup file that was stolen says nothing, and one that was touched says so (A9)."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearthline.errors import Failure
from hearthline.keeping.key import make_key, read_key
from hearthline.keeping.sealed import CHECK, FRAME, SALT, TAG, TITLE, Seal, unseal

KEY, HEAD, NAME = bytes(range(32)), len(TITLE) + SALT + CHECK, Path("a.backup")
WHOLE_FRAME = FRAME + TAG


def sealed(plain: bytes) -> bytes:
    file = io.BytesIO()
    seal = Seal(file, KEY)
    seal.write(plain)
    seal.close()
    return file.getvalue()


def opened(data: bytes, key: bytes = KEY) -> bytes:
    return b"".join(unseal(io.BytesIO(data), key, NAME))


THREE_FRAMES = bytes(FRAME) + b"b" * FRAME + b"the end"
FILE = sealed(THREE_FRAMES)


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 2 * FRAME + 7])
def test_what_was_sealed_comes_back(size: int) -> None:
    plain = os.urandom(size)
    assert opened(sealed(plain)) == plain


def test_nothing_of_it_can_be_read_in_the_file() -> None:
    assert b"the end" not in FILE
    assert sealed(THREE_FRAMES) != FILE


@given(st.integers(0, len(FILE) - 1), st.integers(0, 7))
def test_a_single_flipped_bit_is_noticed(place: int, bit: int) -> None:
    touched = bytearray(FILE)
    touched[place] ^= 1 << bit
    with pytest.raises(Failure):
        opened(bytes(touched))


@given(st.integers(0, len(FILE) - 1))
def test_a_file_cut_short_anywhere_is_noticed(size: int) -> None:
    with pytest.raises(Failure):
        opened(FILE[:size])


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_a_file_cut_at_the_edge_of_a_frame_is_noticed(frames: int) -> None:
    with pytest.raises(Failure, match="is damaged or cut short in its MiB"):
        opened(FILE[: HEAD + frames * WHOLE_FRAME])


def test_frames_in_another_order_or_twice_are_noticed() -> None:
    head, first, second, last = FILE[:HEAD], *(FILE[HEAD + n * WHOLE_FRAME :][:WHOLE_FRAME] for n in range(3))
    assert opened(head + first + second + last) == THREE_FRAMES
    for order in ((second, first, last), (first, first, second, last), (first, second, last, last), (last,)):
        with pytest.raises(Failure, match="is damaged"):
            opened(head + b"".join(order))


def test_a_frame_of_another_backup_is_noticed() -> None:
    other = sealed(THREE_FRAMES)
    with pytest.raises(Failure, match="is damaged in its MiB 2"):
        opened(FILE[: HEAD + WHOLE_FRAME] + other[HEAD + WHOLE_FRAME :])


def test_another_key_is_told_from_damage() -> None:
    with pytest.raises(Failure, match=r"a\.backup was made with another key; name its key file with --key-file"):
        opened(FILE, bytes(32))


@pytest.mark.parametrize("data", [b"", b"PGDMP", b"SQLite format 3\0" * 10])
def test_a_file_of_something_else_is_told(data: bytes) -> None:
    with pytest.raises(Failure, match="is no backup of this program"):
        opened(data)


def test_a_key_file_is_its_owners_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_key(path)) == 32
    with pytest.raises(Failure, match="exists already; name another file: a key that is replaced is lost"):
        make_key(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_may_use_is_refused_with_the_mend(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    make_key(path)
    path.chmod(mode)
    with pytest.raises(Failure, match=r"may be used by others; run: chmod 600 .*key"):
        read_key(path)


@pytest.mark.parametrize("text", ["", "hearthline-backup-key-1\n", "hearthline-backup-key-1\nAAAA\n", "é\0"])
def test_a_file_without_a_key_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(Failure, match="is no key file; make one with: hearthline db make-key FILE"):
        read_key(path)


def test_without_a_key_no_backup_is_made() -> None:
    with pytest.raises(Failure, match=r"needs a key file; name one with --key-file or backup\.key_file"):
        read_key(None)
