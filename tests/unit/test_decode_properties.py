"""What holds for any payload: outcomes and never an exception, one for each element, the same each time."""

import json
import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.codes import CODES, MARKS
from ingest.decode import FORMATS, decode, native
from ingest.decoded import Decoded, Noted, Outcome, Rejected
from models.measures import CATALOGUE

RECEIVED_AT = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
TOPICS = [f"hearthline/v1/up/device-001/{leaf}" for leaf in (*CATALOGUE, "status", "symptoms", "wieght")]
UNITS = sorted({unit for each in CATALOGUE.values() for part in each.components for unit in part.accepts})
NAMES = sorted({part.name for each in CATALOGUE.values() for part in each.components})

topics = st.one_of(st.sampled_from(TOPICS), st.text(max_size=60))
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=25,
)
times = st.one_of(
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.timedeltas(timedelta(days=-2), timedelta(days=9999)).map(lambda age: (RECEIVED_AT - age).isoformat()),
    scalars,
)
numbers = st.one_of(st.floats(), st.integers(-10, 700), st.decimals(0, 400, places=2).map(float), st.just("LO"), trees)
quantities = st.fixed_dictionaries({"value": numbers, "unit": st.sampled_from(UNITS) | scalars}) | trees
readings = st.fixed_dictionaries(
    {"measured_at": times, "values": st.dictionaries(st.sampled_from(NAMES), quantities, max_size=6)},
    optional={
        "id": st.text(max_size=70), "seq": scalars, "user": scalars, "device": st.text(max_size=42) | scalars,
        "started_at": times, "clock": st.fixed_dictionaries({"device": times, "reference": times}) | trees,
        "context": st.dictionaries(st.sampled_from(["kind", "specimen", "meal", "posture"]), scalars) | trees,
    },
)  # fmt: skip


def sound(outcomes: list[Outcome]) -> bool:
    """Every outcome can be stored and answered: known code, bounded text, finite numbers, known marks."""
    return bool(outcomes) and all(
        isinstance(each, Noted) or (_refusal(each) if isinstance(each, Rejected) else _reading(each))
        for each in outcomes
    )


def _refusal(each: Rejected) -> bool:
    texts = (each.pointer, each.detail, each.given_id or "", each.measured_at or "")
    assert each.code in CODES
    assert all(text.isascii() or text.isprintable() for text in texts)
    assert not any("\0" in text for text in texts)
    return len(each.pointer) <= 200 and len(each.detail) <= 200 and len(each.measured_at or "") <= 40


def _reading(each: Decoded) -> bool:
    known = {*MARKS, *(f"{name}_unusual" for name in NAMES)}
    json.dumps([each.as_sent, each.context]).encode()
    assert set(each.quality) <= known
    assert list(each.quality) == sorted(each.quality)
    assert each.time_quality in ("good", "doubtful")
    assert set(each.values) <= set(each.as_sent)
    assert len(each.device_time) <= 40
    assert each.measured_at.utcoffset() == timedelta(0)
    return all(math.isfinite(value) for value in each.values.values())


@given(st.binary(max_size=200), topics)
def test_any_bytes_on_any_topic_have_outcomes(payload: bytes, topic: str) -> None:
    assert sound(decode(payload, topic, RECEIVED_AT))


@given(st.one_of(trees, readings, st.lists(readings, max_size=4)), topics)
@example([{"measured_at": "9999-12-31T23:59:59-14:00"}], TOPICS[0])
@example({"context": {"specimen": ["capillary"]}}, TOPICS[1])
def test_any_json_on_any_topic_has_outcomes(tree: Any, topic: str) -> None:
    assert sound(decode(json.dumps(tree).encode(), topic, RECEIVED_AT))


@given(st.lists(trees | readings, min_size=1, max_size=8), st.sampled_from(list(CATALOGUE)))
def test_an_array_has_one_outcome_an_element_in_its_order(elements: list[Any], measure: str) -> None:
    found = decode(json.dumps(elements).encode(), f"hearthline/v1/up/device-001/{measure}", RECEIVED_AT)
    assert [outcome.element for outcome in found] == list(range(len(elements)))


@given(readings, st.sampled_from(TOPICS))
def test_decoding_again_decides_the_same(reading: Any, topic: str) -> None:
    payload = json.dumps(reading).encode()
    assert decode(payload, topic, RECEIVED_AT) == decode(payload, topic, RECEIVED_AT)


@given(st.lists(readings, min_size=2, max_size=5), st.sampled_from(list(CATALOGUE)))
def test_an_element_fares_in_an_array_as_it_fares_alone(elements: list[Any], measure: str) -> None:
    topic = f"hearthline/v1/up/device-001/{measure}"
    together = decode(json.dumps(elements).encode(), topic, RECEIVED_AT)
    alone = [decode(json.dumps(element).encode(), topic, RECEIVED_AT)[0] for element in elements]
    assert [_essence(outcome) for outcome in together] == [_essence(outcome) for outcome in alone]


def _essence(outcome: Outcome) -> object:
    if isinstance(outcome, Decoded):
        return outcome.id, outcome.content_digest, outcome.quality
    return outcome.code if isinstance(outcome, Rejected) else None


@given(st.integers(0, 120), st.binary(min_size=1, max_size=1))
def test_a_reading_with_one_byte_changed_has_one_outcome(position: int, byte: bytes) -> None:
    payload = b'{"id":"a-1","measured_at":"2026-01-05T07:12:00-05:00","values":{"weight":{"value":72.5,"unit":"kg"}}}'
    changed = payload[:position] + byte + payload[position + 1 :]
    assert sound(decode(changed, "hearthline/v1/up/scale-001/weight", RECEIVED_AT))


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 65536, b"]" * 65536, b'"' * 65536, b'"' + b'\\"' * 32767, b"9" * 65536, b"{" * 65536, b"\\" * 65536,
        b'{"values":{"weight":{"unit":"kg","value":' + b"9" * 65000 + b"}}}",
        b'{"values":{"weight":{"unit":"kg","value":1e' + b"9" * 65000 + b"}}}",
        b'{"values":{' + b",".join(b'"c%d":{}' % n for n in range(5000)) + b"}}",
        b"[" + b",".join(b"{}" for _ in range(500)) + b"]",
    ],
)  # fmt: skip
def test_no_payload_of_64_kib_takes_long(payload: bytes) -> None:
    begun = time.process_time()
    assert sound(decode(payload, "hearthline/v1/up/scale-001/weight", RECEIVED_AT))
    assert time.process_time() - begun < 0.5


def test_the_table_names_every_format_and_ours_is_the_default() -> None:
    assert dict(FORMATS) == {"native": native.decode}
    assert decode(b"{}", TOPICS[0], RECEIVED_AT) == FORMATS["native"](b"{}", TOPICS[0], RECEIVED_AT)
