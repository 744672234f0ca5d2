"""`reports run --folder`: a file a patient, report and form, each complete or absent."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from hearthline.errors import NO, USAGE, Failure, explain_system
from hearthline.reporting import write_file
from hearthline.shell import Shell
from hearthline.show import remark, show_json, show_line
from registry.enrolments import list_members
from registry.patients import get_patient, list_patients
from reports.errand import Errand, Made, forms_of
from reports.names import OF_MANY
from reports.run import Wish


@dataclass(frozen=True, slots=True)
class Whom:
    """One of these; neither patient nor programme means everybody."""

    patient: str | None
    programme: str | None

    def ids(self, session: Session, at: datetime) -> list[str]:
        """By id. Raises RegistryError for a patient or programme that there is not."""
        if self.patient is not None:
            return [get_patient(session, self.patient).id]
        if self.programme is not None:
            return list_members(session, self.programme, at)
        return sorted(each.id for each in list_patients(session))


def whom(patient: str | None, programme: str | None, everybody: bool) -> Whom:
    if sum([patient is not None, programme is not None, everybody]) != 1:
        raise Failure("say of whom", "one of --patient ID, --programme NAME and --all", USAGE)
    return Whom(patient, programme)


def fill_folder(shell: Shell, wish: Wish, about: Whom, folder: Path, forms: str, *, json: bool) -> None:
    """A line each with --json and a summary last; else the summary alone. Raises Failure when one could not be made."""
    now = shell.now()
    errand = Errand(wish, forms_of(forms), now)
    with shell.reading() as session:
        patients = [wish.patient] if wish.report in OF_MANY else about.ids(session, wish.until or now)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_system(error) or error from error
    found = list(_written(shell.settings().database.url, patients, errand, folder, json=json))
    failed = [each for each in found if each.failed]
    told = {
        "folder": str(folder),
        "patients": len(patients),
        "reports": len(found) - len(failed),
        "failed": len(failed),
    }
    show_json(told) if json else show_line(f"{told['reports']} reports of {told['patients']} patients in {folder}")
    if failed:
        remark(f"{each.patient}: {each.report}: {each.failed}" for each in failed)
        raise Failure(f"{len(failed)} reports could not be made", "the others are complete; see above", NO)


def _written(url: str, patients: Sequence[str], errand: Errand, folder: Path, *, json: bool) -> Iterator[Made]:
    """Without their forms, once these are files."""
    from reports.many import make_many  # it brings what starts processes, which one report does not need

    with _counting(len(patients)) as tick:
        for made in make_many(url, patients, errand):
            names = [f"{quote(made.patient, safe='')}.{made.report}.{form}" for form in made.forms]
            for name, whole in zip(names, made.forms.values(), strict=True):
                write_file(folder / name, whole)
            if json:
                show_json(_line(made, names))
            tick(made.patient)
            yield Made(made.patient, made.report, failed=made.failed)


def _line(made: Made, names: Sequence[str]) -> dict[str, Any]:
    told = {"patient": made.patient, "report": made.report, "sufficient": made.sufficient, "digest": made.digest}
    return {**told, "files": [*names], "failed": made.failed or None}


@contextmanager
def _counting(patients: int) -> Iterator[Callable[[str], None]]:
    """Hears whose report is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    from hearthline.keeping.progress import progress_of

    columns = (TextColumn("patients"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    seen: set[str] = set()
    with progress_of(*columns) as progress:
        task = progress.add_task("", total=patients)

        def tick(patient: str) -> None:
            seen.add(patient)
            progress.update(task, completed=len(seen))

        yield tick
