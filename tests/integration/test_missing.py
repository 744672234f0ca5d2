"""Readings that are missing are seen on the device and gone when they arrive, whatever came in which order."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hearthline.__main__ import run
from ingest.quarantine import replay_refusal
from models.tables import Refusal
from registry.missing import MOST, Numbers, count_missing, read_numbers
from tests.support.desks import CUFF, NOW, Desk, desk_at, pressure

GATEWAY = "gateway-0001"
LARGEST = 2**53 - 1
BEGIN = NOW - timedelta(days=4)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """One cuff, held by Ana."""
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def taken(seq: int, hours: float | None = None, given_id: str | None = None, **more: Any) -> dict[str, Any]:
    """A reading with its number, an hour after the one before."""
    at = BEGIN + timedelta(hours=seq if hours is None else hours)
    return pressure(given_id or f"r-{seq}", at.isoformat(), seq=seq, **more)


def unitless(seq: int) -> dict[str, Any]:
    return taken(seq) | {"values": {"systolic": {"value": 120}}}


def numbers(desk: Desk, device: str = CUFF) -> Numbers:
    with desk.engine.connect() as connection:
        return read_numbers(connection, device)


def missing(desk: Desk, device: str = CUFF) -> list[tuple[int, int]]:
    return [(gap.first, gap.last) for gap in numbers(desk, device).count.gaps]


def listed(desk: Desk) -> dict[str, int]:
    with desk.engine.connect() as connection:
        return count_missing(connection, desk.now)


def test_a_gap_is_seen_and_closes_when_its_readings_arrive(desk: Desk) -> None:
    desk.take(*map(taken, (1, 2, 6)))
    [gap] = numbers(desk).count.gaps
    assert (gap.first, gap.last) == (3, 5)
    assert (gap.after, gap.before) == (BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=6))
    assert listed(desk) == {CUFF: 3}
    desk.take(taken(4), taken(4))
    assert missing(desk) == [(3, 3), (5, 5)]
    desk.take(taken(5), taken(3))
    assert (missing(desk), listed(desk)) == ([], {})


@pytest.mark.parametrize("seed", range(3))
def test_any_order_batching_and_duplication_ends_in_the_same_gaps(desk: Desk, seed: int) -> None:
    """The judge knows which were never sent; the count begins again at 60."""
    chance = Random(seed)
    lost = {*chance.sample(range(3, 59), 9), *chance.sample(range(63, 99), 6)}
    bodies = [taken(n % 60, n, f"r-{n}") for n in range(100) if n not in lost]
    sent = bodies + chance.sample(bodies, 30)
    chance.shuffle(sent)
    while sent:
        size = chance.randint(1, 25)
        desk.take(*sent[:size])
        del sent[:size]
    count = numbers(desk).count
    assert [n for gap in count.gaps for n in range(gap.first, gap.last + 1)] == [n % 60 for n in sorted(lost)]
    assert [(reset.left, reset.began, reset.at) for reset in count.resets] == [(59, 0, BEGIN + timedelta(hours=60))]


def test_refused_is_not_missing(desk: Desk) -> None:
    assert desk.take(taken(1), unitless(2), taken(4)) == ["stored", "decode.unit_missing", "stored"]
    assert missing(desk) == [(3, 3)]
    assert [row.seq for row in desk.all(Refusal)] == [2]
    assert desk.take(taken(3) | {"seq": "3"}, taken(3, given_id="no such id")) == ["decode.bad_seq", "decode.bad_id"]
    assert missing(desk) == []


def test_of_two_counts_each_has_its_own_refusals(desk: Desk) -> None:
    again = [taken(n, 90 + n, f"s-{n}") for n in (1, 2, 4)]
    refused = unitless(3) | {"id": "s-3", "measured_at": again[1]["measured_at"]}
    desk.take(taken(1), taken(2), unitless(3), taken(4), *again)
    assert missing(desk) == [(3, 3)]
    desk.take(refused, refused)
    assert missing(desk) == []


def test_what_was_refused_and_then_stored_is_one_reading(desk: Desk) -> None:
    desk.enrol("cuff-0002")
    bodies = [taken(n) for n in range(1, 5)] + [taken(n, 90 + n, f"s-{n}") for n in (1, 2, 4)]
    assert set(desk.take(*bodies, device="cuff-0002")) == {"identify.unassigned"}
    desk.admit("bo")
    desk.assign("cuff-0002", "bo")
    for refusal in desk.all(Refusal):
        replay_refusal(desk.engine, refusal.id, clock=lambda: desk.now)
    assert missing(desk, "cuff-0002") == [(3, 3)]


def test_what_nobody_held_when_it_was_measured_is_not_missing(desk: Desk) -> None:
    desk.enrol("cuff-0002")
    desk.admit("bo")
    desk.assign("cuff-0002", "bo", from_at=(BEGIN + timedelta(hours=2.5)).isoformat())
    bodies = [taken(n) for n in (3, 1, 2, 5)]
    assert desk.take(*bodies, device="cuff-0002") == [
        "stored", "identify.unassigned", "identify.unassigned", "stored",
    ]  # fmt: skip
    assert missing(desk, "cuff-0002") == [(4, 4)]


def test_a_device_is_counted_by_its_own_numbers_whoever_sends_them(desk: Desk) -> None:
    desk.enrol(GATEWAY, "gate")
    desk.enrol("cuff-0002", "bo", gateway=GATEWAY)
    desk.take(*(taken(n, device="cuff-0002") for n in (1, 4)), device=GATEWAY)
    desk.take(unitless(2) | {"device": "cuff-0002"}, device=GATEWAY)
    assert (missing(desk, "cuff-0002"), missing(desk, GATEWAY)) == ([(3, 3)], [])


def test_nobody_closes_another_devices_gap(desk: Desk) -> None:
    """A10"""
    desk.enrol("cuff-0002", "bo")
    desk.take(taken(1), taken(3))
    desk.take(taken(2, device=CUFF), unitless(2) | {"device": CUFF}, device="cuff-0002")
    assert missing(desk) == [(2, 2)]
    desk.take(*(taken(n) for n in (1, 3)), device="cuff-0002")
    assert missing(desk, "cuff-0002") == [(2, 2)]


def test_a_factory_reset_quarantines_what_differs_and_is_shown(desk: Desk) -> None:
    """D21: ids, numbers and clock start again."""
    desk.take(*(taken(n) for n in range(1, 8)))
    lost_clock = [
        pressure(f"r-{n}", f"2000-01-01T00:{n:02}:00Z", 140 + n, seq=n) for n in range(1, 4)
    ]  # fmt: skip
    assert desk.take(*lost_clock) == ["store.conflict"] * 3
    assert [(reset.at, reset.began) for reset in numbers(desk).count.resets] == [(None, 1)]
    assert desk.take(*(taken(n, 20 + n, systolic=150) for n in (4, 5))) == ["store.conflict"] * 2
    assert desk.take(*(taken(n, 20 + n) for n in (8, 10))) == ["stored"] * 2
    assert len(desk.readings()) == 9
    assert missing(desk) == [(9, 9)]


def test_after_a_reset_with_ids_of_their_own_readings_are_stored_and_the_reset_has_its_time(desk: Desk) -> None:
    desk.take(*(taken(n) for n in range(1, 8)))
    again = [taken(n, 20 + n, f"s-{n}") for n in (1, 2, 4)]
    assert desk.take(*again) == ["stored"] * 3
    count = numbers(desk).count
    assert [(reset.left, reset.began) for reset in count.resets] == [(7, 1)]
    assert missing(desk) == [(3, 3)]


def test_the_list_looks_at_thirty_days_and_the_device_at_everything(desk: Desk) -> None:
    desk.take(taken(1, -60 * 24), taken(3, -59 * 24), taken(4), taken(7))
    assert listed(desk) == {CUFF: 2}
    assert missing(desk) == [(2, 2), (5, 6)]


def test_a_device_that_counts_at_random_stays_bounded(desk: Desk) -> None:
    """A10: only the newest part of such a count is looked at, and the other devices' are what they are."""
    desk.enrol("cuff-0002", "bo")
    desk.take(*(taken(n) for n in (1, 3)), device="cuff-0002")
    wild = [taken((0, LARGEST)[n % 2], n / 20, f"w-{n}") for n in range(MOST + 20)]
    assert set(desk.take(*wild)) == {"stored"}
    known = numbers(desk)
    assert known.cut
    assert len(known.count.resets) <= MOST
    assert listed(desk) == {"cuff-0002": 1}


Said = Callable[..., str]


@pytest.fixture
def said(sqlite_database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """What a command prints, once it has ended well."""
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", sqlite_database)

    def run_and_read(*arguments: str) -> str:
        assert run(arguments) == 0
        return capsys.readouterr().out

    return run_and_read


@pytest.fixture
def shown(sqlite_database: str) -> Iterator[Desk]:
    """Two gaps, yesterday; a status before them."""
    with desk_at(sqlite_database) as desk:
        desk.now = datetime.now(NOW.tzinfo)
        desk.enrol(CUFF, "ana")
        begin = desk.now - timedelta(days=1)
        desk.commit(desk.hand_over({"battery": 55, "boots": 3}, measure="status"))
        for seq in (1, 3, 4, 7):
            desk.take(pressure(f"r-{seq}", (begin + timedelta(minutes=seq)).isoformat(), seq=seq))
        yield desk


def test_devices_and_patients_say_how_many_readings_are_missing(shown: Desk, said: Said, tmp_path: Path) -> None:
    [row] = map(json.loads, said("devices", "list", "--json").splitlines())
    assert row["missing"] == 3
    assert said("devices", "list").splitlines()[1].split()[-1] == "3"
    assert f"{CUFF}, from the beginning; 3 readings missing in the last 30 days" in said("patients", "show", "ana")


def test_a_device_is_shown_with_its_gaps(shown: Desk, said: Said) -> None:
    page = json.loads(said("devices", "show", CUFF, "--json"))
    assert {"id": CUFF, "battery": 55.0, "missing": 3, "gaps_in_all": 2, "resets": []}.items() <= page.items()
    assert [(gap["from"], gap["to"], gap["count"]) for gap in page["gaps"]] == [(2, 2, 1), (5, 6, 2)]
    assert datetime.fromisoformat(page["last_heard"]) == shown.now
    text = said("devices", "show", CUFF)
    assert "3 readings missing" in text
    assert "5 to 6: 2 readings missing, after" in text
    assert "55 %" in text


def test_a_long_list_of_gaps_ends_in_how_many_more_there_are(shown: Desk, said: Said) -> None:
    begin = shown.now - timedelta(hours=20)
    shown.take(*(pressure(f"r-{n}", (begin + timedelta(minutes=n)).isoformat(), seq=n) for n in range(10, 300, 2)))
    page = json.loads(said("devices", "show", CUFF, "--json"))
    assert (len(page["gaps"]), page["gaps_in_all"]) == (100, 147)
    assert "and 137 more" in said("devices", "show", CUFF)
