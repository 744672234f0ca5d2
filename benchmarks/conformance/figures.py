"""What the outcome of a panel comes to: one object of figures, and a table for people."""

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt
from statistics import quantiles
from typing import Any, Final

from benchmarks.conformance.panel import Outcome
from thresholds import RULES
from thresholds.types import SEVERITIES

Z: Final = 1.959964  # 95 %, both sides
CRITICAL: Final = frozenset(
    {"BP-SEV", "BP-LOW-CRIT", "BP-PREG", "GLU-L2", "GLU-XHI", "CGM-L2", "CGM-PROL", "HR-BRADY", "HR-TACHY"}
)


def wilson(good: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); all of it when there was nothing to judge by."""
    if not of:
        return 0.0, 1.0
    share, z = good / of, Z * Z / of
    middle, half = (share + z / 2) / (1 + z), Z * sqrt(share * (1 - share) / of + z / of / 4) / (1 + z)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(good: int, of: int) -> float | None:
    """Cut to four places, so that only a whole is 1."""
    return int(good / of * 10_000) / 10_000 if of else None


def figures(outcome: Outcome, patients: int, days: int) -> dict[str, Any]:
    """Under the names that the tracker gives them; shares are None where there was nothing to judge by."""
    rules = {rule.id: _rule(outcome, rule.id) for rule in RULES.values() if rule.on or outcome.truth[rule.id]}
    critical = [outcome.truth[each] for each in CRITICAL], [outcome.found[each] for each in CRITICAL]
    found, spurious = outcome.found.total(), outcome.spurious.total()
    per = 100 / patients / days
    by_severity = {
        name: sum(n for (_, severity), n in outcome.flags.items() if severity == name) for name in SEVERITIES
    }
    above = sum(count for name, count in by_severity.items() if name != "INFO")
    return {
        "crit_recall": share(sum(critical[1]), sum(critical[0])),
        "crit_recall_95": _interval(sum(critical[1]), sum(critical[0])),
        "recall": share(found, outcome.truth.total()),
        "recall_95": _interval(found, outcome.truth.total()),
        "precision": share(found, found + spurious),
        "precision_95": _interval(found, found + spurious),
        "flags_per_100_patients_day": round(above * per, 3),
        "flags_per_100_patients_day_by_severity": {name: round(n * per, 3) for name, n in by_severity.items()},
        "withdrawn": outcome.withdrawn.total(),
        "minutes_to_raised": {name: _minutes(outcome.waited.get(name, ())) for name in SEVERITIES},
        "patients": patients,
        "days": days,
        "readings": outcome.readings,
        "rules": rules,
    }


def _rule(outcome: Outcome, rule: str) -> dict[str, Any]:
    truth, found, spurious = (counts[rule] for counts in (outcome.truth, outcome.found, outcome.spurious))
    return {
        "truth": truth,
        "found": found,
        "spurious": spurious,
        "recall_95": _interval(found, truth),
        "precision_95": _interval(found, found + spurious),
        "flags": sum(count for (each, _), count in outcome.flags.items() if each == rule),
    }


def _interval(good: int, of: int) -> list[float]:
    return [round(each, 4) for each in wilson(good, of)]


def _minutes(waited: Sequence[float]) -> dict[str, float] | None:
    """From the episode's start, as measured, to the flag: its median and 95th percentile."""
    if len(waited) < 2:
        return None
    parts = quantiles(waited, n=20, method="inclusive")
    return {"p50": round(parts[9] / 60, 1), "p95": round(parts[18] / 60, 1)}


def table(said: dict[str, Any]) -> Iterator[str]:
    """Line by line."""
    names = f"{'rule':14}{'sev':>6}{'truth':>8}{'found':>8}{'spurious':>10}"
    yield f"{names}  {'recall 95 %':15}  {'precision 95 %':15}{'flags':>7}"
    for rule, each in said["rules"].items():
        counts = f"{each['truth']:8}{each['found']:8}{each['spurious']:10}"
        intervals = "  ".join(f"{_span(each[name]):15}" for name in ("recall_95", "precision_95"))
        yield f"{rule:14}{RULES[rule].severity:>6}{counts}  {intervals}{each['flags']:7}"
    yield from _sums(said)


def _sums(said: dict[str, Any]) -> Iterable[str]:
    for name in ("crit_recall", "recall", "precision"):
        yield f"{name}: {said[name]} ({_span(said[name + '_95'])})"
    by_severity = said["flags_per_100_patients_day_by_severity"]
    yield f"flags per 100 patients and day, above INFO: {said['flags_per_100_patients_day']}"
    yield "  by severity: " + ", ".join(f"{name} {count}" for name, count in by_severity.items())
    for name, waited in said["minutes_to_raised"].items():
        if waited:
            yield f"minutes from measured to raised, {name}: median {waited['p50']}, 95th percentile {waited['p95']}"


def _span(interval: Sequence[float]) -> str:
    return f"{interval[0]:.3f}–{interval[1]:.3f}"
