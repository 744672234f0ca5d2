"""The oracle's comparison: its own list against the record, in plain SQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from tests.support.faults.judge import RULES, Implied, implied
from tests.support.faults.record import EPISODES, FLAGS, REFUSALS, SUMS, found_readings, instant, rows

FOUND = """
CREATE TEMP TABLE found (device TEXT, id TEXT, digest TEXT);
CREATE TEMP TABLE refused (device TEXT, id TEXT, sha TEXT, element INTEGER, code TEXT, state TEXT);
"""
INDEXES = """
CREATE INDEX temp.found_name ON found (device, id);
CREATE INDEX temp.refused_name ON refused (sha, element);
"""
GOOD = "s.expect = 'stored'"
IN = "SELECT 1 FROM found f WHERE f.device = s.device AND f.id = s.id"
COUNTS = {
    "sent": "SELECT count(*) FROM sent",
    "receipted": "SELECT count(*) FROM sent WHERE answered > 0",
    "repeats": "SELECT coalesce(sum(answered - 1), 0) FROM sent WHERE answered > 1",
    "stored": "SELECT count(*) FROM found",
    "quarantined": "SELECT count(*) FROM sent WHERE verdict = 'quarantined'",
    # The first promise: what was receipted as stored is there, once, as it was sent, and nothing else is.
    "lost": f"SELECT count(*) FROM sent s WHERE {GOOD} AND verdict IN ('stored', 'duplicate') AND NOT EXISTS ({IN})",
    "duplicated": "SELECT count(*) - count(DISTINCT device || ' ' || coalesce(id, digest)) FROM found",
    "altered": f"SELECT count(*) FROM sent s JOIN found f USING (device, id) WHERE {GOOD} AND s.digest <> f.digest",
    "unexpected": """SELECT count(*) FROM found f
        WHERE NOT EXISTS (SELECT 1 FROM sent s WHERE s.device = f.device AND s.id = f.id AND s.expect = 'stored')""",
    "in_doubt": "SELECT count(*) FROM sent WHERE answered = 0",
    "wrong_verdict": """SELECT count(*) FROM sent WHERE answered > 0 AND CASE expect
        WHEN 'stored' THEN verdict NOT IN ('stored', 'duplicate') ELSE code IS NOT expect END""",
    "not_in_quarantine": """SELECT count(*) FROM sent s WHERE verdict = 'quarantined'
        AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.sha = s.sha AND r.element = s.element AND r.code = s.expect)""",
}
MUST_BE_NONE = (
    "lost", "duplicated", "altered", "unexpected", "in_doubt", "wrong_verdict", "not_in_quarantine", "unaccounted",
    "flags_missed", "flags_spurious",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flags:
    flags_expected: int
    flags_missed: int
    flags_spurious: int


def compare(truth: Path, url: str) -> dict[str, int]:
    """Every count, of a record at rest; those of MUST_BE_NONE are faults."""
    with closing(sqlite3.connect(truth)) as own:
        own.executescript(FOUND)
        own.executemany("INSERT INTO found VALUES (?, ?, ?)", found_readings(url))
        own.executemany("INSERT INTO refused VALUES (?, ?, ?, ?, ?, ?)", rows(url, REFUSALS))
        own.executescript(INDEXES)
        counts = {name: int(own.execute(statement).fetchone()[0]) for name, statement in COUNTS.items()}
        expected = set(_implied(own))
    return counts | {"unaccounted": _unaccounted(url, counts["stored"])} | asdict(_flags(expected, url))


def faults(counts: dict[str, int]) -> dict[str, int]:
    """What must be none and is not."""
    return {name: counts[name] for name in MUST_BE_NONE if counts[name]}


def examples(truth: Path, url: str, most: int = 5) -> list[str]:
    """A few of what is lost or altered, for whoever looks for the reason."""
    with closing(sqlite3.connect(truth)) as own:
        own.executescript(FOUND)
        own.executemany("INSERT INTO found VALUES (?, ?, ?)", found_readings(url))
        own.executescript("CREATE INDEX temp.found_name ON found (device, id)")
        wrong = f"""SELECT device, id, measured_at, expect, verdict, code, answered
            FROM sent s WHERE answered = 0 OR ({GOOD} AND NOT EXISTS ({IN}))
            OR (expect <> 'stored' AND code IS NOT expect)
            LIMIT ?"""
        return [str(row) for row in own.execute(wrong, (most,))]


def _unaccounted(url: str, stored: int) -> int:
    """How far the ledger of messages is from the readings and from its own sum."""
    [(_, elements, in_ledger, *others)] = rows(url, SUMS)
    return abs(int(in_ledger) - stored) + abs(int(elements) - int(in_ledger) - sum(map(int, others)))


def _implied(own: sqlite3.Connection) -> Iterator[Implied]:
    taken = own.execute(f"SELECT patient, measure, measured_at, judged FROM sent s WHERE {GOOD} ORDER BY 1, 2, 3")
    for (patient, measure), group in groupby(taken, key=lambda row: row[:2]):
        yield from implied(patient, measure, ((datetime.fromisoformat(at), judged) for _, _, at, judged in group))


def _flags(expected: set[Implied], url: str) -> Flags:
    """An episode is missed when the record has no equal one, or no flag that covers it."""
    found = {
        Implied(patient, rule, instant(start), instant(last), instant(end) if end else None, breaches)
        for patient, rule, start, last, end, breaches in rows(url, EPISODES)
        if rule in RULES
    }
    flags = [(patient, rule, instant(a), instant(b)) for patient, rule, a, b in rows(url, FLAGS) if rule in RULES]
    covered = {each for each in expected if any(_covers(flag, each) for flag in flags)}
    idle = sum(not any(_covers(flag, each) for each in expected) for flag in flags)
    return Flags(len(expected), len(expected - (found & covered)), len(found - expected) + idle)


def _covers(flag: tuple[str, str, datetime, datetime], episode: Implied) -> bool:
    patient, rule, since, until = flag
    return (patient, rule) == episode[:2] and since <= episode.started_at <= until
