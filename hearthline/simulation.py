"""`simulate run`: the plan played against the broker of the settings, enrolment done in their database."""

import os
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hearthline.addresses import plain_broker, reach
from hearthline.enrol import enrol_planned
from hearthline.errors import DONE, INTERRUPTED, NO, USAGE, Failure
from hearthline.shell import Shell
from hearthline.signals import catching_signals
from models.engine import open_writer
from models.tables import Patient
from simulators.cohort import CONTENT_FAULTS, open_silences, plan
from simulators.plan import Plan
from simulators.play import play
from simulators.transport_faults import TRANSPORT_FAULTS

FAULTS = frozenset({*CONTENT_FAULTS, *TRANSPORT_FAULTS})
SEED_USED: Final = (
    "hearthline: the patients of seed {} are in this database already, so verify may call the other run's readings "
    "unexpected; take another --seed, another database, or the same --until"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of the command; `until` is aware, `speed` None means as fast as answers come."""

    patients: int
    days: int
    seed: int
    until: datetime
    faults: frozenset[str]
    speed: float | None
    settle: float
    ledger: Path | None


def read_faults(text: str) -> frozenset[str]:
    """`all`, `none`, or names; raises Failure (usage) for a name that is none."""
    if text in ("all", "none"):
        return FAULTS if text == "all" else frozenset()
    named = frozenset(filter(None, (name.strip() for name in text.split(","))))
    for name in sorted(named - FAULTS):
        nearest = get_close_matches(name, sorted(FAULTS), n=1, cutoff=0.0)[0]
        raise Failure(f"no fault is named {name}", f"did you mean {nearest}? all: {', '.join(sorted(FAULTS))}", USAGE)
    return named


def check_ledger(ledger: Path) -> None:
    """Raises Failure (usage) when no ledger can be written there; nothing is made yet."""
    folder = ledger.absolute().parent
    if not folder.is_dir():
        raise Failure(f"the ledger has no folder: there is no {folder}", "make it, or name another --ledger", USAGE)
    if ledger.is_dir():
        raise Failure(f"the ledger {ledger} is a folder", "name a file", USAGE)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"the ledger's folder {folder} cannot be written", "name another --ledger", USAGE)


def play_wish(shell: Shell, wish: Wish) -> tuple[dict[str, Any], int]:
    """Summary and exit code: 1 when a reading with an id has no receipt, 130 when it was stopped by Ctrl-C."""
    if wish.ledger is not None:
        check_ledger(wish.ledger)
    broker = plain_broker(shell.settings().broker.url)
    with shell.opened(open_writer) as engine, catching_signals() as signals:
        reach(broker)
        planned = plan(patients=wish.patients, days=wish.days, seed=wish.seed, until=wish.until, faults=wish.faults)
        _enrol(engine, planned, shell.now())
        played = play(
            planned, host=broker.host, port=broker.port, enrol=lambda _patient: None, ledger=wish.ledger,
            speed=wish.speed, settle=wish.settle, faults=wish.faults, open_silences=open_silences, stop=signals.stop,
        )  # fmt: skip
    devices = len({device.id for patient in planned.patients for device in patient.devices})
    summary = {"patients": wish.patients, "devices": devices, **asdict(played), "until": wish.until}
    code = NO if played.in_doubt else DONE
    return summary, INTERRUPTED if signals.interrupted else code


def _enrol(engine: Engine, planned: Plan, now: datetime) -> None:
    """Says so when its patients are there already: readings of both runs are then in the record."""
    with Session(engine) as session, session.begin():
        if any(session.get(Patient, patient.id) for patient in planned.patients):
            print(SEED_USED.format(planned.seed), file=sys.stderr)  # noqa: T201  stdout carries data alone
        for patient in planned.patients:
            enrol_planned(session, patient, now)
