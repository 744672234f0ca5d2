"""Writes `docs/reliability.md` from what was measured: the rows of the fault matrix, the soaks, and the loss table."""

import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

TARGET = Path(__file__).with_name("reliability.md")
MEASURED = Path(__file__).with_name("measured")
MATRIX = Path(__file__).parent.parent / "tests" / "cases" / "faults" / "matrix.toml"
Line = Mapping[str, Any]

INTRODUCTION = """\
# Reliability: what was broken, and what was left

Made from `docs/measured/` by `make docs`; do not edit.

The real processes run (Mosquitto, PostgreSQL or SQLite, `hearthline ingest`), devices publish through lines that can be
cut, faults are injected, and an oracle that kept its own list outside compares it with the record by plain SQL. It
imports nothing of the write path. A reading with a receipt that is not in the record is *lost*; one in two rows
*duplicated*; one whose row says something else than was sent (SHA-256 over patient, time, values, units) *altered*; one
still without a receipt when everything has settled *in doubt*. Episodes are compared with those of an evaluator of the
oracle's own, for BP-SEV, GLU-L2 and GLU-XHI. Every refusal must have the code that was expected, and the ledger of
messages must add up to the readings.

```
.venv/bin/python -m pytest tests/faults     # each row, short; with HEARTHLINE_FAULTS=long the stated times
make soak HOURS=2 SEED=7 ARGS="--workers 2" # random faults
make bench-puback                           # what PUBACK alone is worth
```

Figures are of two cores that other work shared. *s* is the longest time in seconds from the end of a fault to the next
receipt; where a process was ended it includes starting it again.
"""

ROWS = """\
## Rows of the fault matrix, injected under load

| Row | Injected | Database | Times | Sent | Receipted | Lost | Doubled | Altered | In doubt | Episodes (missed) | s |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""

REPORTS = """\
## Reports on schedule, with two workers

Two `reports worker` run; one is killed or stands still, the other takes over. The oracle knows what was asked for, and
looks at the record by plain SQL, at the folder and at what a mail server kept. *Half* is a report of which a file or
its end is missing, at any moment; *altered* one whose file says something else than the record; *s* the longest time to
the end of a run.

| Row | Injected | Database | Times | Reports | Lost | Doubled | Half | Altered | s |
|---|---|---|---|---|---|---|---|---|---|
"""

SHOWN = """\
## Rows and the tests that show them

"Measured" rows are in the table above. Not here yet, for their subject is not: T13, T16, T17, T19 (a secured broker),
P2 (the notifier), D13 and the erasing half of D19.

| Row | Fault | Must hold | Tests |
|---|---|---|---|
"""

SOAK = """\
## Random faults for hours

`make soak`: faults of a table at random moments, now and then two at once, with a comparison every ten minutes.
"""

LOSS = """\
## Devices that know only PUBACK

A device without receipts loses what the broker loses. Mosquitto was killed (SIGKILL) under a steady load while the
subscriber was away, started again, and what it still had was counted (`make bench-puback`).

| Mosquitto | Kills | Rate, /s | PUBACKed | Lost | Lost a kill: median | worst | PUBACK/s |
|---|---|---|---|---|---|---|---|
"""

CONCLUSION = """
So: with receipts nothing depends on this table. Without them, `autosave_interval 1` bounds the loss by time (about a
second of messages), `autosave_on_changes` bounds it by their number, and with a number of 1 the broker writes its whole
store for every message: that is the price in PUBACK/s. A queue limit loses silently what exceeds it, whatever is saved.
"""


SUMS = ("sent", "receipted", "stored", "quarantined", "repeats", "flags_expected")
WRONG = (
    "lost", "duplicated", "altered", "unexpected", "in_doubt", "wrong_verdict", "not_in_quarantine", "unaccounted",
    "flags_missed", "flags_spurious",
)  # fmt: skip


def render() -> str:
    rows = tomllib.loads(MATRIX.read_text(encoding="utf-8"))["row"]
    faults = lines(MEASURED / "faults.jsonl")
    reports = [line for line in faults if "reports" in line]
    parts = [INTRODUCTION, "\n", ROWS, *(row_of(line) for line in faults if line not in reports), "\n"]
    parts += [REPORTS, *map(reports_row, reports), "\n", SHOWN]
    parts += [shown(row, {each["row"] for each in faults}) for row in rows]
    parts += ["\n", SOAK, *map(soak, sorted(MEASURED.glob("soak-*.json"))), "\n", LOSS]
    return "".join([*parts, *map(loss, lines(MEASURED / "puback.jsonl")), CONCLUSION])


def lines(file: Path) -> list[Line]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def table_row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |\n"


def row_of(line: Line) -> str:
    more = [
        f"{key.replace('_', ' ')} {line[key]:,}" for key in ("drained_per_s", "served", "served_seconds") if key in line
    ]
    injected = "; ".join([line["injected"], *more])
    figures = [line[name] for name in ("times", "sent", "receipted", "lost", "duplicated", "altered", "in_doubt")]
    episodes = f"{line['flags_expected']} ({line['flags_missed']})"
    return table_row([line["row"], injected, line["database"], *figures, episodes, line["recovered"]])


def reports_row(line: Line) -> str:
    names = ("row", "injected", "database", "times", "reports", "lost", "doubled", "half", "altered", "recovered")
    return table_row(line[name] for name in names)


def shown(row: Line, measured: set[str]) -> str:
    tests = [f"`{node.rpartition('::')[2]}`" for node in row["tests"]]
    return table_row([row["id"], row["fault"], row["holds"], "; ".join(["measured"] * (row["id"] in measured) + tests)])


def soak(file: Path) -> str:
    """One run: its length and its last comparison, then each fault with how often it came and how long it took."""
    run = json.loads(file.read_text(encoding="utf-8"))
    end, used = run["end"], run["memory"]
    title = f"{run['database']}, {run['workers']} worker{'s' * (run['workers'] > 1)}, seed {run['seed']}"
    parts = [
        f"\n### {title}: {run['hours']} hours, {run['faults']} faults, {run['day']}\n\n",
        f"{end['sent']:,} readings sent, {end['receipted']:,} with a receipt, {end['stored']:,} stored, "
        f"{end['quarantined']:,} quarantined, {end['repeats']:,} answered again; {end['flags_expected']:,} episodes. "
        f"Compared {run['comparisons']} times, {run['exact']} times exact. At the end: "
        + ", ".join(f"{name.replace('_', ' ')} {end[name]:,}" for name in WRONG)
        + f". Memory of ingest, all its processes: {used[0]:.0f} MiB in the first quarter, {used[1]:.0f} in the last "
        f"(medians), {used[2]:.0f} at most.\n\n| Fault | Times | Seconds to the next receipt: median | worst |\n"
        "|---|---|---|---|\n",
    ]
    return "".join([*parts, *(table_row(cells) for cells in run["recovered"])])


def condense(said: Sequence[Line]) -> Line:
    """What a soak wrote, as one line: faults that came together are counted as such."""
    took: dict[str, list[float]] = defaultdict(list)
    for line in said:
        if line["kind"] == "fault":
            took[line["fault"][0] if len(line["fault"]) == 1 else "two at once"].append(line["recovered"])
    compared = [line for line in said if line["kind"] in ("comparison", "end")]
    used = [line["ingest"] for line in said if line["kind"] == "memory" and line["ingest"]]
    quarter = max(len(used) // 4, 1)
    return {
        **{name: said[0][name] for name in ("seed", "database", "workers", "rate", "day")},
        "hours": round(compared[-1]["at"] / 3600, 1), "faults": compared[-1]["faults"],
        "comparisons": len(compared), "exact": sum(line["exact"] for line in compared),
        "end": {name: compared[-1][name] for name in (*SUMS, *WRONG)},
        "memory": [median(used[:quarter]), median(used[-quarter:]), max(used)],
        "recovered": [(name, len(all_), f"{median(all_):.1f}", f"{max(all_):.1f}")
                      for name, all_ in sorted(took.items())],
    }  # fmt: skip


def loss(line: Line) -> str:
    names = ("settings", "kills", "rate", "acknowledged", "lost", "lost_median", "lost_worst", "pubacks_per_s")
    return table_row(int(line[name]) if isinstance(line[name], float) else line[name] for name in names)


if __name__ == "__main__":
    for file in map(Path, sys.argv[1:]):  # results of `make soak` to keep, named after database and workers
        kept = condense(lines(file))
        name = f"soak-{kept['database']}-{kept['workers']}.json"
        (MEASURED / name).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    TARGET.write_text(render(), encoding="utf-8")
