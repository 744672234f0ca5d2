"""`ingest`: the write path, in one process or several."""

from typing import Annotated

import typer

from hearthline.workers.slots import MOST, chosen, parse_slots, sharing

Workers = Annotated[int | None, typer.Option(min=1, max=MOST, help="Processes, on the first so many slots.")]
Slots = Annotated[
    str | None,
    typer.Option(
        metavar="A-B", help="Work on these slots instead, a process each: every host of an installation has its own."
    ),
]
Standby = Annotated[bool, typer.Option("--standby", help="Wait for slots that another holds, and take them over.")]


def command(context: typer.Context, *, workers: Workers = None, slots: Slots = None, standby: Standby = False) -> None:
    """Store what devices publish, and flag it. SIGTERM finishes what was taken and exits 0.

    Several workers share the broker's messages; one that dies is started again, and what waits for one that stays away
    is fetched by the others. On a second host: ingest --slots 2-3, or ingest --standby to take over from the first.
    """
    from hearthline.addresses import secrets_of
    from hearthline.errors import INTERRUPTED
    from hearthline.logs import configure_logs, log_what_others_say
    from hearthline.signals import catching_signals

    wanted = chosen(workers, None if slots is None else parse_slots(slots))
    settings = context.obj.settings()
    configure_logs(secrets_of(settings.database.url, settings.broker.url))
    log_what_others_say()
    group = settings.ingest.group or sharing(wanted)
    if len(wanted) == 1:
        from hearthline.workers.one import work

        signals = work(settings, wanted[0], group=group, standby=standby, clock=context.obj.now)
        raise typer.Exit(INTERRUPTED if signals.interrupted else 0)
    from hearthline.doctor.start import check_start
    from hearthline.workers.parent import supervise

    check_start(settings)
    with catching_signals() as signals:
        code = supervise(wanted, group=group, standby=standby, config=context.obj.config, stop=signals.stop)
    raise typer.Exit(code or (INTERRUPTED if signals.interrupted else 0))
