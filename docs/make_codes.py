"""Writes `docs/verdicts.md` from the one table of codes and marks."""

from collections.abc import Mapping
from pathlib import Path

from ingest.codes import CODES, MARKS

TARGET = Path(__file__).with_name("verdicts.md")

INTRODUCTION = """\
# Verdicts, codes and marks

Made from `ingest/codes.py` by `make docs`; do not edit.

Every element of every message ends with exactly one verdict, and `received = stored + duplicate + quarantined` always
holds (status and symptom messages are `noted` beside it):

| Verdict | Means | Receipt |
|---|---|---|
| `stored` | written, once | `retry: false`: the sender's duty ends |
| `duplicate` | already written, with the same content | `retry: false` |
| `quarantined` | kept as sent for people to look at, with one of the codes below | `retry: false` |

A code never changes its name or its meaning. A refused element carries the code of its first fault, a JSON pointer
to it, and never the value itself; `hearthline quarantine show` prints all of it, and `quarantine replay` tries again
after a fix.
"""

KINDS = {
    "decode": "What the payload says of itself",
    "identify": "Whose reading it is",
    "store": "What the record already holds",
}


def render() -> str:
    parts = [INTRODUCTION]
    for kind, title in KINDS.items():
        parts += [
            f"## {title}\n",
            table("Code", {code: why for code, why in CODES.items() if code.startswith(f"{kind}.")}),
        ]
    parts += [
        "## Marks\n",
        "A mark says something about a reading that *was* stored, in `quality`.\n",
        table("Mark", MARKS),
    ]
    return "\n".join(parts)


def table(head: str, rows: Mapping[str, str]) -> str:
    lines = [f"| `{name}` | {meaning} |" for name, meaning in rows.items()]
    return "\n".join([f"| {head} | Meaning |", "|---|---|", *lines]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
