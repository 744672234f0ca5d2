"""Draining a backlog through Mosquitto: ours, the naive program, and the bare database; by turns, medians of rounds."""

from collections.abc import Callable
from statistics import median

from benchmarks.parts.bare import bare_rate
from benchmarks.support.drain import NAIVE, OURS, Program, drain, ours
from benchmarks.support.place import BOTH, POSTGRES, Place

Figures = dict[str, float | None]


def measure(place: Place) -> Figures:
    """Ratios of readings a second, and the rates themselves."""
    figures: Figures = {}
    for kind in BOTH:
        figures |= _compare(place, kind)
    shares = [figures[f"share_of_database_{kind}"] for kind in BOTH]
    return figures | {"share_of_database": min(each for each in shares if each is not None)}


def _compare(place: Place, kind: str) -> Figures:
    programs: dict[str, Callable[[], float]] = {
        "naive": lambda: _drain(place, kind, NAIVE, place.scale.naive),
        "ours": lambda: _drain(place, kind, OURS, place.scale.backlog),
        "bare": lambda: bare_rate(place, kind, place.scale.backlog),
    }
    rates: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(place.scale.rounds):
        for name, run in programs.items():
            rates[name].append(run())
            place.say(f"{kind:10} round {turn + 1}  {name:5} {rates[name][-1]:8,.0f} readings/s")
    naive, mine, bare = (median(rates[name]) for name in programs)
    return {
        f"{kind}_over_naive": round(mine / naive, 2), f"share_of_database_{kind}": round(mine / bare, 3),
        f"{kind}_rate": round(mine), f"{kind}_naive_rate": round(naive), f"{kind}_bare_rate": round(bare),
    }  # fmt: skip


def _drain(place: Place, kind: str, program: Program, count: int) -> float:
    with place.open(kind) as (port, url, folder):
        return drain(program, port, url, folder, count)


def two_workers(place: Place) -> Figures:
    """Two workers against one on PostgreSQL."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(place.scale.rounds):
        for workers, found in rates.items():
            found.append(_drain(place, POSTGRES, ours(workers), place.scale.backlog))
            place.say(f"{workers} worker(s) {found[-1]:8,.0f} readings/s")
    one, two = median(rates[1]), median(rates[2])
    return {"two_workers": round(two / one, 2), "two_workers_rate": round(two)}
