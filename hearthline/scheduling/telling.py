"""What came of working through what was due, for a program and for a person."""

import logging

import structlog
import typer

from hearthline.addresses import secrets_of
from hearthline.errors import INTERRUPTED, NO
from hearthline.logs import configure_logs
from hearthline.scheduling.once import run_due
from hearthline.shell import Shell
from hearthline.show import remark, show_json, show_line


def tell_due(shell: Shell, *, json: bool) -> None:
    """Exit 1 when something could not be made or delivered, so that cron tells somebody."""
    settings = shell.settings()
    configure_logs(secrets_of(settings.database.url, settings.mail.url))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # the rest is told below
    done = run_due(shell)
    if json:
        show_json(done.line())
    elif done.elsewhere is None:
        show_line(f"runs {done.runs}, reports made {done.made}")
    if done.elsewhere is not None:
        remark([f"it is done by who works through the schedules already: {done.elsewhere}"])
    remark(done.problems)
    if done.problems or done.interrupted:
        raise typer.Exit(INTERRUPTED if done.interrupted else NO)
