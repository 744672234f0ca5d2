"""Whether a stored reading is what was sent: compared field by field, without the decoder's help."""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hearthline.verify.ledger import Line
from hearthline.verify.record import Row
from models.measures import CATALOGUE, Component
from registry.device_models import DeviceModel

RELATIVE = 1e-12  # a double keeps 15 to 17 digits; the way through a factor costs one rounding
COMPARATORS = {"LO": "<", "HI": ">"}
LEFT_OUT = ("light", "deep", "rem")  # stages that contradict their night are kept as sent only
LEFT_OUT_MARK = "stages_doubtful"


def differences(line: Line, row: Row, model: DeviceModel) -> tuple[str, ...]:
    """Names of the fields in which `row` is not what `line` sent; empty when it is the same reading."""
    return (*_place(line, row), *_as_sent(line, row), *_doubles(line, row, model))


def _place(line: Line, row: Row) -> Iterator[str]:
    sent = datetime.fromisoformat(line.measured_at or "")
    offset = sent.utcoffset()
    pairs = {
        "patient": (line.patient, row.patient),
        "measure": (line.measure, row.measure),
        "device_time": (line.measured_at, row.device_time),
        "measured_at": (sent, row.measured_at),
        "utc_offset": (None if offset is None else offset.total_seconds() / 60, row.utc_offset),
        "context": (dict(line.context), {name: row.context.get(name) for name in line.context}),
        "comparator": (_comparator(line), row.comparator),
    }
    return (name for name, (wanted, found) in pairs.items() if wanted != found)


def _comparator(line: Line) -> str | None:
    return next((COMPARATORS[str(v["value"])] for v in line.values.values() if v["value"] in COMPARATORS), None)


def _as_sent(line: Line, row: Row) -> Iterator[str]:
    for name in line.values.keys() | row.as_sent.keys():
        wanted, found = line.values.get(name), row.as_sent.get(name)
        if wanted is None or found is None or not _same_amount(wanted, found):
            yield f"as_sent.{name}"


def _same_amount(wanted: Mapping[str, Any], found: tuple[str, str]) -> bool:
    text, unit = found
    value = text if text in COMPARATORS else Decimal(text)
    return bool(wanted["unit"] == unit and wanted["value"] == value)


def _doubles(line: Line, row: Row, model: DeviceModel) -> Iterator[str]:
    for component in CATALOGUE[line.measure].components:
        wanted, found = _double(component, line, model), row.columns.get(component.name)
        if found is None and component.name in LEFT_OUT and LEFT_OUT_MARK in row.quality:
            continue
        if not _close(wanted, found):
            yield component.name


def _close(wanted: float | None, found: float | None) -> bool:
    if wanted is None or found is None:
        return wanted is found
    return math.isclose(wanted, found, rel_tol=RELATIVE)


def _double(component: Component, line: Line, model: DeviceModel) -> float | None:
    """The value in the component's unit; LO and HI stand for their limit; None when it was not sent."""
    sent = line.values.get(component.name)
    if sent is None:
        return None
    if sent["value"] in COMPARATORS:
        return _limit(component, line.context, model, str(sent["value"]))
    return float(component.accepts[sent["unit"]].apply(sent["value"]))


def _limit(component: Component, context: Mapping[str, str], model: DeviceModel, word: str) -> float:
    """The device model's limit, else the specimen's, the first specimen being the default."""
    of_model = model.low if word == "LO" else model.high
    specimen = component.specimens[context.get("specimen", next(iter(component.specimens)))]
    return float(specimen.lohi[word == "HI"]) if of_model is None else of_model
