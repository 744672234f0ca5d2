"""Readings of the ledger against readings of the record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hearthline.verify.ledger import STORED, Line
from hearthline.verify.problem import Problem
from hearthline.verify.record import Row
from hearthline.verify.same import differences
from registry.device_models import model_named


def judge_readings(lines: Sequence[Line], rows: Iterable[Row], models: Mapping[str, str]) -> Iterator[Problem]:
    """`models` is device -> model. Whether a refused line is stored all the same is the refusals' question."""
    found: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    for line in lines:
        if line.expect == STORED:
            yield from _judge(line, found.get(line.key, []), models.get(line.device, ""))
    known = {line.key for line in lines if line.id is not None}
    for key in found.keys() - known:
        yield from [Problem("unexpected", f"reading {key}")] * len(found[key])


def _judge(line: Line, rows: Sequence[Row], model: str) -> Iterator[Problem]:
    if not line.receipted:
        yield Problem("in_doubt", f"reading {line.key}: sent, no receipt")
    elif not rows:
        yield Problem("lost", f"reading {line.key} of {line.measured_at}")
    if len(rows) > 1:
        yield Problem("duplicated", f"reading {line.key}: {len(rows)} rows")
    for row in rows:
        if wrong := differences(line, row, model_named(model)):
            yield Problem("altered", f"reading {line.key}: {', '.join(wrong)}")
