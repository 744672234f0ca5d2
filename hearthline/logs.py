"""Logs: to stderr, for a person on a terminal and as JSON lines elsewhere. Never a name, a value or a secret: ids,
codes and counts only; that is for whoever writes an event to keep."""

import sys

import structlog


def configure_logs() -> None:
    """Once, by the command that runs a room which logs."""
    on_terminal = sys.stderr.isatty()
    last = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
