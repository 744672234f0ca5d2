"""`python -m tests.support.acknowledging URL [PRAGMA]`: stores one batch after the other as a worker does, and says
which readings it would now acknowledge: a line of ids after each commit, until it is killed."""

import sys
from itertools import count

from sqlalchemy import event

from tests.support.desks import CUFF, desk_at, pressure

BATCH = 7


def main(url: str, *pragmas: str) -> None:
    with desk_at(url) as desk:
        for pragma in pragmas:
            event.listen(desk.engine, "connect", lambda connection, _record, said=pragma: connection.execute(said))
        desk.enrol(CUFF, "ana")
        for turn in count():
            ids = [f"n-{turn * BATCH + n}" for n in range(BATCH)]
            assert set(desk.take(*(pressure(each) for each in ids))) == {"stored"}
            sys.stdout.write(" ".join(ids) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
