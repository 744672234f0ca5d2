"""`rules what-if`: a limit tried on history, for a program and for a person."""

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy.orm import Session

from flags.history import load_cases
from flags.what_if.compared import Compared
from flags.what_if.question import Question, asked, in_force
from flags.what_if.replay import list_patient_ids, replay
from hearthline.errors import NO, Failure
from hearthline.explain.page import amount_text
from hearthline.shell import Shell
from hearthline.worklist import NOTICE, check_word
from registry.patients import get_patient
from thresholds import RULES
from thresholds.types import SEVERITIES, Amount, Case

MOST: Final = 5
HOW: Final = "each episode counts as one flag, as if each had been dealt with before the next"
Numbers = list[tuple[str, tuple[Amount, ...], Amount]]  # parameter, as it is, as it would be


def try_limits(
    shell: Shell, rule: str, wanted: Sequence[tuple[str, str]], unit: str | None, days: int, patient: str | None
) -> "Tried":
    """Of all patients, or of one. Raises Failure and RegistryError for what cannot be asked."""
    check_word("rule", rule, RULES)
    now, began = shell.now(), monotonic()
    with shell.reading() as session:
        patients, case = _whom(session, patient, now)
    question = asked(rule, wanted, unit, (now - timedelta(days=days), now), case, own=patient is not None)
    with counted(len(patients)) as tick:
        found = replay(shell.settings().database.url, patients, question, tick)
    if not found:
        raise Failure(f"no readings in the last {days} days that {rule} looks at", "name more --days", NO)
    return Tried(question, in_force(question, case), found, monotonic() - began)


def _whom(session: Session, patient: str | None, now: datetime) -> tuple[list[str], Case]:
    """Their ids, and the case whose limits are as they are: of the one, else of nobody, with the published ones."""
    if patient is None:
        return list_patient_ids(session.connection()), Case("UTC", now)
    one = get_patient(session, patient).id
    return [one], load_cases(session.connection(), [one], now)[one]


@contextlib.contextmanager
def counted(patients: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; hears how many patients more are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("patients"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=patients)
        yield lambda done: progress.advance(task, done)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it, over all patients with readings."""

    question: Question
    numbers: Numbers
    found: Sequence[Compared]
    seconds: float

    def line(self) -> dict[str, Any]:
        """Everything, for a program; `patients` are those for whom anything would be different."""
        question = self.question
        return {
            "rule": question.rule, "from": question.begin, "until": question.until,
            "set": {name: amount_text(wanted) for name, _, wanted in self.numbers},
            "in_place_of": {name: [*map(amount_text, now)] for name, now, _ in self.numbers},
            "patients_with_readings": len(self.found), "readings": sum(each.readings for each in self.found),
            "before": self._side("before"), "after": self._side("after"),
            "gone": sum(each.gone for each in self.found), "new": sum(each.new for each in self.found),
            "missed": sum(len(each.missed) for each in self.found),
            "patients": [_patient_line(each) for each in self.changed()],
            "seconds": round(self.seconds, 2), "how": HOW, "notice": NOTICE,
        }  # fmt: skip

    def _side(self, side: str) -> dict[str, Any]:
        flags = sum((getattr(each, side) for each in self.found), Counter[str]())
        count = flags.total()
        return {
            "flags": count, "by_severity": {each: flags[each] for each in SEVERITIES if flags[each]},
            "patients": sum(bool(getattr(each, side)) for each in self.found),
            "flags_per_patient": round(count / len(self.found), 4),
            "flags_per_100_patients_day": round(100 * count / len(self.found) / self.question.days, 4),
        }  # fmt: skip

    def changed(self) -> list[Compared]:
        """The most missed first, then the most different."""
        different = (each for each in self.found if each.before != each.after or each.gone or each.new)
        return sorted(different, key=lambda each: (-len(each.missed), -each.gone - each.new, each.patient))

    def sheet(self) -> dict[str, Any]:
        """The same for a person."""
        told, changed = self.line(), self.changed()
        return {
            "rule": f"{self.question.rule}  {self.question.about.words}",
            "tried": [
                f"{name}: {amount_text(wanted)} in place of {amount_text(now[0])}" for name, now, wanted in self.numbers
            ],
            "over": f"{self.question.days:.0f} days, {told['patients_with_readings']:,} patients with"
            f" {told['readings']:,} readings, in {self.seconds:.1f} s",
            "flags": [_side_text(name, told[name]) for name in ("before", "after")],
            "different": f"{told['gone']:,} gone, {told['new']:,} new",
            "missed": f"{told['missed']:,} of the gone, followed by a CRIT or HIGH flag of the measure within 7 days",
            "most changed": [_patient_text(each) for each in changed[:MOST]] or "nobody",
            "how": HOW,
            "note": NOTICE,
        }


def _patient_line(one: Compared) -> dict[str, Any]:
    return {
        "patient": one.patient, "before": one.before.total(), "after": one.after.total(), "gone": one.gone,
        "new": one.new, "missed": one.missed,
    }  # fmt: skip


def _patient_text(one: Compared) -> str:
    return f"{one.patient}: {one.before.total()} before, {one.after.total()} after, {len(one.missed)} missed"


def _side_text(name: str, side: dict[str, Any]) -> str:
    severities = ", ".join(f"{count:,} {severity}" for severity, count in side["by_severity"].items()) or "none"
    return (
        f"{name:<6}  {side['flags']:>7,}  in {side['patients']:,} patients; {side['flags_per_patient']:.2f} a patient;"
        f" {side['flags_per_100_patients_day']:.2f} per 100 patients and day; {severities}"
    )
