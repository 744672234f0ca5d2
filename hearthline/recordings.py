"""`replay`: recordings read as their owner says they are, and published against the broker of the settings."""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hearthline.addresses import plain_broker, reach
from hearthline.errors import DONE, INTERRUPTED, NO, USAGE, Failure, explain_system
from hearthline.guess import MEASURES, guess_topic
from hearthline.shell import Shell
from hearthline.signals import catching_signals
from models.measures import CATALOGUE
from registry.assignments import assign_device
from registry.devices import enrol_device
from registry.patients import enrol_patient
from simulators.read_csv import parse_map, readings_from_csv
from simulators.recording import Recorded, readings_from_json_lines, recorded
from simulators.replay import play_recording

MODEL: Final = "recording"
BETWEEN: Final = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Source:
    """What the files are: a CSV when there is a `columns` map, else readings as JSON. `zone` is an IANA name."""

    files: tuple[Path, ...]
    columns: str | None
    zone: str | None
    measure: str | None
    context: Mapping[str, str]
    only: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of the command; `device` is an id or `new`, `patient` the name of a new one."""

    source: Source
    device: str
    patient: str | None
    speed: float | None
    settle: float


def replay(shell: Shell, wish: Wish) -> tuple[dict[str, Any], int]:
    """Summary and exit code: 1 when a reading has no receipt, 130 when it was stopped by Ctrl-C."""
    broker = plain_broker(shell.settings().broker.url)
    readings, measure = read_source(wish.source)
    reach(broker)
    device, patient = _holder(shell, wish)
    with catching_signals() as signals:
        played = play_recording(
            readings, device, measure, host=broker.host, port=broker.port,
            settle=wish.settle, speed=wish.speed, stop=signals.stop,
        )  # fmt: skip
    summary = {"device": device, "patient": patient, "measure": measure, **asdict(played)}
    code = DONE if played.receipted == played.taken else NO
    return summary, INTERRUPTED if signals.interrupted else code


def read_source(source: Source) -> tuple[list[Recorded], str]:
    """All readings, file by file, and their measure; raises Failure (usage) for what cannot be read."""
    try:
        measure = source.measure or _measure_of(source)
        if measure not in CATALOGUE:
            raise ValueError(f"there is no measure {measure}; one of: {', '.join(CATALOGUE)}")
        return list(chain.from_iterable(map(_reader(source, measure), source.files))), measure
    except ValueError as error:
        raise Failure(str(error), "see: hearthline replay --help", USAGE) from None
    except ZoneInfoNotFoundError:
        raise Failure(f"unknown time zone {source.zone}", "use a name such as Europe/Paris", USAGE) from None
    except OSError as error:
        raise explain_system(error, USAGE) or error from error


def _reader(source: Source, measure: str) -> Callable[[Path], Iterator[Recorded]]:
    if source.columns is None:
        return _readings_from_json
    columns, zone = parse_map(source.columns, measure), ZoneInfo(source.zone) if source.zone else None
    return lambda file: readings_from_csv(file, columns, zone=zone, context=source.context, only=source.only)


def _readings_from_json(file: Path) -> Iterator[Recorded]:
    """Lines of readings, or the array that `decode` reads; the text of each stays as it stands."""
    text = file.read_text(encoding="utf-8-sig").lstrip()
    return _elements(text, file.name) if text.startswith("[") else readings_from_json_lines(file)


def _elements(array: str, name: str) -> Iterator[Recorded]:
    decoder, at = json.JSONDecoder(), 1
    while (at := _skip(array, at)) < len(array) and array[at] != "]":
        try:
            value, end = decoder.raw_decode(array, at)
        except ValueError as error:
            raise ValueError(f"{name} is no JSON: {error}") from error
        yield recorded(array[at:end], value)
        at = end


def _skip(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def _measure_of(source: Source) -> str:
    """By the components that the map or the first reading names."""
    if source.columns is not None:
        named = (part.partition("=")[0].strip() for part in source.columns.split(","))
        found = next((MEASURES[name] for name in named if name in MEASURES), None)
    else:
        first = next(_readings_from_json(source.files[0]), None)
        topic = guess_topic(first.text.encode()) if first else None
        found = topic.rpartition("/")[2] if topic else None
    if found is None:
        raise ValueError("cannot tell the measure of this recording: name it with --measure")
    return found


def _holder(shell: Shell, wish: Wish) -> tuple[str, str | None]:
    """Device and patient ids; `new` enrols both, and the readings are the patient's from the beginning."""
    if wish.device != "new":
        return wish.device, None
    if wish.patient is None:
        raise Failure("a new device needs somebody who holds it", "name them with --patient", USAGE)
    device_id, now = f"replay-{secrets.token_hex(4)}", shell.now()
    with shell.writing() as session:
        patient = enrol_patient(session, name=wish.patient, zone=wish.source.zone or "UTC", now=now)
        enrol_device(session, device_id, MODEL, now=now)
        assign_device(session, device_id, patient.id, now=now)
        return device_id, patient.id
