"""Sending a mail. A server is waited for so long and no longer, whatever it does."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from socket import SHUT_RDWR
from threading import Event, Timer
from typing import Final

ANSWER_SECONDS: Final = 60.0  # for one answer
WHOLE_SECONDS: Final = 300.0  # for all of it
GOODBYE_SECONDS: Final = 2.0
READY: Final = 220


class MailError(Exception):
    """Not sent, or unknown whether it was. The text is for a person, without an address or what the server said."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls` from the first byte; else by STARTTLS, without which only a server on this machine is spoken to. `trust`:
    a file of certificates to trust instead of the system's. `password` is never printed."""

    host: str
    port: int
    tls: bool
    sender: str
    username: str | None = None
    password: str | None = None
    trust: str | None = None
    answer_seconds: float = ANSWER_SECONDS
    whole_seconds: float = WHOLE_SECONDS

    def __repr__(self) -> str:
        return f"{self.host}:{self.port}"


def send(server: MailServer, message: EmailMessage) -> None:
    """Returns when the server took it on. Raises MailError."""
    late = Event()
    try:
        with _opened(server, late) as client:
            _secure(server, client)
            client.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(_said(error, late=late.is_set())) from None


def _said(error: Exception, *, late: bool) -> str:
    if late or TimeoutError in (type(error), type(error.__context__)):
        return "the mail server did not answer in time"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"the mail server refuses the recipient ({next(iter(error.recipients.values()))[0]})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server takes no password; leave user and password out of mail.url"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answers {error.smtp_code}"
    if isinstance(error, ssl.SSLError):
        return f"the mail server's certificate or TLS is not accepted ({error.reason})"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return "the mail server ended the connection"
    return f"the mail server cannot be reached or understood ({type(error).__name__})"


@contextmanager
def _opened(server: MailServer, late: Event) -> Iterator[smtplib.SMTP]:
    """What goes wrong with saying goodbye is nothing: the mail is the server's by then."""
    client = _client(server)
    try:
        with _ending(client, server.whole_seconds, late):
            code, said = client.connect(server.host, server.port)
            if code != READY:
                raise smtplib.SMTPConnectError(code, said)
            yield client
        with suppress(smtplib.SMTPException, OSError):
            if client.sock is not None:
                client.sock.settimeout(GOODBYE_SECONDS)
            client.quit()
    finally:
        client.close()


def _client(server: MailServer) -> smtplib.SMTP:
    """Not connected yet, so that its first word has to come in time too."""
    wait = server.answer_seconds
    client = smtplib.SMTP_SSL(timeout=wait, context=_context(server)) if server.tls else smtplib.SMTP(timeout=wait)
    vars(client)["_host"] = server.host  # whom TLS expects; otherwise only a constructor that connects sets it
    return client


@contextmanager
def _ending(client: smtplib.SMTP, seconds: float, late: Event) -> Iterator[None]:
    """A server that says a little now and then would be waited for without an end: cut the line after `seconds`."""

    def cut() -> None:
        late.set()
        if client.sock is not None:
            with suppress(OSError):
                client.sock.shutdown(SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _secure(server: MailServer, client: smtplib.SMTP) -> None:
    client.ehlo()
    if not server.tls and client.has_extn("starttls"):
        client.starttls(context=_context(server))
        client.ehlo()
    elif not server.tls and not speaks_in_clear(server.host):
        raise MailError("the mail server offers no TLS, and only one on this machine is spoken to without")
    if server.username:
        client.login(server.username, server.password or "")


def _context(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.trust)


def speaks_in_clear(host: str) -> bool:
    """Whether it is on this machine, from which nothing leaves."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
