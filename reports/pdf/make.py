"""A page as PDF/UA-1: typst sets what it reads as JSON by the one template beside this file."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from reports.page.blocks import Block
from reports.page.html import Pairs
from reports.pdf.data import Data, annex, data_of
from reports.pdf.letters import plain

TEMPLATE: Final = Path(__file__).with_name("report.typ")
LACKING: Final = "could not be displayed"  # what typst says of a letter that no font at hand has


def pdf(title: str, head: Pairs, blocks: Sequence[Block], wording: str, foot: Pairs, made_at: datetime) -> bytes:
    """`head` and `foot` are (name, words); `made_at`, aware, is the document's date: equal pages are equal files."""
    return _compiled(told(title, head, blocks, wording, foot), int(made_at.timestamp()))


def told(title: str, head: Pairs, blocks: Sequence[Block], wording: str, foot: Pairs) -> Data:
    """What the template reads, under the name `report`."""
    texts = {"title": title, "head": head, "wording": wording, "foot": foot}
    return texts | {"blocks": list(map(data_of, blocks)), "annex": annex(blocks)}


def _compiled(data: Data, timestamp: int) -> bytes:
    """Set in the fonts that typst brings along, so that it is the same file on every machine; where these lack a
    letter, in those of the machine too; a letter that none of them has is shown as a box."""
    from typst import TypstError

    for own_fonts in (True, False):
        try:
            return _typeset(data, timestamp, own_fonts=own_fonts)
        except TypstError as error:
            if LACKING not in str(error):
                raise
    return _typeset(plain(data), timestamp, own_fonts=True)


def _typeset(data: Any, timestamp: int, *, own_fonts: bool) -> bytes:
    """Raises TypstError, also for what PDF/UA does not allow."""
    import typst

    made: bytes = typst.compile(
        str(TEMPLATE), sys_inputs={"report": json.dumps(data)}, ignore_system_fonts=own_fonts, pdf_standards="ua-1",
        timestamp=timestamp,
    )  # fmt: skip
    return made
