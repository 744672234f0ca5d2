"""One element of a payload while it is read, with everything that is wrong or noteworthy about it so far."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ingest.codes import CODES
from ingest.decode.digits import LARGEST_SEQ, whole_number
from ingest.decoded import Rejected

GIVEN_ID: Final = re.compile(r"[\x21-\x7e]{1,64}")
DEVICE: Final = re.compile(r"[a-z0-9-]{8,40}")
LONGEST_TIME = 40
LONGEST_DETAIL = 200


class Fault(NamedTuple):
    """A code with a JSON pointer into the payload; an empty `detail` means the code's own sentence."""

    code: str
    pointer: str
    detail: str = ""


@dataclass(slots=True)
class Element:
    """`at` is the pointer to the object `node`. `withheld` are components that are kept as sent but not counted."""

    index: int
    at: str
    node: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    withheld: tuple[str, ...] = ()

    def refuse(self, code: str, path: str, detail: str = "") -> None:
        self.faults.append(Fault(code, self.at + path, detail))

    def warn(self, mark: str) -> None:
        """§2: store, mark questionable, still run critical rules."""
        self.marks |= {mark, "questionable"}


def reject(index: int, node: object, faults: Sequence[Fault]) -> Rejected:
    """The first fault is the code; the codes of the others follow in the detail. No value is quoted."""
    first = faults[0]
    others = dict.fromkeys(fault.code for fault in faults if fault.code != first.code)
    detail = (first.detail or CODES[first.code]) + (f" Also: {', '.join(others)}" if others else "")
    fields = node if type(node) is dict else {}  # an object with a key twice has no readable id
    return Rejected(
        index, first.code, first.pointer, detail[:LONGEST_DETAIL],
        given_id=readable_id(fields.get("id")), measured_at=_as_sent(fields.get("measured_at")),
        seq=whole_number(fields.get("seq"), LARGEST_SEQ), device_id=_device(fields.get("device")),
    )  # fmt: skip


def readable_id(value: object) -> str | None:
    """The id if it fits the contract; the only form in which it is stored or answered."""
    return value if type(value) is str and GIVEN_ID.fullmatch(value) else None


def _device(value: object) -> str | None:
    return value if type(value) is str and DEVICE.fullmatch(value) else None


def _as_sent(value: object) -> str | None:
    """Whatever was sent in its place, so that the device knows its own reading again; bounded."""
    return value if type(value) is str and len(value) <= LONGEST_TIME and value.isprintable() else None
