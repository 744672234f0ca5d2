"""A long run of random faults on the real processes, with an oracle that keeps its own list outside.

    python -m tests.faults.soak --minutes 3 --database postgres --seed 7

Prints its seed, the faults and the comparisons, and writes a JSON line for each to `--result`, for
`docs/make_reliability.py`. Ends by itself and only what it started; exits 1 unless every comparison is exact.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom
from typing import IO, Any

from tests.support.faults.compare import compare, examples, faults
from tests.support.faults.parts import resident_mib
from tests.support.faults.stage import Plan, Stage, staged
from tests.support.faults.table import FAULTS, Fault

PEOPLE = 40  # so many that in hours nobody takes more readings than a sensor does in weeks

RECOVERY = 150.0  # seconds within which a receipt must come after a fault was healed
SETTLE = 240.0
TOGETHER = 0.2  # share of faults that happen while another one does


@dataclass(slots=True)
class Results:
    """One JSON line for each thing that happened, and a line of words for whoever watches."""

    file: IO[str]
    begin: float = field(default_factory=time.monotonic)

    def say(self, kind: str, **entries: Any) -> None:
        line = {"kind": kind, "at": round(time.monotonic() - self.begin, 1), **entries}
        for stream in (self.file, sys.stdout):
            stream.write(json.dumps(line) + "\n")
            stream.flush()


def main() -> None:
    arguments = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments.result.parent.mkdir(parents=True, exist_ok=True)
    with arguments.result.open("a") as file, closing(file):
        sys.exit(0 if soak(plan_of(arguments), arguments, Results(file)) else 1)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--hours", type=float, help="how long readings are taken and faults injected")
    length.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--faults", type=int, default=0, help="go on to so many, for at most twice as long")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1 << 31))
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--rate", type=float, default=30.0, help="readings a second")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--every", type=float, default=10.0, help="minutes between comparisons")
    parser.add_argument("--result", type=Path, default=Path(f"var/soak/{datetime.now(UTC):%Y%m%d-%H%M%S}.jsonl"))
    parser.add_argument("--keep", action="store_true", help="when it is not exact, wait for Enter before all is ended")
    return parser.parse_args()


def plan_of(arguments: argparse.Namespace) -> Plan:
    seconds = arguments.hours * 3600 if arguments.hours else arguments.minutes * 60
    return Plan(arguments.database, arguments.seed, arguments.rate, seconds, arguments.workers, patients=PEOPLE)


def soak(plan: Plan, arguments: argparse.Namespace, results: Results) -> bool:
    """Whether every comparison was exact."""
    results.say("run", seed=plan.seed, database=plan.database, rate=plan.rate, workers=plan.workers,
                seconds=plan.seconds, day=f"{datetime.now(UTC):%Y-%m-%d}")  # fmt: skip
    with staged(plan) as stage:
        try:
            exact = _run(stage, arguments.every * 60, arguments.faults, results)
        except (TimeoutError, AssertionError, RuntimeError) as error:
            results.say("stuck", why=str(error), log=stage.ingest.log.read_text(errors="replace")[-3000:],
                        examples=examples(stage.truth.file, stage.url))  # fmt: skip
            exact = False
        if arguments.keep and not exact:
            input(f"not exact; it is all still in {stage.folder}: Enter ends it")
    return exact


def _run(stage: Stage, every: float, least: int, results: Results) -> bool:
    begin, chance, number, exact = time.monotonic(), Random(stage.plan.seed + 2), 0, True
    compared = begin
    while (spent := (time.monotonic() - begin) / stage.plan.seconds) < 1 or (number < least and spent < 2):
        time.sleep(chance.uniform(0.2, 2.0))
        number += 1
        results.say("fault", number=number, **happen(stage, chance))
        results.say("memory", ingest=_memory(stage), waiting=stage.street.waiting)
        if time.monotonic() - compared > every:
            exact &= _compare(stage, "comparison", number, results)
            stage.go_on()
            compared = time.monotonic()
    return _compare(stage, "end", number, results) and exact and number >= least


def happen(stage: Stage, chance: Random) -> dict[str, Any]:
    """One fault, now and then two at once: for how long, and how long after it until the next receipt came."""
    chosen = choose(stage, chance)
    held = chance.uniform(*max(fault.seconds for _, fault in chosen))
    begin = time.monotonic()
    for _, fault in chosen:
        fault.inject(stage)
    time.sleep(held)
    for _, fault in reversed(chosen):
        fault.heal(stage)
    lasted = time.monotonic() - begin
    recovered = stage.wait_for_receipts(RECOVERY)
    return {"fault": [name for name, _ in chosen], "lasted": round(lasted, 2), "recovered": round(recovered, 2)}


def choose(stage: Stage, chance: Random) -> Sequence[tuple[str, Fault]]:
    possible = [(name, fault) for name, fault in FAULTS.items() if fault.wants(stage)]
    weights = [fault.weight for _, fault in possible]
    one, other = chance.choices(possible, weights, k=2)
    return [one, other] if one[1].place != other[1].place and chance.random() < TOGETHER * 1.5 else [one]


def _memory(stage: Stage) -> float:
    """MiB of all processes of ingest."""
    return round(sum(map(resident_mib, stage.ingest.processes())), 1)


def _compare(stage: Stage, kind: str, number: int, results: Results) -> bool:
    settled = stage.settle(SETTLE)
    counts = compare(stage.truth.file, stage.url)
    wrong = faults(counts)
    more: dict[str, Any] = {"examples": examples(stage.truth.file, stage.url)} if wrong else {}
    results.say(
        kind, faults=number, settled=round(settled, 1), restarts=stage.restarts, exact=not wrong, **counts, **more
    )
    return not wrong


if __name__ == "__main__":
    main()
