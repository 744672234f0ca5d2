"""What the demo shows at one moment, read from the record in one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from flags.states import ACTIVE
from flags.worklist import list_flags
from hearthline.flag_words import Shown, show
from ingest.ledger import Counts, count_verdicts
from models.life import list_processes
from models.tables import Evaluation
from registry.patients import list_patients


@dataclass(frozen=True, slots=True)
class Scene:
    """`due` counts evaluations that wait; `busy` says whether ingest still holds messages."""

    counts: Counts
    worklist: Sequence[Shown]
    due: int
    busy: bool

    @property
    def quiet(self) -> bool:
        """Nothing received is still to be judged."""
        return not self.due and not self.busy


def look(engine: Engine, now: datetime) -> Scene:
    """The state of things at `now` (aware)."""
    with Session(engine) as session:
        patients = {patient.id: patient for patient in list_patients(session)}
        flags = list_flags(session, status=sorted(ACTIVE))
        due = session.scalar(select(func.count()).where(Evaluation.due_at <= now)) or 0
        busy = any(process.oldest_waiting for process in list_processes(session))
        return Scene(count_verdicts(session), [show(flag, patients[flag.patient_id]) for flag in flags], due, busy)
