"""`reports list|show|open|worker`: what was made on schedule, and the process that makes it."""

from pathlib import Path
from typing import Annotated

import typer

from hearthline.options import Ending, Json, parse_ending

Run = Annotated[str | None, typer.Option(parser=parse_ending, help="Of this run, as a mail names it.")]
Most = Annotated[int, typer.Option(min=1, help="So many at most, the newest first.")]


def list_reports(
    context: typer.Context,
    *,
    patient: Annotated[str | None, typer.Option(help="Of this patient.")] = None,
    report: Annotated[str | None, typer.Option(help="Of this kind, such as home-bp.")] = None,
    run: Run = None,
    most: Most = 100,
    json: Json = False,
) -> None:
    """Reports that were made on schedule, the newest first."""
    from hearthline.endings import find_id
    from hearthline.scheduling.lines import REPORTS, report_lines
    from hearthline.show import show_rows
    from models.tables import ReportRun

    with context.obj.reading() as session:
        run_id = None if run is None else find_id(session, ReportRun, run)
        lines = report_lines(session, patient=patient, report=report, run=run_id, most=most)
    show_rows(lines, REPORTS, json=json, none="no reports were made on schedule")


def show_report(
    context: typer.Context,
    report: Ending,
    *,
    html: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write its PDF to this file, if it has one.")] = None,
    json: Json = False,
) -> None:
    """The figures of a report, as it was made; all of it with --json."""
    from hearthline.reporting import show_content, write_file
    from hearthline.scheduling.opening import find_report, named_file

    with context.obj.reading() as session:
        found = find_report(session, report)
    for file, name in ((html, "report.html"), (pdf, "report.pdf")):
        if file is not None:
            write_file(file, named_file(found, name))
    show_content(found.body, json=json)


def open_report(context: typer.Context, report: Ending) -> None:
    """Open its page in a browser, and print where it is."""
    from hearthline.scheduling.opening import find_report, open_page
    from hearthline.show import show_line

    with context.obj.reading() as session:
        found = find_report(session, report)
    show_line(str(open_page(found)))


def work(context: typer.Context) -> None:
    """Make and deliver what is due, for as long as it runs. SIGTERM ends it; what is not made then is made later.

    Of several one works, and another takes over when it dies.
    """
    import os

    from hearthline.addresses import secrets_of
    from hearthline.database import naming, require_current
    from hearthline.errors import INTERRUPTED
    from hearthline.logs import configure_logs, log_what_others_say
    from hearthline.scheduling.worker import Worker
    from hearthline.signals import catching_signals
    from hearthline.workers.notify import Notifier

    settings = context.obj.settings()
    configure_logs(secrets_of(settings.database.url, settings.mail.url))
    log_what_others_say()
    require_current(settings.database.url)
    with naming(settings.database.url), catching_signals() as signals:
        Worker(settings, context.obj.now, signals.stop, Notifier.of(os.environ).tell).run()
    raise typer.Exit(INTERRUPTED if signals.interrupted else 0)
