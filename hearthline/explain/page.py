"""An explanation for a program, and for a person as a sheet that fits on a screen."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flags.explain.explanation import Explanation, Line
from flags.explain.load import Asked
from flags.explain.reasons import BREACH, components_of
from hearthline.flag_words import PAIRED, UNITS
from hearthline.flag_words import newest as value_text
from hearthline.worklist import NOTICE
from models.measures import measure_of
from registry.beginning import BEGINNING
from thresholds.doubt import words
from thresholds.limits import PUBLISHED, InForce
from thresholds.silence import length
from thresholds.types import Amount, Fact, Sample

MOST: Final = 14  # readings on a sheet; --json has all
AHEAD: Final = 6
LATE: Final = timedelta(hours=1)


def explanation_line(asked: Asked) -> dict[str, Any]:
    """Everything, for a program; instants in UTC with the patient's offset in minutes beside a reading's."""
    said, zone = asked.explanation, ZoneInfo(asked.patient.zone)
    rule, episode = said.rule, said.episode
    return {
        "patient": asked.patient.id, "rule": rule.id, "at": said.at, "verdict": said.verdict.value,
        "because": said.because or None, "words": rule.words, "limit": rule.limit, "source": rule.source,
        "standing": rule.standing, "figure": said.figure or None,
        "episode": episode and {
            "severity": episode.severity, "state": episode.state, "started_at": episode.started_at,
            "last_at": episode.last_at, "ended_at": episode.ended_at, "breaches": episode.breaches,
        },
        "limits": [_limit_line(each) for each in said.limits],
        "facts": [
            {"name": fact.name, "value": fact.value, "from_at": fact.from_at, "until_at": fact.until_at,
             "author": asked.stated_by.get((fact.name, fact.value))}
            for fact in said.facts
        ],
        "readings": [_reading_line(each, asked, zone) for each in said.readings],
        "readings_before": said.outside, "other_streams": dict(asked.elsewhere),
        "closes": said.closes, "notice": NOTICE,
    }  # fmt: skip


def _limit_line(limits: Sequence[InForce]) -> dict[str, Any]:
    first = limits[0]
    return {
        "parameter": first.parameter.name, "words": first.parameter.words,
        "amounts": [" ".join(amount) for amount in first.amounts], "origin": first.origin,
        "author": first.author or None, "role": first.role or None, "reason": first.reason or None,
        "from_at": first.from_at, "until_at": first.until_at,
        "others": [{"origin": each.origin, "amounts": [" ".join(one) for one in each.amounts]} for each in limits[1:]],
    }  # fmt: skip


def _reading_line(line: Line, asked: Asked, zone: ZoneInfo) -> dict[str, Any]:
    sample = line.sample
    offset = (sample.at.astimezone(zone).utcoffset() or timedelta()) // timedelta(minutes=1)
    return {
        "reading": sample.id, "measured_at": sample.at.astimezone(UTC), "utc_offset": offset,
        "received_at": asked.received_at.get(sample.id), "values": dict(sample.values), "counted": line.counted,
        "why": line.why, "figure": line.figure or None, "doubts": sample.doubts,
    }  # fmt: skip


def explanation_sheet(asked: Asked) -> dict[str, Any]:
    """The same for a person, in the patient's time."""
    said, zone = asked.explanation, ZoneInfo(asked.patient.zone)
    rule = said.rule
    return {
        "rule": f"{rule.id}  {rule.words}",
        "patient": f"{asked.patient.name} ({asked.patient.id})",
        "at": _local(said.at, zone),
        "answer": said.verdict.value + (f": {said.because}" if said.because else ""),
        "episode": _episode_text(said, zone),
        "figure": said.figure or "the reading alone",
        "limit": [_limit_text(each, zone) for each in said.limits] or f"{rule.limit}, published",
        "source": rule.source,
        "standing": rule.standing,
        "facts": [_fact_text(each, asked, zone) for each in said.facts],
        "readings": [*_readings(asked, zone), *_not_shown(asked)],
        "ends": said.closes,
    }  # fmt: skip


def _fact_text(fact: Fact, asked: Asked, zone: ZoneInfo) -> str:
    author = asked.stated_by.get((fact.name, fact.value))
    since = f", since {_local(fact.from_at, zone)}" if fact.from_at > BEGINNING else ""
    return f"{fact.name.replace('_', ' ')} {fact.value.replace('_', ' ')}{(author and f', by {author}') or ''}{since}"


def _episode_text(said: Explanation, zone: ZoneInfo) -> str:
    episode = said.episode
    if episode is None:
        return "none in the time looked at"
    end = f"to {_local(episode.ended_at, zone)}" if episode.ended_at else "on"
    state = episode.state.replace("_", " ")
    return f"{episode.severity} {state}, from {_local(episode.started_at, zone)} {end}, {episode.breaches} breaching"


def _limit_text(limits: Sequence[InForce], zone: ZoneInfo) -> str:
    first, *others = limits
    text = f"{first.parameter.words}: {_amounts(first)}, {_who(first, zone)}"
    return text + "".join(f"; {each.origin}: {_amounts(each)}" for each in others)


def _amounts(limit: InForce) -> str:
    first, *others = (amount_text(each) for each in limit.amounts)
    return first + "".join(f" ({each})" for each in others)


def amount_text(amount: Amount) -> str:
    """With the unit as people write it; a count has none."""
    return f"{amount.text} {UNITS.get(amount.unit, amount.unit)}".removesuffix(" 1")


def _who(limit: InForce, zone: ZoneInfo) -> str:
    if limit.origin == PUBLISHED:
        return PUBLISHED
    dated = limit.from_at is not None and limit.from_at > BEGINNING
    since = f" since {_local(limit.from_at, zone)}" if limit.from_at and dated else ""
    until = f" until {_local(limit.until_at, zone)}" if limit.until_at else ""
    role = f" ({limit.role})" if limit.role else ""
    return f"{limit.origin}, set by {limit.author or 'nobody named'}{role}{since}{until}: {limit.reason or 'no reason'}"


def _readings(asked: Asked, zone: ZoneInfo) -> Iterator[str]:
    """Aligned; of many those at the first breach and the newest ones."""
    lines = asked.explanation.readings
    places = _chosen(lines)
    rows = [_row(lines[place], asked, zone) for place in places]
    widths = [max((len(row[part]) for row in rows), default=0) for part in range(3)]
    told = -1
    for place, row in zip(places, rows, strict=True):
        yield from _left_out(lines[told + 1 : place])
        yield "  ".join([*map(str.ljust, row, widths), row[3]])
        told = place


def _chosen(lines: Sequence[Line]) -> list[int]:
    newest = range(max(len(lines) - MOST, 0), len(lines))
    if len(lines) <= MOST or not any(line.why == BREACH for line in lines):
        return list(newest)
    first = next(place for place, line in enumerate(lines) if line.why == BREACH)
    around = range(max(first - AHEAD // 2, 0), min(first + AHEAD // 2, len(lines)))
    return sorted({*around, *newest[AHEAD:]})


def _left_out(lines: Sequence[Line]) -> Iterator[str]:
    if lines:
        yield f"… {len(lines)} more, {sum(each.counted for each in lines)} of them counted (--json has all)"


def _row(line: Line, asked: Asked, zone: ZoneInfo) -> tuple[str, str, str, str]:
    sample = line.sample
    received = asked.received_at.get(sample.id)
    late = f", came in {length(received - sample.at)} later" if received and received - sample.at >= LATE else ""
    figure = f" ({line.figure})" if line.figure and line.why == BREACH else ""
    doubt = f", doubtful because {words(sample.doubts)}" if sample.doubts and line.counted else ""
    counted = "counted" if line.counted else "not"
    return _local(sample.at, zone), sample_value(sample, asked), counted, f"{line.why}{figure}{doubt}{late}"


def sample_value(sample: Sample, asked: Asked) -> str:
    """What the rule reads of it, as sent; a dash where the reading lacks that."""
    rule = asked.explanation.rule
    measure, read = measure_of(rule.stream), components_of(rule)
    if measure == "sleep" or not {*read} <= {*PAIRED, measure}:
        found = [sample.values[name] for name in read or sample.values if name in sample.values]
        return ", ".join(map(amount_text, found)) or "–"
    return value_text(measure, {"figure": None, "newest": {"values": sample.values}})


def _not_shown(asked: Asked) -> Iterator[str]:
    if asked.explanation.outside:
        yield f"further back, outside the window: {asked.explanation.outside}"
    for stream, count in asked.elsewhere.items():
        yield f"another stream, which counts for nothing here ({stream.replace('.', ' ')}): {count}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}"
