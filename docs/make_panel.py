"""Writes the measured part of docs/panel.md from docs/measured/panel.json: `make bench-flags ARGS="… --json"`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "panel.md"
MEASURED = ROOT / "docs" / "measured" / "panel.json"
HEADING = "## Measured\n"
NOTES = """\
Truth, found and spurious count episodes, with Wilson intervals. Flags count all that were ever raised, withdrawn ones
too, and of one cause each. The minutes are from an episode's start, as measured, to its flag: with what a rule waits
for, with devices out of reach, and with up to 15 min for which the benchmark lets messages wait for each other. Of a
rule without cases nothing is said."""


def render() -> str:
    """The page as it is, with the measured part made anew."""
    said = json.loads(MEASURED.read_text(encoding="utf-8"))
    kept = TARGET.read_text(encoding="utf-8").partition(HEADING)[0]
    return kept + HEADING + "\n" + "\n".join(_lines(said)) + "\n"


def _lines(said: dict[str, Any]) -> Iterator[str]:
    options = " ".join(f"--{name} {said[name]}" for name in ("seed", "patients", "days"))
    yield f'    make bench-flags ARGS="{options} --json"'
    yield ""
    yield f"{said['readings']:,} readings. **Conformance to the published rules under faults, not clinical proof.**"
    yield ""
    yield from (f"- {name.replace('_', ' ')} {_share(said, name)}" for name in ("crit_recall", "recall", "precision"))
    counted = ", ".join(f"{name} {each}" for name, each in said["flags_per_100_patients_day_by_severity"].items())
    yield f"- flags per 100 patients and day above INFO {said['flags_per_100_patients_day']} ({counted})"
    waits = [f"{name} {each['p50']} ({each['p95']})" for name, each in said["minutes_to_raised"].items() if each]
    yield f"- minutes to the flag, median (95th percentile): {', '.join(waits)}"
    yield ""
    yield NOTES
    yield ""
    yield "| Rule | truth | found | spurious | recall, 95 % | precision, 95 % | flags |"
    yield "|---|---|---|---|---|---|---|"
    for rule, each in said["rules"].items():
        intervals = " | ".join(
            _interval(each[name]) if each["truth"] else "–" for name in ("recall_95", "precision_95")
        )
        yield f"| {rule} | {each['truth']} | {each['found']} | {each['spurious']} | {intervals} | {each['flags']} |"


def _share(said: dict[str, Any], name: str) -> str:
    return f"{said[name]} ({_interval(said[name + '_95'])})"


def _interval(ends: list[float]) -> str:
    return f"{ends[0]:.3f}–{ends[1]:.3f}"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
