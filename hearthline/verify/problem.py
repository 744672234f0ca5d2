"""One thing in which ledger and database differ."""

from typing import NamedTuple


class Problem(NamedTuple):
    """`kind` is the name it is counted under: lost, duplicated, altered, unexpected, in_doubt, refused_wrong, missed
    or spurious; `what` says which, in a few words."""

    kind: str
    what: str
