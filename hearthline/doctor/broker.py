"""The broker from outside: does it answer, did it drop anything, does it keep what comes while ingest is away."""

from math import inf
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from hearthline.addresses import parse_broker
from hearthline.doctor.broker_file import read_broker_file
from hearthline.doctor.finding import DANGEROUS, MIB, OK, UNKNOWN, WARNING, Finding, Findings, Place
from hearthline.doctor.mqtt import ask_figures, has_session
from hearthline.errors import Failure
from models.life import UNSEEN, list_processes, list_standings

CHECK: Final = "broker"
CLIENT_ID: Final = "hearthline-ingest-{}"
SAVED_SECONDS: Final = 60
START: Final = "start it, or check broker.url in the settings"


def check_broker(place: Place) -> Findings:
    try:
        broker = parse_broker(place.settings.broker.url)
        figures = ask_figures(broker)
    except Failure as failure:
        yield Finding(CHECK, DANGEROUS, failure.wrong, failure.mend)
    except PermissionError as error:
        yield Finding(CHECK, DANGEROUS, f"the broker refuses us: {error}", "check user and password in broker.url")
    except OSError:
        yield Finding(CHECK, DANGEROUS, f"no broker answers at {broker}", START)
    else:
        yield Finding(CHECK, OK, f"{figures.get('version', 'a broker that tells no version')} at {broker}")
        yield from _queue(place, figures)
        yield from _saves(place)


def _queue(place: Place, figures: dict[str, str]) -> Findings:
    if "dropped" not in figures:
        says = "this broker does not tell what it drops"
        yield Finding("broker queue", UNKNOWN, says, "use Mosquitto with sys_interval 10")
        return
    dropped, stored = int(figures["dropped"]), int(figures.get("stored_bytes", "0"))
    limit = read_broker_file(place.settings.broker.config).get("max_queued_bytes", "0")
    waiting = f"{stored // MIB} MiB"
    if dropped:
        mend = "look for a queue limit in its configuration; devices with receipts send again, others lost readings"
        yield Finding("broker queue", WARNING, f"the broker dropped {dropped} messages since it was started", mend)
    if limit.isdigit() and 0 < int(limit) < 2 * stored:
        says = f"the broker's queue is more than half full: {waiting}"
        yield Finding("broker queue", DANGEROUS, says, "start ingest, or raise max_queued_bytes before it drops")
    elif not dropped:
        yield Finding("broker queue", OK, f"{waiting} wait; nothing dropped")


def _saves(place: Place) -> Findings:
    """Mosquitto goes on without a word on our side when it cannot write: its log alone says so."""
    values = read_broker_file(place.settings.broker.config)
    if values.get("persistence") != "true" or "persistence_location" not in values:
        return
    saved = Path(values["persistence_location"]) / values.get("persistence_file", "mosquitto.db")
    interval = values.get("autosave_interval", "1800")
    try:
        age = place.now.timestamp() - saved.stat().st_mtime
    except FileNotFoundError:
        age = inf
    except OSError:
        return
    if interval.isdigit() and age > max(SAVED_SECONDS, 3 * int(interval)):
        says = f"Mosquitto does not write its queue to {saved}: a restart loses what ingest has not fetched"
        mend = f"give its user the folder: sudo chown mosquitto: {saved.parent}; its log says more"
        yield Finding("broker queue", DANGEROUS, says, mend)


def check_session(place: Place, session: Session) -> Findings:
    """Asked only where no worker is connected under the id, for a visitor with the same id would throw it out."""
    known = list_processes(session)
    if any(process.kind == "ingest" and place.now - process.seen_at <= UNSEEN for process in known):
        return
    slots = sorted({0, *list_standings(session.connection(), "ingest")})
    broker = parse_broker(place.settings.broker.url)
    try:
        lacking = [slot for slot in slots if not has_session(broker, CLIENT_ID.format(slot))]
    except (OSError, ValueError):
        yield Finding("session", UNKNOWN, "the broker does not say whether it keeps what comes for ingest")
        return
    if lacking:
        says = "the broker keeps nothing for ingest, which never subscribed there or whose session it lost"
        yield Finding("session", DANGEROUS, says, "start ingest; devices with receipts send again")
    else:
        yield Finding("session", OK, "the broker keeps what comes until ingest is back")
