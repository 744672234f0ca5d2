"""Data quality, of readings that went through the write path."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Message, Refusal
from registry.facts import set_fact
from tests.support.wards import Ward, taken

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
END = START + timedelta(days=7)


def weighing(number: int, weight: float = 80.0, **more: Any) -> dict[str, Any]:
    return taken(f"w{number}", START + timedelta(days=number), weight=weight) | more


def send(ward: Ward, number: int, delay: float, device: str = "device-of-ana", **more: Any) -> list[str]:
    """A weighing received `delay` minutes after it was taken."""
    ward.now = START + timedelta(days=number, minutes=delay)
    return ward.take(device, "weight", weighing(number, **more))


def ana(ward: Ward) -> None:
    ward.now = START - timedelta(days=1)
    ward.admit("ana")


def quality(ward: Ward, **more: Any) -> dict[str, Any]:
    ward.now = max(ward.now, END)
    return ward.told("quality", "ana", 7, until=END, **more)


def value(told: dict[str, Any], name: str) -> Any:
    return told["figures"][name]["value"]


def test_delays_are_from_measured_to_received(ward: Ward) -> None:
    ana(ward)
    for number, delay in enumerate([1, 2, 3, 4, 2000]):
        send(ward, number, delay)
    told = quality(ward)
    assert (value(told, "delay_median"), value(told, "late_pct")) == (3, 20)
    assert value(told, "delay_p95") == pytest.approx(4 + 0.8 * 1996)


def test_refusals_stand_by_code_and_device_model(ward: Ward) -> None:
    ana(ward)
    ward.equip("ana", "second-scale", model="scale-x")
    assert send(ward, 0, 1, weight=900) == ["decode.out_of_range"]
    assert send(ward, 1, 1, "second-scale", weight=900) == ["decode.out_of_range"]
    assert send(ward, 2, 1, "second-scale", weight=900) == ["decode.out_of_range"]
    told = quality(ward)
    assert [(line["code"], line["model"], line["n"]) for line in told["refusals"]] == [
        ("decode.out_of_range", "scale-x", 2),
        ("decode.out_of_range", "any", 1),
    ]
    assert (value(told, "refused"), told["why"]) == (3, "no readings in the period")


def test_refusals_of_whoever_had_the_device_later_are_not_this_patients(ward: Ward) -> None:
    ana(ward)
    ward.admit("ben")
    ward.hand("device-of-ana", "ben", from_at=START + timedelta(days=1))
    send(ward, 0, 1, weight=900)
    send(ward, 2, 1, weight=900)
    assert value(quality(ward), "refused") == 1


def test_numbers_that_were_never_heard_are_counted(ward: Ward) -> None:
    ana(ward)
    for number, seq in enumerate([1, 2, 5, 6]):
        send(ward, number, 1, seq=seq)
    told = quality(ward)
    assert (value(told, "missing_numbers"), told["by_device"][0]["missing_numbers"]) == (2, 2)


def test_another_persons_weighing_is_counted(ward: Ward) -> None:
    ana(ward)
    for number, weight in enumerate([80, 80, 80, 110]):
        send(ward, number, 1, weight=weight)
    assert value(quality(ward), "other_person") == 1


def test_a_device_held_without_a_reading_is_there(ward: Ward) -> None:
    ana(ward)
    told = quality(ward)
    assert [(line["device"], line["n"]) for line in told["by_device"]] == [("device-of-ana", 0)]
    page = ward.report("quality", "ana", 7, until=END).html()
    assert "No reading in this period" in page
    assert "nan" not in page.lower()


def test_no_match_is_never_shown_without_the_hours_in_which_there_could_have_been_one(ward: Ward) -> None:
    ana(ward)
    send(ward, 0, 1)
    told = quality(ward)
    assert told["coverage"]
    assert all(0 <= line["could_have_fired_pct"] <= 100 for line in told["coverage"])
    assert "no match says nothing of other hours" in ward.report("quality", "ana", 7, until=END).html()


def test_as_of_says_what_was_stored_refused_missing_and_watched_by_then(any_ward: Ward) -> None:
    """Since then a gap was closed, a refusal was tried again and stored, and a condition stated."""
    ward = any_ward
    ana(ward)
    for number, seq in enumerate([1, 2, 5, 6]):
        send(ward, number, 1, seq=seq)
    unknown = "a-strange-scale"
    ward.take(unknown, "weight", weighing(9, seq=1))
    assert send(ward, 5, 1, weight=900) == ["decode.out_of_range"]
    ward.now = END
    before = quality(ward)
    assert (value(before, "missing_numbers"), value(before, "refused")) == (2, 1)
    ward.now = END + timedelta(hours=1)
    ward.take("device-of-ana", "weight", weighing(3, seq=3) | {"id": "late"}, weighing(4, seq=4) | {"id": "later"})
    with Session(ward.engine) as session, session.begin():
        set_fact(session, "ana", "condition", "heart_failure", author="test", now=ward.now)
        refused = session.scalars(select(Refusal).where(Refusal.code == "decode.out_of_range")).one()
        later = session.scalars(select(Message).order_by(Message.stored_at.desc())).first()
        assert later is not None
        refused.state, refused.resolved_by = "resolved", later.id
    again = ward.told("quality", "ana", 7, until=END, cursor=datetime.fromisoformat(before["cursor"]))
    assert again == before | {"made_at": again["made_at"]}
    now = quality(ward)
    assert (value(now, "missing_numbers"), now["refusals"][0]["state"]) == (0, "resolved")
    assert now["coverage"] != before["coverage"]
