"""`replay`: recordings read as their owner says they are, and published against the broker of the settings."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hearthline.errors import USAGE, Failure, explain_system
from hearthline.guess import MEASURES, guess_topic
from hearthline.json_elements import elements
from models.measures import CATALOGUE
from simulators.columns import EXAMPLE, NOT_VALUES, pairs_of, parse_map
from simulators.read_csv import readings_from_csv
from simulators.recording import Recorded, readings_from_json_lines, recorded

TABLES: Final = (".csv", ".tsv")
TEXTS: Final = (".json", ".jsonl", ".ndjson")
BLANK: Final = b"\xef\xbb\xbf \t\r\n"
AUTO, NATIVE, CSV = "auto", "native", "csv"


@dataclass(frozen=True, slots=True)
class Source:
    """What the files are, by `format`: csv, native (readings as JSON) or auto, which is csv when there is a `columns`
    map or a file is named or written like a table. `zone` is an IANA name."""

    files: tuple[Path, ...]
    columns: str | None
    zone: str | None
    measure: str | None
    context: Mapping[str, str]
    only: Mapping[str, str]
    format: str = AUTO


def read_source(source: Source) -> tuple[list[Recorded], str]:
    """All readings, file by file, and their measure; raises Failure (usage) for what cannot be read."""
    try:
        zone = _zone(source.zone)
        tables = _tables(source)
        if not tables:
            return _read_json(source)
        if source.columns is None:
            raise ValueError(f"say what the columns of {tables[0].name} are, as in --map {EXAMPLE}")
        measure = source.measure or _measure_in(source.columns)
        columns = parse_map(source.columns, _known(measure))
        _check_context(source.context, measure)
        found = (
            readings_from_csv(file, columns, zone=zone, context=source.context, only=source.only)
            for file in source.files
        )
        return list(chain.from_iterable(found)), measure
    except ValueError as error:
        raise Failure(str(error), "see: hearthline replay --help", USAGE) from None
    except OSError as error:
        raise explain_system(error, USAGE) or error from error


def _tables(source: Source) -> list[Path]:
    """The files that are tables; raises OSError for one that is not there, whatever it would have been."""
    for file in source.files:
        file.stat()
    if source.format == NATIVE:
        return []
    every = source.format == CSV or source.columns is not None
    return [file for file in source.files if every or _is_table(file)]


def _is_table(file: Path) -> bool:
    """By its name, else by its first line; what is no file on a disk can be read only once and is not looked into."""
    if file.suffix.lower() in (*TABLES, *TEXTS) or not file.is_file():
        return file.suffix.lower() in TABLES
    with file.open("rb") as opened:
        line = opened.readline(4096).lstrip(BLANK)
    return line[:1] not in b"{[" and any(separator in line for separator in (b",", b";", b"\t"))


def _read_json(source: Source) -> tuple[list[Recorded], str]:
    if source.context or source.only or source.columns is not None:
        raise ValueError("--map, --context and --only are for tables")
    readings = list(chain.from_iterable(map(_readings_from_json, source.files)))
    if not readings:
        raise ValueError(f"{', '.join(file.name for file in source.files)} holds no readings")
    return readings, _known(source.measure or _measure_of(readings))


def _readings_from_json(file: Path) -> list[Recorded]:
    """Lines of readings, or the array that `decode` reads; the text of each stays as it stands."""
    try:
        text = file.read_text(encoding="utf-8-sig").lstrip()
        if not text.startswith("["):
            return list(readings_from_json_lines(file))
        return [recorded(element, value) for element, value in elements(text)]
    except UnicodeDecodeError:
        raise ValueError(f"{file.name} is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{file.name} is no JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"{file.name} is nested too deeply") from None


def _measure_in(columns: str) -> str:
    """By the first component that the map names."""
    named = [name for name in pairs_of(columns) if name not in NOT_VALUES]
    found = next((MEASURES[name] for name in named if name in MEASURES), None)
    if found is None:
        raise ValueError(f"no measure has {', '.join(named)}" if named else f"the map needs a component, as {EXAMPLE}")
    return found


def _measure_of(readings: Iterable[Recorded]) -> str:
    """By the first reading with a component we know."""
    topic = next(filter(None, (guess_topic(reading.text.encode()) for reading in readings)), None)
    if topic is None:
        raise ValueError("cannot tell the measure of this recording; name it with --measure")
    return topic.rpartition("/")[2]


def _known(measure: str) -> str:
    if measure not in CATALOGUE:
        raise ValueError(f"there is no measure {measure}; one of: {', '.join(CATALOGUE)}")
    return measure


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Failure(f"unknown time zone {name!r}", "use a name such as Europe/Paris", USAGE) from None


def _check_context(context: Mapping[str, str], measure: str) -> None:
    """A specimen decides by which limits a value is judged; a mistyped one would put all of it into quarantine."""
    known = [name for component in CATALOGUE[measure].components for name in component.specimens]
    if "specimen" in context and context["specimen"] not in known:
        raise ValueError(f"{measure} has no specimen {context['specimen']!r}; one of: {', '.join(known) or 'none'}")
