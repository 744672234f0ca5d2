"""Writes `docs/logs.md` from the one table of events."""

from collections.abc import Iterable
from pathlib import Path

from hearthline.log_events import EVENTS, SAID_ALWAYS

TARGET = Path(__file__).with_name("logs.md")

INTRODUCTION = """\
# Logs

Made from `hearthline/log_events.py` by `make docs`; do not edit.

`ingest` writes its log to stderr: for a person on a terminal, one JSON object a line elsewhere (`jq` and every log
collector read it). An event has the fields that this page gives it and no others; what a library or an exception says
is left out, because it may quote a value. So a log holds no name, no id of a patient or device, no value, no payload
and no password.
"""


def render() -> str:
    always = [f"| `{name}` | {means} |" for name, means in SAID_ALWAYS.items()]
    rows = [f"| `{name}` | {each.level} | {_names(each.fields)} | {each.means} |" for name, each in EVENTS.items()]
    return "\n".join([
        INTRODUCTION, "## In every line\n", "| Field | What |", "|---|---|", *always, "",
        "## Events\n", "| Event | Level | Further fields | Means |", "|---|---|---|---|", *rows, "",
    ])  # fmt: skip


def _names(fields: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
