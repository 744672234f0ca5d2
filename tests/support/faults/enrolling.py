"""Enrol a street in one go, as a program of its own, so that who judges shares no code with what is judged.

python -m tests.support.faults.enrolling DATABASE_URL < devices.jsonl       a device a line: id, patient
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from tests.support.places import ROOT


def enrol(url: str, holders: Sequence[tuple[str, str]], environment: Mapping[str, str]) -> None:
    """`holders` are (device, patient); each patient is added with the first device."""
    subprocess.run(
        [sys.executable, "-m", "tests.support.faults.enrolling", url], env=environment, cwd=ROOT,
        input="\n".join(map(json.dumps, holders)), text=True, check=True,
    )  # fmt: skip


def main(url: str, holders: Sequence[tuple[str, str]]) -> None:
    from sqlalchemy.orm import Session

    from models.engine import open_writer
    from models.tables import Device, DeviceAssignment, Patient
    from registry.beginning import BEGINNING
    from registry.lock import hold_alone

    now = datetime.now(UTC)
    with Session(open_writer(url)) as session, session.begin():
        hold_alone(session)
        patients = sorted({patient for _, patient in holders})
        session.add_all(
            [Patient(id=each, name=each.title(), zone="Europe/Paris", enrolled_at=now) for each in patients]
        )
        session.add_all([Device(id=device, model="any", enrolled_at=now) for device, _ in holders])
        session.flush()
        session.add_all([
            DeviceAssignment(id=uuid4(), device_id=device, patient_id=patient, from_at=BEGINNING)
            for device, patient in holders
        ])  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], [tuple(json.loads(line)) for line in sys.stdin])
