"""The figures of a panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from registry.programmes import PREFIX
from reports.change.table import COMPARED
from reports.errors import ReportError
from reports.figure import Figure
from reports.names import ALL
from reports.panel.control import CONTROL
from reports.panel.control import line as control_line
from reports.panel.group import Group
from reports.panel.members import Member, members_of
from reports.panel.page import blocks
from reports.panel.read import Read, read_members
from reports.panel.tally import control, tally
from reports.report import STRANGE, Ask, Found, line_of

NO_PROGRAMME: Final = "no programme"
NOTES: Final = (
    "Improved and worsened are by the thresholds and ranges of the report of the whole patient, against as many days"
    " before; who cannot be compared is in neither.",
    "Control is of those of whom it can be told; without enough readings nobody is called controlled or not.",
    "Flags are rule matches for review by a licensed professional: few of them can mean few readings.",
)


@dataclass(frozen=True, slots=True)
class Panel:
    """`programmes`: name → its figures, those of its members alone."""

    members: Sequence[Member]
    programmes: Mapping[str, Mapping[str, Figure]]


def make(ask: Ask) -> Found:
    group = ask.subject
    if not isinstance(group, Group):
        raise ReportError("this report is of many patients; use --programme NAME or --all")
    return made_of(ask, group, read_members(ask, group.members))


def made_of(ask: Ask, group: Group, read: Read) -> Found:
    """Of what was read of the members' readings, wherever that was."""
    members = members_of(ask, group, read)
    panel = Panel(members, _programmes(members, group))
    made = tally(members) | _control(members, group)
    tables: dict[str, Sequence[Any]] = {"patients": [each.line() for each in members]}
    more = {"programmes": {name: _lines(each, ask) for name, each in panel.programmes.items()}}
    return Found(
        made, read.used, read.digest, read.left_out, _limits(panel), tables, _notes(read),
        partial(blocks, panel, made, ask), _lacking(members), more, questionable=read.questionable,
    )  # fmt: skip


def _notes(read: Read) -> list[str]:
    return [*NOTES, *([STRANGE.format(read.strange)] if read.strange else [])]


def _lacking(members: Sequence[Member]) -> str:
    if not members:
        return "nobody is in the group"
    return "" if any(each.dates for each in members) else "no readings in the period"


def _programmes(members: Sequence[Member], group: Group) -> dict[str, dict[str, Figure]]:
    mine = None if group.id == ALL else group.id.removeprefix(PREFIX)
    names = sorted({name for each in members for name in each.programmes if mine in (None, name)})
    found = {name: [each for each in members if name in each.programmes] for name in names}
    if alone := [each for each in members if not each.programmes]:
        found[NO_PROGRAMME] = alone
    return {name: tally(each) | _controlled(each, name) for name, each in found.items()}


def _controlled(members: Sequence[Member], name: str) -> dict[str, Figure]:
    return {"control_pct": control(members, name)} if name in CONTROL else {}


def _control(members: Sequence[Member], group: Group) -> dict[str, Figure]:
    return {} if group.id == ALL else _controlled(members, group.id.removeprefix(PREFIX))


def _lines(figures: Mapping[str, Figure], ask: Ask) -> dict[str, Any]:
    return {name: line_of(each, ask.period) for name, each in figures.items()}


def _limits(panel: Panel) -> list[dict[str, Any]]:
    compared = [{"figure": each.figure, "threshold": each.threshold, "source": each.source} for each in COMPARED]
    return [*compared, *(control_line(name) for name in panel.programmes if name in CONTROL)]
