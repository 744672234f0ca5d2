"""What was refused, seen and tried again: the first verdict stays, a second one is linked to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from ingest.errors import QuarantineError
from ingest.ledger import Counts, count_verdicts
from ingest.quarantine import Replayed, get_payload, get_refusal, list_refusals, replay_refusal
from models.tables import Evaluation, Message, MessagePayload, Reading, Refusal
from tests.support.desks import CUFF, NOW, Desk, counts, desk_at, pressure


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A cuff that nobody holds yet, and Ana."""
    with desk_at(database_url) as desk:
        desk.enrol(CUFF)
        desk.admit("ana")
        yield desk


def listed(desk: Desk, **wanted: str) -> list[tuple[str, int]]:
    with Session(desk.engine) as session:
        return [(row.code, row.element) for row in list_refusals(session, **wanted)]


def refusal_of(desk: Desk, element: int = 0) -> Refusal:
    """The first refusal of that element, by the time of its receipt."""
    found = [row for row in desk.all(Refusal) if row.element == element]
    return min(found, key=lambda row: (row.received_at, row.state != "open"))


def replay(desk: Desk, refusal_id: UUID) -> Replayed:
    return replay_refusal(desk.engine, refusal_id, clock=lambda: desk.now)


def test_newest_come_first_and_elements_in_order(desk: Desk) -> None:
    desk.take([pressure("a"), {}])
    desk.now += timedelta(seconds=1)
    desk.take(b"?")
    told = [("decode.not_json", 0), ("identify.unassigned", 0), ("decode.bad_time", 1)]
    assert listed(desk) == listed(desk, state="open") == told
    assert listed(desk, code="decode.bad_time") == [("decode.bad_time", 1)]
    assert listed(desk, state="resolved") == []


def test_a_refusal_is_shown_with_the_bytes_as_received(desk: Desk) -> None:
    desk.take(b'{"id": "a", "static": "\xff')
    with Session(desk.engine) as session:
        [row] = list_refusals(session)
        assert get_refusal(session, row.id) is row
        assert get_payload(session, row) == b'{"id": "a", "static": "\xff'


def test_there_is_no_refusal_of_that_id(desk: Desk) -> None:
    with Session(desk.engine) as session, pytest.raises(QuarantineError, match="see: hearthline quarantine list"):
        get_refusal(session, UUID(int=1))


def test_after_an_assignment_the_reading_goes_in_with_its_own_time_of_receipt(desk: Desk) -> None:
    desk.take([{}, pressure("a")])
    first = refusal_of(desk, 1)
    desk.assign(CUFF, "ana")
    desk.now += timedelta(days=30)
    done = replay(desk, first.id)
    assert (done.refusal, done.verdict.verdict, done.verdict.element) == (first.id, "stored", 1)
    [row] = desk.all(Reading)
    assert (row.patient_id, row.message_id, row.received_at) == ("ana", done.message, NOW)
    assert row.stored_at == desk.now
    assert "late" not in row.quality
    message = desk.message(done.message)
    assert (message.replay_of, message.elements, counts(message)) == (first.id, 1, (1, 0, 0, 0))
    assert [(again.patient_id, again.reason) for again in desk.all(Evaluation)] == [("ana", "reading")]


def test_the_first_verdict_is_not_rewritten_but_resolved_by_the_second(desk: Desk) -> None:
    desk.take(pressure("a"))
    first = refusal_of(desk)
    desk.assign(CUFF, "ana")
    done = replay(desk, first.id)
    with Session(desk.engine) as session:
        kept = get_refusal(session, first.id)
        assert (kept.code, kept.state, kept.resolved_by) == ("identify.unassigned", "resolved", done.message)
        assert (kept.message_id, kept.received_at) == (first.message_id, NOW)
        assert count_verdicts(session) == Counts(1, 1, 0, 0, 1, 0)
    assert len(desk.all(MessagePayload)) == 1


def test_a_second_replay_finds_nothing_to_do(desk: Desk) -> None:
    desk.take(pressure("a"))
    desk.assign(CUFF, "ana")
    first = refusal_of(desk)
    replay(desk, first.id)
    with pytest.raises(QuarantineError, match=f"refusal {first.id} is resolved already"):
        replay(desk, first.id)
    assert len(desk.all(Reading)) == 1
    assert len(desk.all(Message)) == 2


def test_what_was_sent_again_meanwhile_is_resolved_as_a_duplicate(desk: Desk) -> None:
    desk.take(pressure("a"))
    desk.assign(CUFF, "ana")
    assert desk.take(pressure("a")) == ["stored"]
    assert replay(desk, refusal_of(desk).id).verdict.verdict == "duplicate"
    assert desk.refusals() == [("identify.unassigned", "", 0, "resolved")]


def test_refused_again_it_stays_open_and_the_second_verdict_is_linked(desk: Desk) -> None:
    desk.take(pressure("a"))
    first = refusal_of(desk)
    desk.now += timedelta(hours=1)
    again = replay(desk, first.id)
    assert (again.verdict.verdict, again.verdict.code) == ("quarantined", "identify.unassigned")
    assert desk.refusals() == [("identify.unassigned", "", 0, "dismissed"), ("identify.unassigned", "", 0, "open")]
    second = next(row for row in desk.all(Refusal) if row.state == "dismissed")
    assert (second.message_id, desk.message(again.message).replay_of) == (again.message, first.id)
    desk.assign(CUFF, "ana")
    assert replay(desk, first.id).verdict.verdict == "stored"


def test_a_verdict_of_a_replay_is_itself_not_replayed(desk: Desk) -> None:
    desk.take(pressure("a"))
    replay(desk, refusal_of(desk).id)
    second = next(row for row in desk.all(Refusal) if row.state == "dismissed")
    with pytest.raises(QuarantineError, match="is dismissed already"):
        replay(desk, second.id)


def test_after_a_handover_it_goes_to_whoever_held_the_device_then(desk: Desk) -> None:
    desk.take(pressure("a", "2026-01-05T07:12:00Z"))
    desk.admit("bo")
    desk.assign(CUFF, "ana")
    desk.now += timedelta(days=2)
    desk.assign(CUFF, "bo")
    replay(desk, refusal_of(desk).id)
    assert [row.patient_id for row in desk.all(Reading)] == ["ana"]


def test_two_replays_at_one_moment_make_one_reading_and_two_linked_verdicts(postgres_database: str) -> None:
    """D23: both have seen the refusal open before either stores."""
    with desk_at(postgres_database) as desk:
        desk.enrol(CUFF)
        desk.admit("ana")
        desk.take(pressure("a"))
        desk.assign(CUFF, "ana")
        first, seen = refusal_of(desk), Barrier(2)

        def clock() -> datetime:
            with suppress(BrokenBarrierError):
                seen.wait(5)
            seen.abort()  # only the first look is made together
            return desk.now

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda _: replay_refusal(desk.engine, first.id, clock=clock), range(2)))
        assert sorted(each.verdict.verdict for each in done) == ["duplicate", "stored"]
        assert len(desk.all(Reading)) == 1
        assert {desk.message(each.message).replay_of for each in done} == {first.id}
        assert refusal_of(desk).resolved_by in {each.message for each in done}


def test_a_handover_between_two_tries_and_a_purge_after_them_leave_one_reading(desk: Desk) -> None:
    """D23: the first try finds no holder, the second the one of that time, a third nothing to do."""
    desk.take(pressure("a", "2026-01-05T07:12:00Z"))
    first = refusal_of(desk)
    assert replay(desk, first.id).verdict.verdict == "quarantined"
    desk.admit("bo")
    desk.assign(CUFF, "ana")
    desk.now += timedelta(days=2)
    desk.assign(CUFF, "bo")
    assert replay(desk, first.id).verdict.verdict == "stored"
    with desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM message_payload"))
    with pytest.raises(QuarantineError, match="is resolved already"):
        replay(desk, first.id)
    assert desk.take(pressure("a", "2026-01-05T07:12:00Z")) == ["duplicate"]
    assert [row.patient_id for row in desk.all(Reading)] == ["ana"]
    assert sorted(str(row.replay_of) for row in desk.all(Message)) == sorted(
        ["None", "None", str(first.id), str(first.id)]
    )


def test_without_its_bytes_it_cannot_be_replayed(desk: Desk) -> None:
    desk.take(pressure("a"))
    with desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM message_payload"))
    first = refusal_of(desk)
    with Session(desk.engine) as session:
        assert get_payload(session, first) is None
    with pytest.raises(QuarantineError, match="the device has to send again"):
        replay(desk, first.id)
    assert desk.refusals() == [("identify.unassigned", "", 0, "open")]


def test_an_unreadable_message_is_unreadable_again(desk: Desk) -> None:
    desk.take(b"[1,")
    assert replay(desk, refusal_of(desk).id).verdict.code == "decode.not_json"


def test_a_status_of_a_device_enrolled_since_is_noted(desk: Desk) -> None:
    desk.take({"battery": 1}, device="cuff-0002", measure="status")
    desk.enrol("cuff-0002")
    assert replay(desk, refusal_of(desk).id).verdict.verdict == "noted"
    assert desk.refusals() == [("identify.unknown_device", "", 0, "resolved")]


def test_a_conflict_replayed_is_a_conflict_again(desk: Desk) -> None:
    desk.assign(CUFF, "ana")
    desk.take(pressure("a"), pressure("a", systolic=129))
    assert replay(desk, refusal_of(desk).id).verdict.code == "store.conflict"
    assert [row.systolic for row in desk.all(Reading)] == [128.0]
