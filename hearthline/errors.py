"""Expected failures: one line that says what is wrong and what to do, and the exit code of the contract.

Classes are looked up by name, so that explaining costs no import of what is not there. What a driver says is used to
tell failures apart and never printed, because it may quote a value.
"""

import errno
from collections.abc import Callable, Mapping
from typing import Any, Final

DONE, NO, USAGE, DATABASE, BROKER, INTERRUPTED = 0, 1, 2, 3, 4, 130
PIPE_CLOSED: Final = 141  # what a shell reports of any command whose reader went away
UPGRADE: Final = "run: hearthline db upgrade"
DRIVER: Final = "psycopg"


class Failure(Exception):  # noqa: N818  a failed wish of a person, not an error of ours
    """`wrong` and `mend` are for a person, without a full stop; `code` is the exit code."""

    def __init__(self, wrong: str, mend: str, code: int) -> None:
        super().__init__(f"{wrong}; {mend}" if mend else wrong)
        self.wrong, self.mend, self.code = wrong, mend, code


SQLITE: Final[Mapping[str, tuple[str, str]]] = {
    "SQLITE_BUSY": ("is locked by another process", "end the other one, or wait and try again"),
    "SQLITE_LOCKED": ("is locked by another process", "end the other one, or wait and try again"),
    "SQLITE_READONLY": ("cannot be written", "check the permissions of the file and its folder"),
    "SQLITE_CANTOPEN": ("cannot be opened", "check that its folder exists and may be written"),
    "SQLITE_PERM": ("cannot be opened", "check the permissions of the file and its folder"),
    "SQLITE_FULL": ("cannot grow: the disk is full", "make room and try again; nothing stored was lost"),
    "SQLITE_IOERR": ("cannot be read or written: the disk failed", "check the disk and its free space"),
    "SQLITE_NOTADB": ("is not a database", "check database.url in the settings"),
    "SQLITE_CORRUPT": ("is damaged", "restore a copy of it"),
    "SQLITE_ERROR": ("has another schema than this version wants", UPGRADE),
}
POSTGRESQL: Final[Mapping[str, tuple[str, str]]] = {
    "28": ("refuses the user or the password", "check database.url in the settings"),
    "3D": ("does not exist on that server", "create it, or check database.url in the settings"),
    "42501": ("does not permit this to the user", "grant the user the right, or use its owner"),
    "42": ("has another schema than this version wants", UPGRADE),
    "53100": ("cannot grow: the disk is full", "make room and try again; nothing stored was lost"),
    "53": ("is out of resources", "wait and try again, or allow it more connections"),
    "25006": ("cannot be written: it is read-only", "use the primary server"),
    "55": ("is locked by another process", "end the other one, or wait and try again"),
}
UNREACHABLE: Final = ("cannot be reached", "start it, or check database.url in the settings")
SYSTEM: Final[Mapping[int, tuple[str, str]]] = {
    errno.EACCES: ("no permission for {}", "check who owns it, or use another folder"),
    errno.EPERM: ("no permission for {}", "check who owns it, or use another folder"),
    errno.EROFS: ("{} is on a read-only file system", "use another folder"),
    errno.ENOSPC: ("the disk is full at {}", "make room and try again"),
    errno.EADDRINUSE: ("the address {} is in use", "end the other program, or choose another port"),
    errno.ENOENT: ("there is no {}", "check the name"),
    errno.EISDIR: ("{} is a folder", "name a file"),
    errno.ENOTDIR: ("{} is below a file, not a folder", "check the name"),
}


def explain_database(error: Any, where: str = "the database") -> Failure | None:
    """Of an SQLAlchemy DBAPIError; None for what is our bug (a broken constraint, a wrong type)."""
    cause = error.orig
    name, state = getattr(cause, "sqlite_errorname", None), getattr(cause, "sqlstate", None)
    if name:
        known = next((text for key, text in SQLITE.items() if name.startswith(key)), None)
    elif state:
        known = next((text for key, text in POSTGRESQL.items() if state.startswith(key)), None)
        known = known or (UNREACHABLE if state[:2] in ("08", "57") else None)
    else:
        known = UNREACHABLE if type(error).__name__ == "OperationalError" else None
    return Failure(f"{where} {known[0]}", known[1], DATABASE) if known else None


def explain_system(error: OSError, code: int = NO) -> Failure | None:
    """Of what the operating system refuses; None when it is no fault a person can mend."""
    known = SYSTEM.get(error.errno or 0)
    return Failure(known[0].format(error.filename or "the output"), known[1], code) if known else None


NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    "pandas": ("reports", "reports"),
    "typst": ("reports as PDF", "reports"),
    "pyarrow": ("exports", "scale"),
    "distributed": ("reports on several workers", "scale"),
}


def explain_missing(error: ImportError) -> Failure | None:
    """Of what not everybody installs, extras and the driver of PostgreSQL; None for a module of ours."""
    missing = (error.name or DRIVER).partition(".")[0]  # the driver gives no name when it finds no libpq
    if missing in NEEDED:
        what, extra = NEEDED[missing]
        return Failure(f"{what} need {missing}, which is not installed", f"run: pip install 'hearthline[{extra}]'", NO)
    if missing != DRIVER:
        return None
    return Failure("the driver of PostgreSQL is not installed", "run: pip install 'hearthline[postgres]'", DATABASE)


def _answer_is_no(error: Exception) -> Failure:
    return Failure(str(error), "", NO)


def _refused(error: Exception) -> Failure:
    return Failure(str(error), "check broker.url in the settings", BROKER)


def _held(error: Exception) -> Failure:
    return Failure(str(error), "end that one, name other --slots, or wait for it with --standby", NO)


def _usage(error: Any) -> Failure:
    context = getattr(error, "ctx", None)
    mend = f"see: {context.command_path} --help" if context else "see: hearthline --help"
    return Failure(error.format_message().rstrip("."), mend, error.exit_code)


def _aborted(_error: Exception) -> Failure:
    return Failure("interrupted", "", INTERRUPTED)


EXPLAIN: Final[Mapping[str, Callable[[Any], Failure | None]]] = {
    "hearthline.errors.Failure": lambda failure: failure,
    "sqlalchemy.exc.DBAPIError": explain_database,
    "registry.errors.RegistryError": _answer_is_no,
    "flags.errors.FlagError": _answer_is_no,
    "ingest.errors.QuarantineError": _answer_is_no,
    "reports.errors.ReportError": _answer_is_no,
    "ingest.worker.BrokerRefusedError": _refused,
    "ingest.lease.SlotHeldError": _held,
    "typer.exceptions.TyperException": _usage,
    "typer.exceptions.Abort": _aborted,
    "builtins.KeyboardInterrupt": _aborted,
    "builtins.OSError": explain_system,
    "builtins.ImportError": explain_missing,
}


def explain(error: BaseException) -> Failure | None:
    """The failure to print for `error`, None when it was not expected and deserves its traceback."""
    for kind in type(error).__mro__:
        known = EXPLAIN.get(f"{kind.__module__}.{kind.__qualname__}")
        if known:
            return known(error)
    return None
