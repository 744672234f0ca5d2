"""What a device does with a file that is full, in use, damaged, or shared by several devices."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from device.errors import BufferFullError, BufferUnusableError
from device.file import open_file
from device.message import Message
from device.shelf import DAY, Room, Shelf

NOW = 1_770_000_000.0


def message(size: int = 2) -> Message:
    return Message("weight", b"x" * size, (("a", None),), NOW)


def filled(shelf: Shelf, *finished: float | None) -> list[int]:
    """Messages; each finished so many days before now, None when it has no receipt."""
    shelf.boot("scale-0001")
    numbers = []
    for days in finished:
        numbers.append(shelf.add("scale-0001", message(), NOW))
        if days is not None:
            shelf.finish(numbers[-1:], NOW - days * DAY)
    return numbers


def kept(shelf: Shelf, numbers: list[int]) -> list[bool]:
    return [bool(shelf.reopen(number)) for number in numbers]


def test_a_receipted_message_is_kept_longer_than_a_week_while_there_is_room() -> None:
    shelf = Shelf(room=Room(messages=3))
    numbers = filled(shelf, 400, 8, None)
    assert kept(shelf, numbers) == [True, True, True]


def test_without_room_the_receipted_message_that_is_oldest_goes_first() -> None:
    shelf = Shelf(room=Room(messages=4))
    numbers = [*filled(shelf, None, 3, 9, 8), shelf.add("scale-0001", message(), NOW)]
    assert kept(shelf, numbers) == [True, True, False, True, True]


def test_a_new_reading_is_worth_more_than_a_receipted_one_of_this_week() -> None:
    shelf = Shelf(room=Room(messages=3))
    numbers = [*filled(shelf, None, 2, 1), shelf.add("scale-0001", message(), NOW)]
    assert kept(shelf, numbers) == [True, False, True, True]


@pytest.mark.parametrize("room", [Room(messages=2), Room(bytes=5)])
def test_what_has_no_receipt_never_goes(room: Room) -> None:
    shelf = Shelf(room=room)
    numbers = filled(shelf, None, None)
    with pytest.raises(BufferFullError, match="without a receipt"):
        shelf.add("scale-0001", message(), NOW)
    assert kept(shelf, numbers) == [True, True]


def test_room_counts_also_what_an_earlier_process_left(tmp_path: Path) -> None:
    first = Shelf(tmp_path / "buffer.db")
    filled(first, None, None)
    first.close()
    with pytest.raises(BufferFullError):
        Shelf(tmp_path / "buffer.db", Room(bytes=5)).add("scale-0001", message(), NOW)


def test_devices_of_one_file_do_not_see_each_others_messages() -> None:
    shelf = Shelf()
    for device in ("scale-0001", "scale-0002"):
        shelf.boot(device)
    numbers = [shelf.add(device, message(), NOW) for device in ("scale-0001", "scale-0002")]
    assert [shelf.next_seq(device) for device in ("scale-0001", "scale-0001", "scale-0002")] == [1, 2, 1]
    assert shelf.waiting("scale-0002") == ([numbers[1]], 1)
    shelf.finish(numbers[:1], NOW)
    assert shelf.boot("scale-0002") == (2, False)
    assert shelf.list_finished_since("scale-0002", 0.0) == []


def test_what_was_begun_and_not_ended_is_not_there() -> None:
    shelf = Shelf()
    shelf.boot("scale-0001")
    begun = shelf.writing()
    begun.__enter__()
    shelf.add("scale-0001", message(), NOW)
    shelf.next_seq("scale-0001")
    assert not begun.__exit__(SystemExit, SystemExit(), None)
    assert shelf.waiting("scale-0001") == ([], 0)
    assert shelf.next_seq("scale-0001") == 1


def test_what_was_committed_is_on_the_disk_and_not_only_on_its_way_there() -> None:
    """With anything less than FULL a power cut takes back what was committed (F11)."""
    with TemporaryDirectory() as folder, closing(open_file(f"{folder}/buffer.db")) as database:
        said = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert said == ["wal", 2]


def test_a_file_that_another_process_has_is_refused(tmp_path: Path) -> None:
    first = Shelf(tmp_path / "buffer.db")
    with pytest.raises(BufferUnusableError, match="in use by another process"):
        Shelf(tmp_path / "buffer.db")
    first.close()
    Shelf(tmp_path / "buffer.db").close()


def test_what_is_no_buffer_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "buffer.db"
    file.write_text("something else, long enough to be taken for a page of a database" * 20)
    before = file.read_bytes()
    with pytest.raises(BufferUnusableError, match="move it away"):
        Shelf(file)
    assert file.read_bytes() == before


def test_a_buffer_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Shelf(tmp_path / "buffer.db").close()
    with sqlite3.connect(tmp_path / "buffer.db") as database:
        database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(BufferUnusableError, match="update the SDK"):
        Shelf(tmp_path / "buffer.db")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BufferUnusableError, match=r"gone/buffer\.db cannot be used"):
        Shelf(tmp_path / "gone" / "buffer.db")
