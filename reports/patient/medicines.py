"""What the patient takes and is treated with, as facts state it, with their dates."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from registry.beginning import BEGINNING
from reports.period import Period
from reports.report import Ask

NAMES: Final = {"medicine": "medicine", "medication": "class of medicine", "therapy": "therapy"}
Line = dict[str, Any]


def medicines(ask: Ask) -> list[Line]:
    """Those that held at any time of the period, medicines first, then by their beginning; `from_at` None where no date
    was stated, `until_at` None while it lasts."""
    period = ask.period
    stated = [fact for fact in ask.subject.case.facts if fact.name in NAMES]
    held = [
        each for each in stated if each.from_at <= period.until and (not each.until_at or each.until_at > period.since)
    ]
    order = list(NAMES)
    return [
        {"name": each.name, "value": each.value, "from_at": None if each.from_at == BEGINNING else each.from_at,
         "until_at": each.until_at}
        for each in sorted(held, key=lambda each: (order.index(each.name), each.from_at, each.value))
    ]  # fmt: skip


def said_of(lines: list[Line], period: Period) -> list[str]:
    """What began and what ended in the period."""
    said = []
    for each in lines:
        words = f"{each['value']} ({NAMES[each['name']]})"
        if _within(each["from_at"], period):
            said.append(f"Begun on {_day(each['from_at'], period)}: {words}.")
        if _within(each["until_at"], period):
            said.append(f"Ended on {_day(each['until_at'], period)}: {words}.")
    return said


def _within(at: datetime | None, period: Period) -> bool:
    return at is not None and period.since <= at <= period.until


def _day(at: datetime, period: Period) -> str:
    return f"{at.astimezone(ZoneInfo(period.zone)):%Y-%m-%d}"
