"""A payload that kills the process is found and put aside with its bytes, and nothing innocent is (P9)."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.careful import CRASHED, Careful
from ingest.decode import decode
from ingest.delivery import Decoding, Delivery, handed_over
from models.tables import MessagePayload
from tests.support.desks import CUFF, desk_at, pressure
from tests.support.places import ROOT
from tests.support.poison import deadly
from tests.support.processes import Server, running
from tests.support.speaking import speaking, wait_until

pytestmark = pytest.mark.slow
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def careful() -> Iterator[Careful]:
    it = Careful(deadly)
    yield it
    it.close()


def delivery(given_id: str, **more: object) -> Delivery:
    return handed_over(f"hearthline/v1/up/{CUFF}/blood_pressure", json.dumps(pressure(given_id) | more).encode(), NOW)


def codes(decodings: list[Decoding]) -> list[str | None]:
    return [getattr(one.outcomes[0], "code", None) for one in decodings]


def test_what_is_decoded_in_the_child_is_what_decode_says(careful: Careful) -> None:
    batch = [delivery("a"), delivery("b", values={}), handed_over("nowhere", b"\xff", NOW)]
    told = careful.decode_each(batch, between=list)
    assert [one.outcomes for one in told] == [decode(one.payload, one.topic, one.received_at) for one in batch]
    assert [one.delivery for one in told] == batch


@pytest.mark.parametrize("way", ["memory", "spin"])
def test_what_kills_its_decoder_twice_is_given_up_alone(careful: Careful, way: str) -> None:
    batch = [delivery("a"), delivery(way), delivery("b")]
    assert codes(careful.decode_each(batch, between=list)) == [None, CRASHED, None]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_child_told_to_end_ends_with_its_parent_alone(careful: Careful, number: int) -> None:
    careful.decode_each([delivery("a")], between=list)
    process = careful.process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, number)
    assert codes(careful.decode_each([delivery("b")], between=list)) == [None]
    assert careful.process is process


def test_a_kill_from_outside_condemns_nothing(careful: Careful) -> None:
    """Once in the middle of decode, and any number of times between two payloads."""
    careful.decode_each([delivery("a")], between=list)

    def kill() -> None:
        assert careful.process is not None
        assert careful.process.pid is not None
        os.kill(careful.process.pid, signal.SIGKILL)

    for _ in range(3):
        kill()
        assert codes(careful.decode_each([delivery("b")], between=list)) == [None]
    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(careful.decode_each, [delivery("slow")], list)
        with pytest.raises(TimeoutError):
            telling.result(0.4)
        kill()
        assert codes(telling.result(20)) == [None]


def test_after_its_window_no_child_is_left(careful: Careful) -> None:
    careful.left = 2
    careful.decode_each([delivery("a"), delivery("b")], between=list)
    assert (careful.left, careful.process) == (0, None)


def test_a_deadly_payload_is_quarantined_with_its_bytes_and_the_others_are_stored(
    sqlite_database: str, mosquitto: Server, tmp_path: Path
) -> None:
    """The first worker dies of it; the next finds out what it was, and the one after needs not to."""
    command = [sys.executable, "-m", "tests.support.poison", sqlite_database, mosquitto.host, str(mosquitto.port)]
    ids = ["a", "kill", "b"]
    with desk_at(sqlite_database) as desk, speaking(mosquitto) as device:
        desk.enrol(CUFF, "ana")
        with running(["env", f"PYTHONPATH={ROOT}", *command], tmp_path / "first") as first:
            wait_until(lambda: "broker.subscribed" in (tmp_path / "first").read_text())
            device.say(*(pressure(each, f"2026-01-05T07:1{n}:00Z") for n, each in enumerate(ids)))
            assert first.wait(20) == -signal.SIGKILL
        with running(["env", f"PYTHONPATH={ROOT}", *command], tmp_path / "second"):
            wait_until(lambda: len(device.answers) >= 3, seconds=60)
        assert set(desk.readings()) == {"a", "b"}
        assert [refusal[:2] for refusal in desk.refusals()] == [(CRASHED, "")]
        assert b"kill" in b"".join(row.payload for row in desk.all(MessagePayload))
