"""Rules switched on that are off by default, for what must hold of all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import thresholds
from flags import evaluate
from thresholds import RULES


@contextmanager
def every_rule_on() -> Iterator[None]:
    """In this process, while the block runs."""
    table, entry = dict(thresholds._BY_STREAM), evaluate.LONGEST_ENTRY
    streams = {rule.stream for rule in RULES.values()}
    every = {stream: tuple(rule for rule in RULES.values() if rule.stream == stream) for stream in streams}
    try:
        thresholds._BY_STREAM.update(every)
        evaluate.LONGEST_ENTRY = max(rule.entry for rule in RULES.values())  # type: ignore[misc]  final elsewhere
        yield
    finally:
        thresholds._BY_STREAM.update(table)
        evaluate.LONGEST_ENTRY = entry  # type: ignore[misc]  final elsewhere
