"""What a demo leaves behind to be looked at: reports of a few of its patients."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hearthline.demo.place import Place
from hearthline.demo.screen import say
from hearthline.errors import Failure
from hearthline.reporting import write_file
from registry.patients import list_patients
from reports.names import ALL, OF_MANY

FEW: Final = 6  # patients: the first of them have one condition each


def leave_reports(place: Place, reader: Engine, now: datetime) -> str | None:
    """The folder with a page for each report that suits a patient; None when nobody is there yet, and where what makes
    reports is not installed or the disk is full."""
    with Session(reader) as session:
        patients = [patient.id for patient in list_patients(session)][:FEW]
    if not patients:
        return None
    try:
        return str(_written(place, reader, patients, now))
    except ModuleNotFoundError as error:
        say(f"no reports: {error.name} is not installed")
    except Failure as error:
        say(f"no reports: {error}")
    return None


def _written(place: Place, reader: Engine, patients: list[str], now: datetime) -> Path:
    from reports.errand import EVERY, Errand
    from reports.many import make_portion
    from reports.run import Wish, run_report

    say(f"writing reports of {len(patients)} patients")
    folder = place.folder / "reports"
    folder.mkdir()
    for made in make_portion(place.database, patients, Errand(Wish(EVERY, ""), ("html",), now)):
        for form, whole in made.forms.items():
            write_file(folder / f"{made.patient}.{made.report}.{form}", whole)
    with Session(reader) as session:
        for report in OF_MANY:
            write_file(folder / f"{ALL}.{report}.html", run_report(session, Wish(report, ALL), now).html())
    return folder
