"""One device on a page: who held it, when it was last heard, what of its numbers is missing."""

from collections.abc import Iterable
from typing import Any, Final

from hearthline.names import device_line
from hearthline.sheets import missing_text, slot_text
from hearthline.show import text
from models.tables import Device, DeviceAssignment
from registry.heard import Heard
from registry.missing import Numbers
from registry.runs import Gap, Reset

MOST: Final = 100  # entries of a list in JSON, the newest
SHOWN: Final = 10  # of these on a page


def device_page(
    device: Device, assignments: Iterable[DeviceAssignment], numbers: Numbers, heard: Heard
) -> dict[str, Any]:
    """`…_in_all` counts what the lists may have left out; `only_newest` says that older numbers were not looked at."""
    count = numbers.count
    return device_line(device, assignments) | {
        "last_heard": heard.at, "battery": heard.battery, "missing": count.missing,
        "gaps": [_gap(each) for each in count.gaps[-MOST:]], "gaps_in_all": len(count.gaps),
        "resets": [_reset(each) for each in count.resets[-MOST:]], "resets_in_all": len(count.resets),
        "doubled": [{"from": first, "to": last} for first, last in count.doubled[-MOST:]],
        "doubled_in_all": len(count.doubled),
        "only_newest": numbers.cut,
    }  # fmt: skip


def _gap(gap: Gap) -> dict[str, Any]:
    return {"from": gap.first, "to": gap.last, "count": gap.count, "after": gap.after, "before": gap.before}


def _reset(reset: Reset) -> dict[str, Any]:
    return {"at": reset.at, "from": reset.left, "to": reset.began}


def device_sheet(page: dict[str, Any]) -> dict[str, Any]:
    """For a person: lines, the newest first, and how many there are more."""
    held = [
        f"{each['patient']}{slot_text(each['slot'])} from {text(each['from_at'])}"
        + (f" until {text(each['until_at'])}" if each["until_at"] else "")
        for each in page["assignments"]
    ]
    gaps = [f"{_numbers(each)}: {missing_text(each['count'])}, {_between(each)}" for each in page["gaps"]]
    resets = [f"to {each['to']}{_left(each)}, {_when(each)}" for each in page["resets"]]
    return {
        "device": page["id"], "model": page["model"], "gateway": page["gateway"], "held by": held,
        "enrolled": page["enrolled_at"], "revoked": page["revoked_at"],
        "last heard": page["last_heard"], "battery": None if page["battery"] is None else f"{page['battery']:g} %",
        "missing": missing_text(page["missing"]) + (", of the newest alone" if page["only_newest"] else ""),
        "gaps": _newest(gaps, page["gaps_in_all"]),
        "count began again": _newest(resets, page["resets_in_all"]),
        "numbers used twice": _newest([_numbers(each) for each in page["doubled"]], page["doubled_in_all"]),
    }  # fmt: skip


def _newest(lines: list[str], in_all: int) -> list[str]:
    shown = lines[-SHOWN:][::-1]
    return shown if len(shown) == in_all else [*shown, f"and {in_all - len(shown)} more"]


def _numbers(span: dict[str, Any]) -> str:
    return str(span["from"]) if span["from"] == span["to"] else f"{span['from']} to {span['to']}"


def _between(gap: dict[str, Any]) -> str:
    """Between the instants that are known."""
    return f"after {text(gap['after'])}, before {text(gap['before'])}"


def _left(reset: dict[str, Any]) -> str:
    return "" if reset["from"] is None else f" from {reset['from']}"


def _when(reset: dict[str, Any]) -> str:
    return "at a time its clock did not know" if reset["at"] is None else f"at {text(reset['at'])}"
