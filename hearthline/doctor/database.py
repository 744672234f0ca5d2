"""The database: does it answer, and has it this version's schema."""

from typing import Final

from hearthline.database import current, require_current
from hearthline.doctor.finding import DANGEROUS, OK, Finding, Findings, Place
from hearthline.errors import Failure

CHECK: Final = "database"


def check_database(place: Place) -> Findings:
    url = place.settings.database.url
    try:
        require_current(url)
    except Failure as failure:
        yield Finding(CHECK, DANGEROUS, failure.wrong, failure.mend)
    else:
        yield Finding(CHECK, OK, f"answers, revision {current(url)}")
