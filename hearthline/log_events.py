"""What is logged: every event with its fields. What stands in no row here is not written (`hearthline.logs`), so that
no name, value, payload or secret gets into a log by mistake; `docs/logs.md` is made from this."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

SAID_ALWAYS: Final[Mapping[str, str]] = MappingProxyType({
    "event": "One of the names below.",
    "level": "info, warning, error or critical.",
    "at": "When, RFC 3339 in UTC.",
})  # fmt: skip


class Event(NamedTuple):
    level: str
    means: str
    fields: tuple[str, ...] = ()


EVENTS: Final[Mapping[str, Event]] = MappingProxyType({
    "lease.waiting": Event("info", "Another worker holds the slot; this one watches it.", ("slot", "holder")),
    "lease.taken": Event("info", "This worker works under the slot's client id now. `over`: who held it and died.",
                         ("slot", "over")),
    "lease.lost": Event("warning", "Another worker took the slot: this one was paused, or cut off from the record. It "
                        "stops, and waits for the slot.", ("slot", "cause", "does")),
    "slot.adopted": Event("info", "Nobody works under another slot: what waits in its session is fetched.", ("slot",)),
    "slot.retired": Event("info", "Nothing waits in the adopted session any more; it gets no further messages.",
                          ("slot",)),
    "slot.given_back": Event("info", "Its worker is back.", ("slot", "cause")),
    "worker.died": Event("error", "A worker process ended; it is started again after `again_in` seconds. `code`: its "
                         "exit code, negative for a signal.", ("slot", "code", "again_in")),
    "worker.hangs": Event("error", "No turn for `silent` seconds: the process is killed and started again.",
                          ("slot", "silent")),
    "worker.killed": Event("error", "It did not finish in time when told to end.", ("slot", "cause")),
    "broker.connected": Event("info", "The broker took the connection.", ("client",)),
    "broker.subscribed": Event("info", "The broker granted the subscription; messages come from now on.",
                               ("client", "filter")),
    "broker.away": Event("warning", "The broker went away, or does not answer. Said once for each absence.",
                         ("reason", "does")),
    "database.away": Event("warning", "The database takes nothing. Said once for each absence.", ("cause", "does")),
    "database.back": Event("info", "The database takes what is written again."),
    "clock.stepped": Event("warning", "The machine's clock was set forward (or back: negative). For an hour silence is "
                           "not judged, and everything is looked at again.", ("seconds",)),
    "decode.crashed_worker": Event("error", "Decoding a message ended two processes; it is quarantined with its bytes. "
                                   "`message` is its id in `quarantine list`.", ("message",)),
    "database.unsafe": Event("warning", "The database may lose what it committed, and `database.accept_unsafe` is set.",
                             ("says", "mend")),
    "broker.unsafe": Event("warning", "The broker's configuration loses or delays messages.", ("says", "mend")),
    "store.rejected": Event("error", "The database refuses one message's rows; what is bad of it is quarantined. "
                            "`message` is its id in `quarantine list`.", ("message", "cause")),
    "evaluation.failed": Event("error", "The evaluation of one patient raised and is tried again later. `where` is a "
                               "place in the code; which patient stands in the queue, not in the log.",
                               ("cause", "where")),
    "report.failed": Event("error", "A patient's report could not be made. `run` is the run's id; why stands in the "
                           "record, and `doctor` shows it.", ("run",)),
    "reports.made": Event("info", "Making was over.", ("run", "made", "failed")),
    "reports.delivered": Event("info", "Everything of a run is where it was to go.", ("run",)),
    "reports.undelivered": Event("warning", "A folder or mail server took nothing; it is tried again later.",
                                 ("run", "attempts", "cause")),
    "scrape.failed": Event("warning", "Somebody who asked for `/metrics` got no whole answer.", ("cause",)),
    "process.crashed": Event("critical", "Ingest ends because of a fault of its own. `where` are places in the code, "
                             "the innermost last.", ("cause", "where")),
    "thread.crashed": Event("critical", "A thread ended because of a fault; ingest ends where it cannot do without it.",
                            ("cause", "where")),
    "library.logged": Event("warning", "A library had something to say; what it said is left out, for it may quote a "
                            "value.", ("logger", "where", "cause")),
})  # fmt: skip


def fields_of(event: str) -> frozenset[str]:
    """Of an event that is in no table: none but those said always."""
    known = EVENTS.get(event)
    return frozenset(SAID_ALWAYS) | frozenset(known.fields if known else ())
