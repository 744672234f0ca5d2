"""Enrol a street in one go, as a program of its own, so that who judges shares no code with what is judged.

python -m tests.support.faults.enrolling DATABASE_URL < devices.jsonl       a device a line: id, patient
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

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
    from registry.assignments import assign_device
    from registry.devices import enrol_device
    from registry.patients import enrol_patient

    now = datetime.now(UTC)
    with Session(open_writer(url)) as session, session.begin():
        for patient in sorted({patient for _, patient in holders}):
            enrol_patient(session, name=patient.title(), zone="Europe/Paris", now=now, patient_id=patient)
        for device, patient in holders:
            enrol_device(session, device, "any", now=now)
            assign_device(session, device, patient, now=now)


if __name__ == "__main__":
    main(sys.argv[1], [tuple(json.loads(line)) for line in sys.stdin])
