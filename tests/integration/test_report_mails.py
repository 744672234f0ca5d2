"""Mails of reports, through a real server that refuses, hangs, answers late, or drops the line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reports.schedule.due import DELIVERED
from tests.support.mailing import (
    BUSY,
    DRIPS,
    DROPS_AFTER_DATA,
    HANGS,
    HANGS_AFTER_DATA,
    LATE,
    REFUSES,
    PostOffice,
    post_office,
)
from tests.support.schedules import Office, office_at
from tests.support.wards import Ward, taken

pytestmark = pytest.mark.slow  # waits for servers that hang

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
ADDRESS = "mail:ward@clinic.example"


@contextmanager
def mailing(ward: Ward, here: Path, *manners: str) -> Iterator[tuple[Office, PostOffice]]:
    """Ana Ruiz, 172/98 mmHg, and a server that behaves so, one connection after the other, and then well."""
    ward.now = SUNDAY
    device = ward.admit("ana")
    ward.take(device, "blood_pressure", taken("b1", SUNDAY - timedelta(hours=3), systolic=172, diastolic=98))
    with post_office(*manners) as post, office_at(ward, here, post) as office:
        yield office, post


def test_a_mail_says_that_a_report_is_ready_and_neither_of_whom_nor_what_is_in_it(ward: Ward, tmp_path: Path) -> None:
    with mailing(ward, tmp_path) as (office, post):
        office.add(ADDRESS)
        office.work(MONDAY)
        [mail], [run], [made] = post.kept, office.runs(), office.made()
    assert (mail["From"], mail["To"]) == ("reports@clinic.example", "ward@clinic.example")
    assert post.recipients == ["ward@clinic.example"]
    assert mail["Subject"] == "Hearthline: 1 report is ready"
    assert mail["Message-ID"] == f"<{run.id.hex}@clinic.example>"
    said = mail.as_string()
    assert f"hearthline reports list --run {run.id.hex[-8:]}" in said
    assert "not for emergencies" in said
    assert [word for word in ("ana", "Ana", "172", "98", made.digest) if word in mail.get_content()] == []
    assert (run.outcome, made.delivered_to) == (DELIVERED, "ward@clinic.example")
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]


def test_to_a_private_mailbox_the_report_itself_goes_along_under_a_name_that_tells_nobody(
    ward: Ward, tmp_path: Path
) -> None:
    with mailing(ward, tmp_path) as (office, post):
        office.add(f"{ADDRESS}, private")
        office.work(MONDAY)
        [mail], [made] = post.kept, office.made()
    page = next(part for part in mail.iter_attachments() if part.get_content_type() == "text/html")
    assert page.get_filename() == f"{made.id.hex[-8:]}-report.html"
    assert "Ana" in page.get_content()
    assert "Ana" not in mail["Subject"]


def test_of_many_patients_one_mail_counts_them(ward: Ward, tmp_path: Path) -> None:
    with mailing(ward, tmp_path) as (office, post):
        ward.admit("bob")
        office.add(ADDRESS)
        office.work(MONDAY)
        assert [mail["Subject"] for mail in post.kept] == ["Hearthline: 2 reports are ready"]


@pytest.mark.parametrize(
    ("manner", "says"),
    [
        (REFUSES, "the mail server refuses the recipient (550)"),
        (BUSY, "the mail server answers 421"),
        (HANGS, "the mail server did not answer in time"),
        (HANGS_AFTER_DATA, "the mail server did not answer in time"),
        (DRIPS, "the mail server did not answer in time"),
        (DROPS_AFTER_DATA, "the mail server ended the connection"),
    ],
)
def test_what_was_not_taken_is_sent_again_under_the_same_message_id(
    ward: Ward, tmp_path: Path, manner: str, says: str
) -> None:
    with mailing(ward, tmp_path, manner) as (office, post):
        office.add(ADDRESS)
        office.work(MONDAY)
        [run], [made] = office.runs(), office.made()
        assert (run.problem, run.attempts, run.ended_at, made.delivered_at) == (says, 1, None, None)
        office.work(seconds=10)
        assert office.runs()[0].attempts == 1, "not before its time"
        office.work(minutes=1)
        assert [(run.outcome, run.problem) for run in office.runs()] == [(DELIVERED, None)]
        assert {mail["Message-ID"] for mail in post.kept} == {f"<{run.id.hex}@clinic.example>"}
        assert len(post.kept) == (2 if manner == DROPS_AFTER_DATA else 1)


def test_a_server_that_answers_late_is_waited_for(ward: Ward, tmp_path: Path) -> None:
    with mailing(ward, tmp_path, LATE) as (office, post):
        office.add(ADDRESS)
        office.work(MONDAY)
        assert ([run.outcome for run in office.runs()], len(post.kept)) == ([DELIVERED], 1)


def test_a_server_that_nobody_runs_and_one_that_nobody_named_are_problems_that_are_told(
    ward: Ward, tmp_path: Path
) -> None:
    with mailing(ward, tmp_path) as (office, post):
        post.over.set()
        office.add(ADDRESS)
    office.work(MONDAY)
    assert office.runs()[0].problem == "the mail server cannot be reached or understood (ConnectionRefusedError)"
    with office_at(ward, tmp_path) as without:
        without.work(minutes=1)
        assert without.runs()[0].problem == "no mail server is named: set mail.url and mail.sender"


def test_pauses_between_tries_grow_to_an_hour(ward: Ward, tmp_path: Path) -> None:
    with mailing(ward, tmp_path, *[BUSY] * 20) as (office, _post):
        office.add(ADDRESS)
        office.work(MONDAY)
        pauses = []
        for _ in range(10):
            [run] = office.runs()
            pauses.append((run.again_at - ward.now).total_seconds())
            office.work(run.again_at)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
