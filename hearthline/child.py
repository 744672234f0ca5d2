"""`python -m hearthline.child COMMAND…`: one of our commands, which ends when the one who started it is gone.

Whoever is killed without mercy closes the pipe at our standard input with its last breath, so that no orphan remains.
"""

import os
import signal
import sys
from threading import Thread

from hearthline.__main__ import run


def main() -> None:
    Thread(target=end_with_parent, daemon=True).start()
    sys.exit(run(sys.argv[1:]))


def end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written: this returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
