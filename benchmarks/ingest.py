"""The write path measured as a whole, ratios in one run: `make bench-ingest ARGS=--json`.

Everything goes through Mosquitto, with all features on: ledger, identity, receipts, the rules of the first issue; and
drains and latency again with every rule of the default (`every_rule_…`). A drain is what waited in
Mosquitto while the subscriber was away. Ends with one JSON object; a part that cannot run here has null and says why.
`--short` takes some seconds a part and shows that it works; `--only NAME` runs one part.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.parts import bad_input, drains, latency, memory, node_red, reconnect, stored  # noqa: E402  after the path
from benchmarks.support.databases import postgres  # noqa: E402
from benchmarks.support.place import FULL, SHORT, Place  # noqa: E402
from benchmarks.support.servers import first_rules  # noqa: E402

Part = Callable[[Place], dict[str, float | None]]
PARTS: dict[str, Part] = {
    "drains": drains.measure,
    "two-workers": drains.two_workers,
    "latency": latency.measure,
    "memory": memory.measure,
    "node-red": node_red.measure,
    "reconnect": reconnect.measure,
    "bad-input": bad_input.measure,
    "stored": stored.measure,
}
EVERY_RULE: dict[str, Part] = {"drains-every-rule": drains.measure, "latency-every-rule": latency.measure}
PROMISED = (
    "postgres_over_naive", "sqlite_over_naive", "share_of_database", "two_workers", "node_red_ratio",
    "commit_p99_ms_500", "commit_p99_ms_2000", "flag_p99_ms_2000", "memory_mib", "lost",
)  # fmt: skip


def with_first_rules(part: Part) -> Part:
    def measure(place: Place) -> dict[str, float | None]:
        with first_rules():
            return part(place)

    return measure


def with_every_rule(part: Part) -> Part:
    return lambda place: {f"every_rule_{name}": figure for name, figure in part(place).items()}


def run(names: Iterable[str], place: Place) -> dict[str, float | None]:
    figures: dict[str, float | None] = {}
    for name in names:
        begun = time.monotonic()
        place.say(f"== {name}")
        try:
            figures |= ALL[name](place)
        except (RuntimeError, OSError) as error:
            place.say(f"{name}: {error}")
            figures[f"{name}_failed"] = 1
        place.say(f"   {time.monotonic() - begun:.0f} s")
    return figures


ALL = {name: with_first_rules(part) for name, part in PARTS.items()} | {
    name: with_every_rule(part) for name, part in EVERY_RULE.items()
}


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--short", action="store_true", help="a look at each part, for CI")
    options.add_argument("--only", choices=ALL, action="append")
    options.add_argument("--rounds", type=int)
    options.add_argument("--backlog", type=int, help="messages of a drain")
    options.add_argument("--naive", type=int, help="the same for the naive program")
    options.add_argument("--seconds", type=int, help="of a steady pace")
    options.add_argument("--outage", type=int, help="readings of the day's outage, four a patient")
    options.add_argument("--stored", type=int, help="rows that are stored before the last part")
    return options.parse_args()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, too
    chosen = arguments()
    scale = SHORT if chosen.short else FULL
    wishes = {name: getattr(chosen, name) for name in ("rounds", "backlog", "naive", "seconds", "outage", "stored")}
    scale = replace(scale, **{name: value for name, value in wishes.items() if value is not None})
    say = partial(print, file=sys.stderr if chosen.json else sys.stdout, flush=True)
    with tempfile.TemporaryDirectory(prefix="hearthline-bench-") as name, postgres(Path(name)) as server:
        wanted = [part for part in ALL if not chosen.only or part in chosen.only]
        figures = run(wanted, Place(Path(name), server, scale, say))
    every = dict.fromkeys(PROMISED) | figures if not chosen.only else figures
    if chosen.json:
        print(json.dumps(every))
    else:
        print("\n".join(f"{name:32} {value}" for name, value in every.items()))


if __name__ == "__main__":
    main()
