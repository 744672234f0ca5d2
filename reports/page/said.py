"""What a row of figures says, whatever it is printed on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reports.page.blocks import Shown

MINUS: Final = "−"


@dataclass(frozen=True, slots=True)
class Said:
    """`value` with its unit, or, below sufficiency, None and `why` not."""

    words: str
    value: str | None
    beside: str
    why: str
    n: str


def said(rows: Sequence[Shown]) -> Iterator[Said]:
    """A reason is said in full where it differs from the one of the row before."""
    before = None
    for shown in rows:
        yield _row(shown, before)
        before = shown


def _row(shown: Shown, before: Shown | None) -> Said:
    figure, count = shown.figure, f"n = {shown.figure.n}"
    unit = "" if figure.unit == "1" else figure.unit  # of counts
    if figure.sufficient and figure.value is not None:
        value = f"{figure.value:{shown.form}} {unit}".rstrip().replace("-", MINUS)
        return Said(shown.words, value, shown.beside, "", count)
    same = before is not None and before.figure.why == figure.why
    return Said(shown.words, None, "", f"not printed: {'as above' if same else figure.why}", count)
