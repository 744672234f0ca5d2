"""Old bytes go, and nothing that somebody still has to look at (D23)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update

from hearthline.keeping.purging import Purged, purge_payloads
from ingest.errors import QuarantineError
from ingest.quarantine import replay_refusal
from models.tables import Message, MessagePayload, Reading, Refusal
from tests.support.desks import CUFF, NOW, Desk, desk_at, pressure


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def early(given_id: str) -> dict[str, object]:
    """Measured before any message of these tests came."""
    return pressure(given_id, "2024-01-05T07:12:00Z")


def receive(desk: Desk, at: str, *bodies: object, device: str = CUFF) -> None:
    """At that time, whatever the readings say."""
    before, desk.now = desk.now, datetime.fromisoformat(at)
    desk.take(*bodies, device=device)
    desk.now = before


def purge(desk: Desk, days: int, batch: int = 500) -> Purged:
    clock = {"older_than": timedelta(days=days), "now": desk.now}
    return purge_payloads(desk.engine, tick=lambda _looked: None, batch=batch, **clock)


def months(desk: Desk) -> list[str]:
    return sorted(row.month for row in desk.all(MessagePayload))


def test_whole_months_that_are_old_enough_lose_their_bytes_and_nothing_else(desk: Desk) -> None:
    for month in range(8, 13):
        receive(desk, f"2025-{month:02}-28T12:00:00Z", early(f"r-{month}"))
    assert purge(desk, days=60) == Purged("2025-11", 3, 0)
    assert months(desk) == ["2025-11", "2025-12"]
    assert len(desk.all(Message)) == len(desk.all(Reading)) == 5
    assert purge(desk, days=60) == Purged("2025-11", 0, 0)


def test_a_month_is_kept_until_its_last_day_is_old_enough(desk: Desk) -> None:
    receive(desk, "2025-11-01T00:00:00Z", early("r-1"))
    desk.now = datetime.fromisoformat("2025-12-30T23:00:00Z")
    assert purge(desk, days=30).purged == 0
    desk.now = datetime.fromisoformat("2025-12-31T00:00:00Z")
    assert purge(desk, days=30).purged == 1


def test_what_was_refused_keeps_its_bytes_while_it_is_open_and_can_be_tried_again(desk: Desk) -> None:
    receive(desk, "2024-01-28T12:00:00Z", early("r-1"), device="cuff-0002")
    assert purge(desk, days=30) == Purged("2025-12", 0, 1)
    desk.enrol("cuff-0002", "bo")
    [refusal] = desk.all(Refusal)
    assert replay_refusal(desk.engine, refusal.id, clock=lambda: desk.now).verdict.verdict == "stored"
    assert purge(desk, days=30) == Purged("2025-12", 1, 0)
    with pytest.raises(QuarantineError, match="is resolved already"):
        replay_refusal(desk.engine, refusal.id, clock=lambda: desk.now)


def test_what_was_refused_keeps_its_bytes_for_90_days_whatever_became_of_it(desk: Desk) -> None:
    receive(desk, "2025-10-28T12:00:00Z", b"rubbish", early("r-1"))
    with desk.engine.begin() as connection:
        connection.execute(update(Refusal).values(state="dismissed"))
    assert purge(desk, days=30) == Purged("2025-12", 1, 1)
    desk.now = NOW + timedelta(days=30)
    assert purge(desk, days=30) == Purged("2026-01", 1, 0)


def test_many_go_in_many_transactions(desk: Desk) -> None:
    """So that nobody waits long for one: here at most two messages in the first, then a few more."""
    receive(desk, "2025-08-28T12:00:00Z", *(early(f"r-{n}") for n in range(40)))
    commits: list[object] = []
    event.listen(desk.engine, "commit", commits.append)
    assert purge(desk, days=30, batch=2).purged == 40
    assert len(commits) >= 5
    assert months(desk) == []
