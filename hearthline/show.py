"""Printing: JSON lines for programs; for people a table on a terminal and aligned text elsewhere. Only to stdout."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any, Final

import msgspec

from hearthline.tables import GAP, Column, show_table
from registry.beginning import BEGINNING

Row = Mapping[str, Any]
LEAST: Final = 30  # narrower than this nothing is gained by breaking lines


def show_rows(rows: Iterable[Row], columns: Sequence[Column], *, json: bool, none: str = "nothing to show") -> None:
    """Each row as a line of JSON with all its keys, or the `columns` of all of them as a table; `none` if empty."""
    if json:
        for row in rows:
            show_json(row)
        return
    cells = [{column.name: text(row.get(column.name)) for column in columns} for row in rows]
    if cells:
        show_table(columns, cells)
    else:
        print(none, file=sys.stderr)  # noqa: T201  stdout carries data alone


def show_one(row: Row, *, json: bool) -> None:
    """One thing: a line of JSON, or its keys and values below each other; nested lists get a line an entry. On a
    terminal a value goes on below itself where it is too long."""
    if json:
        return show_json(row)
    width = max(map(len, row))
    for key, value in row.items():
        entries = value if isinstance(value, list) and value else [value]
        for number, entry in enumerate(entries):
            name = "" if number else key.replace("_", " ")
            for place, part in enumerate(_within(text(entry), width + GAP)):
                show_line(f"{'' if place else name:<{width + GAP}}{part}".rstrip())
    return None


def _within(words: str, indent: int) -> list[str]:
    """The lines that fit beside the names, on a terminal; elsewhere one."""
    room = get_terminal_size().columns - indent
    if not sys.stdout.isatty() or room < LEAST or len(words) <= room:
        return [words]
    return wrap(words, room, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def show_json(row: object) -> None:
    """One line; instants as RFC 3339 in UTC."""
    show_line(msgspec.json.encode(row).decode())


def show_line(line: str) -> None:
    sys.stdout.write(line + "\n")


def remark(lines: Iterable[str]) -> None:
    """What a person should know beside the data: on stderr, a line each."""
    for line in lines:
        print(f"hearthline: {line}", file=sys.stderr)  # noqa: T201  stdout carries data alone


def text(value: object) -> str:
    """A value as a person reads it; control characters cannot reach the terminal."""
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    if value == BEGINNING:
        return "the beginning"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" + ("Z" if not value.utcoffset() else f" {value:%z}")
    if isinstance(value, Mapping):
        return " ".join(f"{key}={text(each)}" for key, each in value.items() if each is not None)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(value))
