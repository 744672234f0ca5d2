"""Writes `deploy/grafana/hearthline.json`, a dashboard for Grafana 9 and newer, from one table of panels."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

TARGET = Path(__file__).parent.parent / "deploy" / "grafana" / "hearthline.json"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SINCE_SEEN = "time() - max by (kind, slot) (hearthline_process_last_seen_timestamp_seconds)"
COLUMNS, GRAPH, STAT = 24, (8, 7), (4, 4)


class Panel(NamedTuple):
    """`queries`: (PromQL, legend). `unit` as Grafana names it. `steps`: from which value on which colour (a stat)."""

    title: str
    unit: str
    description: str
    queries: Sequence[tuple[str, str]]
    steps: Sequence[tuple[float | None, str]] = ()


def quantile(share: str, name: str) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate({name}_bucket[$__rate_interval])))"


def rate(name: str, by: str = "") -> str:
    return f"sum {f'by ({by}) ' if by else ''}(rate({name}[$__rate_interval]))"


def waits(title: str, name: str, description: str) -> Panel:
    queries = [(quantile(share, name), legend) for share, legend in (("0.5", "half"), ("0.99", "99 of 100"))]
    return Panel(title, "s", description, queries)


UP = ((None, "red"), (1, "green"))
SOON = ((None, "green"), (30, "orange"), (120, "red"))
ROWS: dict[str, Sequence[Panel]] = {
    "At a glance": [
        Panel("Workers alive", "none", "Processes that gave a sign of life in the last 45 seconds.",
              [(f"count({SINCE_SEEN} < 45) or vector(0)", "alive")], UP),
        Panel("Database", "none", "1 when every worker can read the record.",
              [("min(hearthline_database_up)", "up")], UP),
        Panel("Broker", "none", "1 when every worker is connected.", [("min(hearthline_ingest_connected)", "up")], UP),
        Panel("Oldest message waiting", "s", "How far ingest is behind.",
              [("max(hearthline_ingest_oldest_waiting_seconds)", "waiting")], SOON),
        Panel("Oldest evaluation due", "s", "How late flags are.",
              [("max(hearthline_evaluation_oldest_due_seconds)", "due")], SOON),
        Panel("Refused in the last hour", "short", "Elements that went to quarantine.",
              [('sum(increase(hearthline_ingest_elements_total{verdict="quarantined"}[1h]))', "refused")],
              ((None, "green"), (1, "orange"))),
    ],
    "Intake": [
        Panel("Messages", "cps", "Handed over by the broker, and committed with their verdicts. The two differ while "
              "something waits, or when the broker hands over again what a lost connection left.",
              [(rate("hearthline_ingest_messages_received_total"), "received"),
               (rate("hearthline_ingest_messages_committed_total"), "committed")]),
        Panel("Waiting in the workers", "short", "Messages in the inbox, and all that are not acknowledged yet.",
              [("sum(hearthline_ingest_inbox_messages)", "inbox"),
               ("sum(hearthline_ingest_unacknowledged_messages)", "unacknowledged")]),
        Panel("Messages a batch", "short", "A commit costs the same for one as for many: batches grow under load.",
              [(f"{rate('hearthline_ingest_batch_messages_sum')} / {rate('hearthline_ingest_batch_messages_count')}",
                "mean"),
               (quantile("0.99", "hearthline_ingest_batch_messages"), "99 of 100")]),
    ],
    "Verdicts": [
        Panel("Verdicts", "cps", "What became of each element. Duplicates are devices that send again until they have "
              "a receipt: normal after an outage.",
              [(rate("hearthline_ingest_elements_total", "verdict"), "{{verdict}}")]),
        Panel("Refused by code", "cps", "Codes are explained in docs/verdicts.md.",
              [(f"topk(10, {rate('hearthline_ingest_quarantined_total', 'code')} > 0)", "{{code}}")]),
        Panel("Share refused", "percentunit", "Refused of all readings.",
              [('sum(rate(hearthline_ingest_elements_total{verdict="quarantined"}[$__rate_interval])) / '
                'sum(rate(hearthline_ingest_elements_total{verdict!="noted"}[$__rate_interval]))', "refused")]),
    ],
    "Lag": [
        waits("Receipt to commit", "hearthline_ingest_receipt_to_commit_seconds",
              "From ingest's receipt of a message to its commit. When the device published is not known."),
        waits("Receipt to evaluation", "hearthline_ingest_receipt_to_evaluation_seconds",
              "From then on a flag that the message raises can be read."),
        waits("Measurement to commit", "hearthline_ingest_measured_to_commit_seconds",
              "By the device's own clock, only where it can be trusted: what waited at home is in here."),
    ],
    "Evaluation and flags": [
        Panel("Evaluations due", "short", "Requests to look at a patient again that are due and not done.",
              [("max(hearthline_evaluation_queue_due)", "due")]),
        Panel("Flags raised", "short", "By rule, in an hour. Flags are for review by a licensed professional.",
              [("sum by (rule, severity) (increase(hearthline_flags_raised_total[1h])) > 0", "{{rule}} {{severity}}")]),
        Panel("Flags withdrawn, evaluations failed", "short", "In an hour. A flag is withdrawn when late readings "
              "change what it was about; a failed evaluation is tried again.",
              [("sum(increase(hearthline_flags_withdrawn_total[1h]))", "withdrawn"),
               ("sum(increase(hearthline_evaluation_failures_total[1h]))", "failed")]),
    ],
    "Workers": [
        Panel("Since the last sign of life", "s", "Of each process in the record, dead or alive.",
              [(SINCE_SEEN, "{{kind}} {{slot}}")]),
        Panel("Connections lost, slots changed", "short", "In an hour.",
              [("sum by (instance) (increase(hearthline_ingest_reconnects_total[1h]))", "{{instance}} reconnects"),
               ("sum by (instance, change) (increase(hearthline_ingest_lease_changes_total[1h]))",
                "{{instance}} slot {{change}}")]),
        Panel("Memory", "bytes", "Resident memory of each worker.",
              [('process_resident_memory_bytes{job="hearthline"}', "{{instance}}")]),
        Panel("Processor", "percentunit", "Of one core.",
              [('rate(process_cpu_seconds_total{job="hearthline"}[$__rate_interval])', "{{instance}}")]),
        Panel("Versions", "none", "What runs; more than one during an upgrade.",
              [("count by (version, schema_revision) (hearthline_build_info)", "{{version}} at {{schema_revision}}")]),
    ],
    "Database": [
        waits("Commit", "hearthline_ingest_commit_seconds", "What a batch took, waiting for the database included."),
        Panel("Share of time away", "percentunit", "How much of the time the database took nothing.",
              [("max(rate(hearthline_ingest_database_away_seconds_total[$__rate_interval]))", "away")]),
        Panel("Transactions tried again", "cps", "Because the database was away, locked, or broke a deadlock.",
              [(rate("hearthline_ingest_database_retries_total"), "again")]),
    ],
}  # fmt: skip


def render() -> str:
    """Rows of panels from left to right, each row below the one before."""
    panels: list[dict[str, Any]] = []
    for title, row in ROWS.items():
        width, height = STAT if row[0].steps else GRAPH
        top = max((each["gridPos"]["y"] + each["gridPos"]["h"] for each in panels), default=0)
        panels.append({"type": "row", "title": title, "collapsed": False, "panels": [], **_place(0, top, COLUMNS, 1)})
        for number, panel in enumerate(row):
            below, along = divmod(number * width, COLUMNS)
            panels.append(_drawn(panel) | _place(along, top + 1 + below * height, width, height))
    numbered = [panel | {"id": number} for number, panel in enumerate(panels, 1)]
    return json.dumps(_dashboard(numbered), indent=1, ensure_ascii=False) + "\n"


def _place(x: int, y: int, w: int, h: int) -> dict[str, Any]:
    return {"gridPos": {"x": x, "y": y, "w": w, "h": h}}


def _drawn(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.steps:
        steps = [{"value": value, "color": colour} for value, colour in panel.steps]
        defaults |= {"thresholds": {"mode": "absolute", "steps": steps}, "color": {"mode": "thresholds"}}
    targets = [
        {"refId": "ABC"[n], "expr": expr, "legendFormat": legend, "datasource": SOURCE}
        for n, (expr, legend) in enumerate(panel.queries)
    ]
    return {
        "type": "stat" if panel.steps else "timeseries", "title": panel.title, "description": panel.description,
        "datasource": SOURCE, "fieldConfig": {"defaults": defaults, "overrides": []}, "targets": targets,
    }  # fmt: skip


def _dashboard(panels: list[dict[str, Any]]) -> dict[str, Any]:
    source = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "uid": "hearthline", "title": "Hearthline", "tags": ["hearthline"], "schemaVersion": 38, "editable": True,
        "description": "Intake, verdicts, lag, queues, workers and database of Hearthline. It watches the software, "
        "not patients: not monitoring, not for emergencies.",
        "time": {"from": "now-6h", "to": "now"}, "refresh": "30s", "timezone": "browser",
        "templating": {"list": [source]}, "panels": panels,
    }  # fmt: skip


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
