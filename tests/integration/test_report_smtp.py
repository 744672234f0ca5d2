"""Whom a mail is given to: over TLS, to a server that is who it says, or to one on this machine."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from reports.schedule.smtp import MailError, MailServer, send, speaks_in_clear
from tests.support.authorities import authority
from tests.support.mailing import PostOffice, post_office

pytestmark = pytest.mark.slow  # a server


def server(post: PostOffice, trust: Path | None = None, *, tls: bool = False, user: str | None = None) -> MailServer:
    password = "s3cret" if user else None
    trusted = str(trust) if trust else None
    return MailServer("127.0.0.1", post.port, tls, "a@clinic.example", user, password, trusted, 5.0, 5.0)


def note() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@clinic.example", "b@clinic.example", "a note"
    message.set_content("ready\n.\nnot the end")
    return message


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_to_a_server_that_is_trusted_it_goes_behind_tls_with_user_and_password(tmp_path: Path, at_once: bool) -> None:
    ours = authority(tmp_path, "ours")
    with post_office(tls=ours, at_once=at_once) as post:
        send(server(post, ours[0], tls=at_once, user="clinic"), note())
        assert [mail.get_content().splitlines() for mail in post.kept] == [["ready", ".", "not the end"]]
        assert post.logins == ["\0clinic\0s3cret"]


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path, at_once: bool) -> None:
    ours, others = authority(tmp_path, "ours"), authority(tmp_path, "others")
    with post_office(tls=ours, at_once=at_once) as post:
        with pytest.raises(MailError, match="certificate or TLS is not accepted"):
            send(server(post, others[0], tls=at_once, user="clinic"), note())
        assert (post.kept, post.logins, post.recipients) == ([], [], [])


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True),
        ("10.0.0.1", False), ("mail.clinic.example", False), ("localhost.example", False),
    ],
)  # fmt: skip
def test_only_a_server_on_this_machine_is_spoken_to_without_tls(host: str, here: bool) -> None:
    assert speaks_in_clear(host) is here


def test_a_password_goes_nowhere_without_tls(tmp_path: Path) -> None:
    with post_office() as post:
        with pytest.raises(MailError, match="takes no password"):
            send(server(post, user="clinic"), note())
        assert (post.kept, post.logins) == ([], [])


def test_a_server_does_not_show_its_password_when_it_is_printed() -> None:
    shown = repr(MailServer("mail.clinic.example", 465, True, "a@clinic.example", "clinic", "s3cret"))
    assert shown == "mail.clinic.example:465"
