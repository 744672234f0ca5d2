"""Spans of time, half-open, kept sorted and apart from one another."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
Spans = Sequence[Span]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Those that touch as one; empty ones are dropped."""
    ordered = sorted([span for span in spans if span[0] < span[1]])
    if not ordered:
        return []
    apart = list[Span]()
    since, until = ordered[0]
    for begin, end in ordered:
        if begin > until:
            apart.append((since, until))
            since, until = begin, end
        elif end > until:
            until = end
    return [*apart, (since, until)]


def both(one: Spans, other: Spans) -> list[Span]:
    """Where both hold."""
    found, left, right = list[Span](), 0, 0
    while left < len(one) and right < len(other):
        begin, end = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if begin < end:
            found.append((begin, end))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return found


def without(one: Spans, other: Spans) -> list[Span]:
    """Where the first holds and the second does not."""
    if not one:
        return []
    bounds = one[0][0], one[-1][1]
    edges = [bounds[0], *(edge for span in other for edge in span), bounds[1]]
    return both(one, merged(zip(edges[::2], edges[1::2], strict=True)))


def total(spans: Spans) -> timedelta:
    return sum((end - begin for begin, end in spans), timedelta(0))
