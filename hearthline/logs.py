"""Logs: to stderr, for a person on a terminal and as JSON lines elsewhere. Never a name, a value or a secret: an event
has the fields that its table gives it (`hearthline.log_events`), and known secrets are struck out of those."""

import logging
import sys
import threading
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict

from hearthline.log_events import SAID_ALWAYS, fields_of

STRUCK_OUT: Final = "***"


def configure_logs(secrets: Sequence[str] = ()) -> None:
    """Once, by the command that runs a room which logs. `secrets`: passwords, the longest first, which no field may
    show."""
    on_terminal = sys.stderr.isatty()
    last = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _keep_known,
            lambda _logger, _method, event: _strike_out(event, secrets),
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log_what_others_say() -> None:
    """Faults that nobody caught, warnings and what libraries log become events too: Python would print the text of an
    exception, which may quote what was to be stored."""
    sys.excepthook = _process_crashed
    threading.excepthook = _thread_crashed
    logging.basicConfig(handlers=[OfLibraries()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


class OfLibraries(logging.Handler):
    """Who said something and where, not what."""

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        where = f"{record.module}:{record.lineno}"
        structlog.get_logger().log(record.levelno, "library.logged", logger=record.name, where=where, cause=cause)


def places(trace: TracebackType | None) -> list[str]:
    """Function and line of each frame, the innermost last."""
    return [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(trace)]


def _process_crashed(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger().critical("process.crashed", cause=kind.__name__, where=places(trace))


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_type is not SystemExit:
        structlog.get_logger().critical(
            "thread.crashed", cause=crash.exc_type.__name__, where=places(crash.exc_traceback)
        )


def _keep_known(_logger: object, _method: str, event: EventDict) -> EventDict:
    known = fields_of(event["event"])
    return {name: value for name, value in event.items() if name in known}


def _strike_out(event: EventDict, secrets: Sequence[str]) -> EventDict:
    for name in event.keys() - SAID_ALWAYS.keys():
        for secret in secrets:
            if isinstance(event[name], str):
                event[name] = event[name].replace(secret, STRUCK_OUT)
    return event
