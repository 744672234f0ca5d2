"""The figures of the whole patient."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pandas as pd

from models.measures import GLUCOSE
from reports.change.earlier import Earlier, last_report
from reports.change.figures import figures
from reports.change.judge import NOTHING, Change, Person, changes, line, sides
from reports.change.streams import BEFORE, NOW, Streams, both, read_streams
from reports.change.words import sentences
from reports.errors import ReportError
from reports.figure import Figure, figure, share
from reports.flags import Line, acts_of, line_of, standing
from reports.patient.daily import Row, daily
from reports.patient.medicines import medicines, said_of
from reports.patient.page import blocks
from reports.readings import digest, elsewhere, questionable
from reports.report import STRANGE, Ask, Found

DAY: Final = timedelta(days=1)
THE_PERIOD_BEFORE: Final = "the period before"


@dataclass(frozen=True, slots=True)
class Whole:
    """`whole` asks for both periods. `compared` is with the period before; `since_last` with the report before, where
    there is one."""

    whole: Ask
    days: list[Row]
    flags: list[Line]
    acts: list[Line]
    medicines: list[Line]
    compared: list[Change]
    since_last: list[Change]
    last: Earlier | None
    said: list[str]


def make(ask: Ask) -> Found:
    streams = read_streams(ask.session, [ask.subject.id], ask.period, ask.cursor)
    found = _found(ask, streams)
    made = _figures(ask, found, pd.concat(streams.all()))
    used = pd.concat(streams.all())
    counts = questionable(used)
    page, notes = partial(blocks, found, made, ask), _notes(used, found.last, ask)
    tables: dict[str, list[Any]] = {
        "compared": [line(each) for each in found.compared],
        "since_last": [line(each) for each in found.since_last],
        "changed": found.said,
        "days": found.days,
        "flags": found.flags,
        "acts": found.acts,
        "medicines": found.medicines,
    }
    more = {
        "compared_with": {"since": found.whole.period.since, "until": ask.period.since},
        "last_report": found.last.line() if found.last else None,
    }
    why = "" if (used["when"] == NOW).any() else "no readings in the period"
    return Found(
        made, len(used), digest(used), streams.left_out, _limits(found), tables, notes, page, why, more,
        questionable=counts,
    )  # fmt: skip


def _found(ask: Ask, streams: Streams) -> Whole:
    whole = replace(ask, period=both(ask.period))
    by_side = sides(figures(streams, ask.period))
    before, now = (by_side.get((ask.subject.id, when), NOTHING) for when in (BEFORE, NOW))
    person = Person(ask.subject.dry_weight(ask.period.until), ask.subject.pregnant(ask.period.until))
    compared, last = changes(before, now, person), last_report(ask)
    since_last = changes(last.figures, now, person) if last else []
    flags, drugs = standing(whole), medicines(whole)
    said = sentences(since_last or compared, last.words if last else THE_PERIOD_BEFORE)
    return Whole(
        whole, daily(streams, _factor(ask)), [line_of(each) for each in flags],
        sorted((act for each in flags for act in acts_of(each)), key=lambda act: (act["at"], str(act["flag"]))),
        drugs, compared, since_last, last, said + said_of(drugs, ask.period),
    )  # fmt: skip


def _factor(ask: Ask) -> float:
    known = GLUCOSE.get(ask.options.unit)
    if known is None:
        raise ReportError(f"glucose has no unit {ask.options.unit!r}; one of: {', '.join(GLUCOSE)}")
    return float(known.times)


def _figures(ask: Ask, found: Whole, used: pd.DataFrame) -> Mapping[str, Figure]:
    """Of this period; those of the period before stand in the table of both."""
    now = used[used["when"] == NOW]
    dates = ask.period.whole_dates()
    with_some = len({*now["day"]} & {*dates})
    began = [each for each in found.flags if ask.period.since <= each["since"] <= ask.period.last_instant()]
    acted = sum(each["first_acted_at"] is not None for each in began)
    minutes = pd.Series([each["minutes_to_act"] for each in began], dtype=float).dropna()
    return {
        **{each.of.figure: each.now for each in found.compared},
        "days_with_readings_pct": figure(
            share(with_some, len(dates)), "%", len(dates), "" if dates else "no whole date"
        ),
        "flags_began": figure(len(began), "1", len(began)),
        "flags_acted_on": figure(acted, "1", len(began)),
        "minutes_to_act_median": figure(minutes.median(), "min", len(minutes), "" if len(minutes) else "nobody acted"),
    }


def _limits(found: Whole) -> list[dict[str, Any]]:
    names = ("figure", "threshold", "threshold_unit", "range", "source")
    return [{name: each[name] for name in names} for each in map(line, found.compared)]


def _notes(used: pd.DataFrame, last: Earlier | None, ask: Ask) -> list[str]:
    strange = elsewhere(used)
    shared = last is not None and last.until > ask.period.since
    longer = last is not None and round((last.until - last.since) / DAY) != ask.period.days
    notes = {
        "The last report is about another number of days than this one.": longer,
        "The period of the last report and this one have dates in common: differences come out smaller.": shared,
        STRANGE.format(strange): strange,
        "A change is a difference of the threshold or more; what is below it is not called unchanged, and where"
        " readings are too few nothing is said.": len(used),
        "Of flags the picture shows when readings breached, and when somebody acted; roles are not on record.": True,
    }
    return [words for words, holds in notes.items() if holds]
