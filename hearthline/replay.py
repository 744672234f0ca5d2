"""`replay`: a recording, its device and its patient; published, and what became of it."""

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from hearthline.addresses import Broker, plain_broker, reach
from hearthline.errors import BROKER, DONE, INTERRUPTED, NO, USAGE, Failure
from hearthline.guess import DEVICE
from hearthline.recordings import Source, read_source
from hearthline.shell import Shell
from hearthline.signals import catching_signals
from registry.assignments import assign_device
from registry.devices import enrol_device
from registry.patients import enrol_patient
from simulators.replay import Replayed, play_recording

MODEL: Final = "recording"
NEW: Final = "new"


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of the command; `device` is an id or `new`, `patient` the name of a new one."""

    source: Source
    device: str
    patient: str | None
    speed: float | None
    settle: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """`summary` for stdout, `remarks` for stderr, `code` is 1 when a reading has no receipt, 130 after Ctrl-C."""

    summary: dict[str, Any]
    remarks: list[str]
    code: int


def replay(shell: Shell, wish: Wish) -> Outcome:
    """Nobody is enrolled before the files are read and the broker answers."""
    _check_holder(wish)
    broker = plain_broker(shell.settings().broker.url)
    readings, measure = read_source(wish.source)
    reach(broker)
    device, patient = _holder(shell, wish)
    with catching_signals() as signals:
        played = play_recording(
            readings, device, measure, host=broker.host, port=broker.port,
            settle=wish.settle, speed=wish.speed, stop=signals.stop,
        )  # fmt: skip
    summary = {"device": device, "patient": patient, "measure": measure, **asdict(played)} | {
        "seconds": round(played.seconds, 2)
    }
    if signals.interrupted:
        return Outcome(summary, [], INTERRUPTED)
    _check_sent(played, broker)
    return Outcome(summary, list(_remarks(played)), DONE if played.receipted == played.taken else NO)


def _check_holder(wish: Wish) -> None:
    if wish.device != NEW and wish.patient is not None:
        raise Failure(f"device {wish.device} has its holder already", "leave out --patient, or use --device new", USAGE)
    if wish.device == NEW and wish.patient is None:
        raise Failure("a new device needs somebody who holds it", "name them with --patient", USAGE)
    if DEVICE.fullmatch(wish.device) is None and wish.device != NEW:
        raise Failure(f"device id {wish.device!r} does not fit", "8 to 40 of a-z, 0-9 and '-', or: new", USAGE)


def _holder(shell: Shell, wish: Wish) -> tuple[str, str | None]:
    """Device and patient ids; `new` enrols both, and the readings are the patient's from the beginning."""
    if wish.patient is None:
        return wish.device, None
    device_id, now = f"replay-{secrets.token_hex(4)}", shell.now()
    with shell.writing() as session:
        patient = enrol_patient(session, name=wish.patient, zone=wish.source.zone or "UTC", now=now)
        enrol_device(session, device_id, MODEL, now=now)
        assign_device(session, device_id, patient.id, now=now)
        return device_id, patient.id


def _check_sent(played: Replayed, broker: Broker) -> None:
    if not played.published_messages:
        raise Failure(f"the broker at {broker} lets nobody in", "look at its log, or start it again", BROKER)


def _remarks(played: Replayed) -> Iterator[str]:
    if played.quarantined:
        yield f"{played.quarantined} of {played.taken} readings were refused; see: hearthline quarantine list"
    if missing := played.taken - played.receipted:
        yield f"{missing} of {played.taken} readings have no receipt; is hearthline ingest running on this broker?"
