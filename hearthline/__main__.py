"""The `hearthline` command: runs it and turns what went wrong into one line and an exit code."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from hearthline.errors import DONE, PIPE_CLOSED, explain

PRIVATE: Final = 0o077  # databases, ledgers and logs hold what is known of patients: only their owner reads them


def main() -> None:
    os.umask(PRIVATE)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Exit code of the command line; data goes to stdout, everything else to stderr."""
    from hearthline.cli import app

    try:
        code = app(args=list(arguments), prog_name="hearthline", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # typer exits by itself for a closed pipe, and for nothing else
        return _stop_writing()
    except (Exception, KeyboardInterrupt) as error:
        failure = explain(error)
        if failure is None:
            raise
        print(f"hearthline: {failure}", file=sys.stderr)  # noqa: T201  the one line
        return failure.code
    return code if isinstance(code, int) else DONE


def _stop_writing() -> int:
    """The reader of our output went away (`| head`): no complaint, now or when Python flushes at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


if __name__ == "__main__":
    main()
