"""The loss ledger: every message has its row, every element its verdict, whatever the bytes and the topic were."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ingest.commit import commit
from ingest.decode import decode
from ingest.delivery import UP, Decoding, Delivery, handed_over
from ingest.ledger import Counts, count_verdicts
from models.tables import Evaluation, Message, MessagePayload, Reading
from tests.support.desks import CUFF, NOW, Desk, counts, desk_at, pressure, words


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with desk_at(database_url) as desk:
        desk.enrol(CUFF, "ana")
        yield desk


def at_topic(topic: str, payload: bytes = b"{}") -> Delivery:
    return handed_over(topic, payload, NOW)


def test_a_message_is_kept_with_its_bytes_and_counts(desk: Desk) -> None:
    sent = [pressure("a"), pressure("a"), pressure("b", user="x"), {"id": "c"}, 7]
    delivery = desk.hand_over(sent)
    assert words(desk.commit(delivery)) == [
        "stored", "duplicate", "decode.bad_user", "decode.bad_time", "decode.not_an_object",
    ]  # fmt: skip
    message, [kept] = desk.message(delivery.id), desk.all(MessagePayload)
    assert (message.topic, message.device_id) == (delivery.topic, CUFF)
    assert (message.elements, counts(message)) == (5, (1, 1, 3, 0))
    assert (message.size, message.sha256) == (len(delivery.payload), sha256(delivery.payload).hexdigest())
    assert (kept.message_id, kept.month, kept.payload) == (delivery.id, "2026-01", delivery.payload)
    assert message.replay_of is None


def test_a_refusal_says_where_and_keeps_the_id_but_no_value(desk: Desk) -> None:
    bad = pressure("b", systolic=9999)
    desk.take([pressure("a"), bad])
    assert desk.refusals() == [("decode.out_of_range", "/1/values/systolic/value", 1, "open")]
    with desk.engine.connect() as connection:
        [row] = connection.execute(text("SELECT given_id, device_id, detail FROM refusal")).all()
    assert (row.given_id, row.device_id) == ("b", CUFF)
    assert "9999" not in row.detail


def test_counts_that_do_not_add_up_are_refused_by_the_database(desk: Desk) -> None:
    desk.take(pressure("a"))
    with pytest.raises(IntegrityError), desk.engine.begin() as connection:
        connection.execute(text("UPDATE message SET stored = 2"))


def test_status_and_symptoms_are_noted_of_devices_we_know(desk: Desk) -> None:
    assert desk.take({"battery": 80}, measure="status") == ["noted"]
    assert desk.take({"tired": True}, measure="symptoms") == ["noted"]
    assert desk.take({"battery": 80}, device="cuff-0404", measure="status") == ["identify.unknown_device"]
    assert desk.take(b"oops", measure="status") == ["decode.not_json"]
    noted, refused = (0, 0, 0, 1), (0, 0, 1, 0)
    assert sorted(map(counts, desk.all(Message))) == [noted, noted, refused, refused]
    assert desk.all(Reading) == desk.all(Evaluation) == []


def test_the_ledger_adds_up_over_everything(desk: Desk) -> None:
    desk.take(pressure("a"), [pressure("a"), pressure("b")], b"", pressure("c", systolic=1))
    desk.take({}, measure="status")
    with Session(desk.engine) as session:
        assert count_verdicts(session) == Counts(5, 6, 2, 1, 2, 1)


def test_an_empty_ledger_counts_nothing(desk: Desk) -> None:
    with Session(desk.engine) as session:
        assert count_verdicts(session) == Counts(0, 0, 0, 0, 0, 0)


def test_an_empty_batch_writes_nothing(desk: Desk) -> None:
    assert desk.commit() == []
    assert desk.all(Message) == []


TOPICS = {
    "": "decode.bad_topic",
    "hearthline/v1/up": "decode.bad_topic",
    UP: "decode.bad_topic",
    UP + CUFF: "decode.bad_topic",
    UP + "//": "decode.bad_topic",
    UP + CUFF + "/blood_pressure/more": "decode.bad_topic",
    UP + "CUFF-0001/weight": "decode.bad_device",
    UP + CUFF + "/weihgt": "decode.unknown_measure",
    UP + "x" * 4000 + "/weight": "decode.bad_device",
    UP + CUFF + "/" + "x" * 4000: "decode.unknown_measure",
    UP + "dev\0ice-1/weight": "decode.bad_device",
    UP + CUFF + "/we\0ight": "decode.unknown_measure",
    UP + "dev\ud800ice/weight": "decode.bad_device",
    UP + "cuff-0001'; DROP TABLE reading; --/weight": "decode.bad_device",
    UP + "приве́т-001/weight": "decode.bad_device",
    "$SYS/broker/uptime": "decode.bad_topic",
}


def test_whatever_the_topic_its_message_is_kept_and_holds_nobody_up(desk: Desk) -> None:
    odd = [at_topic(topic, b'{"id": "z"}') for topic in TOPICS]
    settled = desk.commit(desk.hand_over(pressure("a")), *odd, desk.hand_over(pressure("b")))
    assert words(settled) == ["stored", *TOPICS.values(), "stored"]
    for topic, delivery in zip(TOPICS, odd, strict=True):
        kept = desk.message(delivery.id)
        assert kept.topic == topic[:400].replace("\0", "�").replace("\ud800", "?")
        assert len(kept.device_id or "") <= 40


PAYLOADS = [
    b"", b" ", b"\0", b"\xff\xfe", b"[" * 70_000, b'{"id": "\\u0000"}', b'{"id": "\\ud800"}', b"[[]]", b"null",
    b'{"id": "a", "\\u0000": 1}', b'{"user": 1e999}', b"NaN", b"[" + b"7," * 499 + b"7]", b"[" + b"7," * 500 + b"7]",
]  # fmt: skip


def test_whatever_the_bytes_they_are_kept_and_hold_nobody_up(desk: Desk) -> None:
    batch = [desk.hand_over(payload) for payload in PAYLOADS]
    settled = desk.commit(desk.hand_over(pressure("a")), *batch)
    assert words(settled)[0] == "stored"
    assert {verdict.verdict for one in settled[1:] for verdict in one.verdicts} == {"quarantined"}
    assert {row.payload for row in desk.all(MessagePayload)} > set(PAYLOADS)


STRANGE: list[dict[str, Any]] = [
    {"context": {"arm": "'; DROP TABLE reading; --", "posture": "<script>", "cuff": "=HYPERLINK(1)"}},
    {"seq": 2**53 - 1, "user": None},
    {"note": "\0\ud800" * 100, "clock": None},
]


def test_what_a_stranger_may_type_is_stored_as_text(desk: Desk) -> None:
    name = "!'\"\\%s?:x;--"
    assert desk.take(*(pressure(f"{name}{n}", **more) for n, more in enumerate(STRANGE))) == ["stored"] * len(STRANGE)
    assert {given: row.context for given, row in desk.readings().items()} == {
        f"{name}{n}": more.get("context", {}) for n, more in enumerate(STRANGE)
    }


def test_a_text_that_no_database_takes_is_refused_before_it(desk: Desk) -> None:
    odd = [pressure(f"n-{n}", context={"arm": arm}) for n, arm in enumerate(("a\0b", "\ud800", "x" * 41, "\n"))]
    assert desk.take(*odd, pressure("a")) == ["decode.bad_context"] * 4 + ["stored"]


def test_bytes_above_the_budget_are_not_kept_but_counted(desk: Desk) -> None:
    delivery = desk.hand_over(b"static")
    decoding = Decoding(delivery, decode(delivery.payload, delivery.topic, delivery.received_at))
    commit(desk.engine, [replace(decoding, keep=False)], desk.holders, lambda: NOW)
    assert counts(desk.message(delivery.id)) == (0, 0, 1, 0)
    assert desk.refusals() == [("decode.not_json", "", 0, "open")]
    assert desk.all(MessagePayload) == []
