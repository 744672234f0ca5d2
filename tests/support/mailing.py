"""A mail server on a real socket that behaves as a test wants: it takes mail, refuses, hangs, answers late or drops."""

import socket
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

TAKES: Final = ""
REFUSES: Final = "refuses the recipient"
BUSY: Final = "is too busy"  # 421 as its first word
HANGS: Final = "says nothing"
HANGS_AFTER_DATA: Final = "says nothing after DATA"
DRIPS: Final = "says a little now and then"
LATE: Final = "answers late"
DROPS_AFTER_DATA: Final = "drops the line after DATA, having kept the mail"
LATE_SECONDS: Final = 0.3


@dataclass(slots=True)
class PostOffice:
    """`manners` are those of one connection each, and after the last TAKES; `kept` are the mails it has, `logins` who
    said they are who. `tls` by STARTTLS, or `at_once`."""

    port: int
    manners: list[str] = field(default_factory=list)
    kept: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    tls: ssl.SSLContext | None = None
    at_once: bool = False

    def serve(self, listener: socket.socket) -> None:
        while not self.over.is_set():
            with suppress(OSError):
                line, _ = listener.accept()
                manner = self.manners.pop(0) if self.manners else TAKES
                threading.Thread(target=self._talk, args=(line, manner), daemon=True).start()

    def _talk(self, line: socket.socket, manner: str) -> None:
        try:
            if manner in (HANGS, DRIPS):
                self._stand_still(line, manner)
            if self.tls and self.at_once:
                line = self.tls.wrap_socket(line, server_side=True)
            line.sendall(b"421 too busy\r\n" if manner == BUSY else b"220 here\r\n")
            while self._hear(line, manner):
                assert self.tls is not None
                line.sendall(b"220 go on\r\n")
                line = self.tls.wrap_socket(line, server_side=True)
        except OSError:
            pass  # the other side has had enough
        finally:
            line.close()

    def _hear(self, line: socket.socket, manner: str) -> bool:
        """To the end of the talk, or until it shall go on behind TLS, which is True."""
        with line.makefile("rb", buffering=0) as read:
            for said in read:
                verb, _, rest = said.strip().partition(b" ")
                if verb.upper() == b"STARTTLS":
                    return True
                if verb.upper() == b"DATA":
                    if not self._take(line, read, manner):
                        return False
                    continue
                if verb.upper() == b"RCPT":
                    self.recipients.append(rest.decode().partition("<")[2].partition(">")[0])
                if verb.upper() == b"AUTH":
                    self.logins.append(b64decode(rest.partition(b" ")[2]).decode())
                line.sendall(self._answer(line, verb.upper(), manner))
                if verb.upper() == b"QUIT":
                    return False
        return False

    def _answer(self, line: socket.socket, verb: bytes, manner: str) -> bytes:
        if manner == LATE:
            time.sleep(LATE_SECONDS)
        if verb == b"RCPT" and manner == REFUSES:
            return b"550 nobody of that name\r\n"
        if verb == b"AUTH":
            return b"235 it is you\r\n"
        if verb == b"EHLO" and self.tls and not self.at_once and not isinstance(line, ssl.SSLSocket):
            return b"250-here\r\n250 STARTTLS\r\n"
        if verb == b"EHLO" and self.tls:
            return b"250-here\r\n250 AUTH PLAIN\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n"

    def _take(self, line: socket.socket, read: object, manner: str) -> bool:
        """Whether the talk goes on."""
        line.sendall(b"354 go on\r\n")
        lines = []
        for each in read:  # type: ignore[attr-defined]  the file of the socket, whose class has no public name
            if each == b".\r\n":
                break
            lines.append(each[1:] if each.startswith(b"..") else each)
        if manner == HANGS_AFTER_DATA:
            self._stand_still(line, manner)
            return False
        self.kept.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]
        if manner == DROPS_AFTER_DATA:
            return False
        if manner == LATE:
            time.sleep(LATE_SECONDS)
        line.sendall(b"250 taken\r\n")
        return True

    def _stand_still(self, line: socket.socket, manner: str) -> None:
        while not self.over.wait(0.05):
            if manner == DRIPS:
                line.sendall(b"2")


@contextmanager
def post_office(*manners: str, tls: tuple[Path, Path] | None = None, at_once: bool = False) -> Iterator[PostOffice]:
    """`tls`: a certificate and its key."""
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*tls)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        office = PostOffice(listener.getsockname()[1], list(manners), tls=context, at_once=at_once)
        thread = threading.Thread(target=office.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield office
        finally:
            office.over.set()
            thread.join()
