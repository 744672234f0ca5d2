"""Writes `docs/metrics.md` from the one table of metrics."""

from collections.abc import Iterable
from pathlib import Path

from ingest.metric_table import OF_THE_RECORD, OF_THE_WORKER, Metric

TARGET = Path(__file__).with_name("metrics.md")

INTRODUCTION = """\
# Metrics

Made from `ingest/metric_table.py` by `make docs`; do not edit.

`ingest` answers Prometheus when the settings name an address:

```toml
[metrics]
address = "127.0.0.1:9464"
```

Off unless set. A worker adds its slot to the port: with `--workers 2` scrape 9464 and 9465. The path is `/metrics`.
There is no password, so keep it on loopback or behind something that has one. A port that is taken ends `ingest` with
one line and exit code 2.

No label and no text names a patient, a device, a topic or a value. Labels are verdicts, codes, rules, severities and
slot numbers: the number of series does not grow with patients, devices or time.
"""

RECORD = """\
Read from the database when Prometheus asks, within two seconds, by every worker: so a worker that is dead, on this
machine or another, shows in the answers of those that live. All say the same; take `max by (kind, slot)` or `max`.
"""

END = """\
## Beside these

`process_resident_memory_bytes`, `process_cpu_seconds_total`, `process_open_fds` and `process_start_time_seconds` are
those of prometheus-client (Linux only).

Counters begin at 0 with the process; use `rate()` or `increase()`. When a device published is not known to ingest, so
no metric says so: the time since the receipt leaves out what waited at the broker, and the time since the measurement
includes what waited in the device.

Counting costs 2.5 µs a message, and a scrape 5 ms: 1.3 % of the processor time of decoding, storing and evaluating (two
busy cores of a small server, SQLite; `make bench-metrics` measures it again).

## What to do with them

- [deploy/prometheus/prometheus.yml](../deploy/prometheus/prometheus.yml) is an example of what to scrape;
- [deploy/prometheus/rules.yml](../deploy/prometheus/rules.yml) says when somebody has to look, and what to do then. An
  ingest process that died or hangs is noticed within two minutes: by the others in its last sign of life, and by
  Prometheus itself when none answers;
- [deploy/grafana/hearthline.json](../deploy/grafana/hearthline.json) is a dashboard (Grafana: Dashboards, Import).

All of it watches the software, not patients. Flags are for review by a licensed professional, not for emergencies.
"""


def render() -> str:
    worker = ["## Of one worker\n", table(OF_THE_WORKER)]
    return "\n".join([INTRODUCTION, *worker, "## Of the record\n", RECORD, table(OF_THE_RECORD), END])


def table(metrics: Iterable[Metric]) -> str:
    rows = [f"| `{each.name}` | {each.kind} | {', '.join(each.labels)} | {each.help} |" for each in metrics]
    return "\n".join(["| Name | Kind | Labels | What |", "|---|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
