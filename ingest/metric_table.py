"""What is measured: one table from which the numbers are kept, served and described (`docs/metrics.md`).

Names follow the conventions of Prometheus: `hearthline_` first, base units, `_total` on what only grows. No label and
no help names a patient, a device, a topic or a value: labels are codes, rules and numbers of slots, closed sets all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ingest.codes import CODES
from thresholds import RULES
from thresholds.types import SEVERITIES

OTHER: Final = "other"  # what no table knows is counted, under a label that cannot grow


@dataclass(frozen=True, slots=True)
class Metric:
    """`kind`: counter, gauge or histogram. `labels`: name -> the values it may have, empty where the record decides
    (how many slots there are). `bounds`: upper ends of a histogram's buckets, in the unit of the name."""

    name: str
    kind: str
    help: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()


MESSAGES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
MOMENTS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
WAITS: Final = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
VERDICTS: Final = ("stored", "duplicate", "quarantined", "noted")
RAISING: Final = tuple(rule.id for rule in RULES.values() if rule.on)  # a rule that is off has nothing to count
BY_RULE: Final = {"rule": (*RAISING, OTHER), "severity": SEVERITIES}

RECEIVED: Final = "hearthline_ingest_messages_received_total"
COMMITTED: Final = "hearthline_ingest_messages_committed_total"
ELEMENTS: Final = "hearthline_ingest_elements_total"
QUARANTINED: Final = "hearthline_ingest_quarantined_total"
BATCH: Final = "hearthline_ingest_batch_messages"
COMMIT: Final = "hearthline_ingest_commit_seconds"
TO_COMMIT: Final = "hearthline_ingest_receipt_to_commit_seconds"
MEASURED: Final = "hearthline_ingest_measured_to_commit_seconds"
TO_EVALUATION: Final = "hearthline_ingest_receipt_to_evaluation_seconds"
INBOX: Final = "hearthline_ingest_inbox_messages"
UNACKNOWLEDGED: Final = "hearthline_ingest_unacknowledged_messages"
OLDEST: Final = "hearthline_ingest_oldest_waiting_seconds"
CONNECTED: Final = "hearthline_ingest_connected"
RECONNECTS: Final = "hearthline_ingest_reconnects_total"
RETRIES: Final = "hearthline_ingest_database_retries_total"
AWAY: Final = "hearthline_ingest_database_away_seconds_total"
LEASES: Final = "hearthline_ingest_lease_changes_total"
RAISED: Final = "hearthline_flags_raised_total"
WITHDRAWN: Final = "hearthline_flags_withdrawn_total"
FAILURES: Final = "hearthline_evaluation_failures_total"
DATABASE_UP: Final = "hearthline_database_up"
LAST_SEEN: Final = "hearthline_process_last_seen_timestamp_seconds"
QUEUE: Final = "hearthline_evaluation_queue_due"
OLDEST_DUE: Final = "hearthline_evaluation_oldest_due_seconds"
BUILD: Final = "hearthline_build_info"

OF_THE_WORKER: Final = (
    Metric(RECEIVED, "counter", "Messages the broker handed over, those it handed over again included."),
    Metric(COMMITTED, "counter", "Messages whose verdicts are committed; only then are they acknowledged."),
    Metric(ELEMENTS, "counter", "Elements of committed messages by verdict; noted are status and symptom messages.",
           {"verdict": VERDICTS}),
    Metric(QUARANTINED, "counter", "Refused elements by code (docs/verdicts.md).", {"code": (*CODES, OTHER)}),
    Metric(BATCH, "histogram", "Messages committed together.", bounds=MESSAGES),
    Metric(COMMIT, "histogram", "What a batch took from decoded to committed, waiting for the database included.",
           bounds=MOMENTS),
    Metric(TO_COMMIT, "histogram", "From ingest's receipt of a message to its commit. When a device published is not "
           "known: what waited at the broker or in the device is not in here.", bounds=MOMENTS),
    Metric(MEASURED, "histogram", "From the device's own time of a reading to its commit, only where that time is to "
           "be trusted: a good clock, not corrected, not ahead, received within a day.", bounds=WAITS),
    Metric(TO_EVALUATION, "histogram", "From ingest's receipt of a message with new readings to the commit of their "
           "evaluation: from then on a flag that they raise can be read.", bounds=MOMENTS),
    Metric(INBOX, "gauge", "Messages received that no batch has taken yet."),
    Metric(UNACKNOWLEDGED, "gauge", "Messages received and not committed yet, and so not acknowledged."),
    Metric(OLDEST, "gauge", "How long the oldest message in the inbox has waited; 0 when there is none."),
    Metric(CONNECTED, "gauge", "1 while connected to the broker."),
    Metric(RECONNECTS, "counter", "Connections to the broker that were lost."),
    Metric(RETRIES, "counter", "Transactions that the database would not do and that were tried again."),
    Metric(AWAY, "counter", "Time during which the database took nothing."),
    Metric(LEASES, "counter", "How often this process took a slot, or lost one to another process.",
           {"change": ("taken", "lost")}),
    Metric(RAISED, "counter", "Flags raised.", BY_RULE),
    Metric(WITHDRAWN, "counter", "Flags withdrawn because readings changed.", BY_RULE),
    Metric(FAILURES, "counter", "Evaluations of one patient that raised and were postponed."),
)  # fmt: skip

OF_THE_RECORD: Final = (
    Metric(DATABASE_UP, "gauge", "1 when the record could be read for this scrape; what follows is left out else."),
    Metric(LAST_SEEN, "gauge", "Last sign of life of each process, in seconds since 1970, by kind and slot. It stays "
           "when a process dies and goes when one ends on purpose.", {"kind": (), "slot": ()}),
    Metric(QUEUE, "gauge", "Requests to evaluate that are due and not done."),
    Metric(OLDEST_DUE, "gauge", "How long the oldest of them has been due; 0 when there is none."),
    Metric(BUILD, "gauge", "1; the version that runs and the schema revision it wants.",
           {"version": (), "schema_revision": ()}),
)  # fmt: skip

TABLE: Final[Mapping[str, Metric]] = MappingProxyType({each.name: each for each in (*OF_THE_WORKER, *OF_THE_RECORD)})
