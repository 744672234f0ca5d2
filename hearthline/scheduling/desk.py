"""The desk at which schedules are worked through, as the settings set it up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import Final
from urllib.parse import unquote, urlsplit

from hearthline.addresses import hide_password
from hearthline.errors import USAGE, Failure
from hearthline.settings import MailSettings, Settings
from models.engine import open_reader, open_writer
from reports.schedule.desk import Desk, Fence, count_nothing
from reports.schedule.smtp import MailServer

PORTS: Final = {"smtp": 25, "smtps": 465}
IDLE_AT_LEAST: Final = 2.0  # seconds of doing nothing in a transaction that a busy machine is allowed


def mail_server(settings: MailSettings) -> MailServer | None:
    """None where none is named. Raises Failure (usage) for an address that is none, or a sender without a server."""
    if not settings.url:
        return None
    try:
        parts = urlsplit(settings.url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.path.strip("/"):
        wrong = f"mail.url {hide_password(settings.url)} is no address"
        raise Failure(wrong, "write it as smtp://host:port or smtps://host", USAGE)
    if "@" not in settings.sender:
        raise Failure("mail.url is set and mail.sender is not", "name the address from which mails come", USAGE)
    username, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    tls, trust = parts.scheme == "smtps", settings.ca_file or None
    return MailServer(host, port or PORTS[parts.scheme], tls, settings.sender, username, password, trust)


@contextmanager
def opened_desk(
    settings: Settings,
    fence: Fence,
    clock: Callable[[], datetime],
    stop: Event,
    tick: Callable[[int], None] = count_nothing,
) -> Iterator[Desk]:
    mail, url = mail_server(settings.mail), settings.database.url
    reader, writer = open_reader(url), open_writer(url, idle_seconds=idle_seconds(settings))
    try:
        yield Desk(reader, writer, fence, clock, settings.reports.zone, settings.reports.unit, mail, stop, tick)
    finally:
        reader.dispose()
        writer.dispose()


def idle_seconds(settings: Settings) -> float:
    """So long may a transaction of ours stand still before PostgreSQL ends it."""
    return max(IDLE_AT_LEAST, settings.reports.lease / 2)
