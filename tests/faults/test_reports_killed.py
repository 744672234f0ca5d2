"""P3: whoever makes reports is killed, or stands still, in the middle of one, while another waits to take over."""

import signal
from pathlib import Path

import pytest

from tests.support.faults.proving import long, write
from tests.support.faults.scheduling import PATIENTS, Scene, scene
from tests.support.mailing import HANGS_AFTER_DATA

pytestmark = pytest.mark.slow
FOLDER, MAIL = "folder:out", "mail:ward@clinic.example, private"
MADE = "SELECT count(*) FROM report"


def begun(stage: Scene) -> bool:
    return stage.count("SELECT count(*) FROM report_run WHERE made_at IS NULL") > 0


def storing(stage: Scene) -> bool:
    return stage.count(MADE) % PATIENTS > 0


def delivering(stage: Scene) -> bool:
    return sum(1 for _ in (stage.office.here / "out").glob("*/*")) % PATIENTS > 0


def mailing(stage: Scene) -> bool:
    return bool(stage.workers.mail.recipients)


MOMENTS = (("begun", begun, FOLDER), ("storing", storing, FOLDER), ("delivering", delivering, FOLDER),
           ("mailing", mailing, MAIL))  # fmt: skip


def conclude(stage: Scene, injected: str, database: str) -> None:
    found = stage.look()
    write(
        row="P3", injected=injected, database=database, times=stage.times, reports=found.due, lost=found.lost,
        doubled=found.doubled, half=found.half, altered=found.altered, mails=found.mails,
        recovered=round(max(stage.recoveries), 1),
    )  # fmt: skip
    assert found.wrong() == {}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_p3_killed_in_the_middle_every_report_is_made_once_and_whole(
    request: pytest.FixtureRequest, database: str, tmp_path: Path
) -> None:
    url = str(request.getfixturevalue(f"{database}_url"))
    with scene(url, tmp_path, HANGS_AFTER_DATA) as stage:
        for _ in range(5 if long() else 1):
            for _name, moment, to in MOMENTS:
                stage.ask(to)
                stage.when(lambda moment=moment: moment(stage), signal.SIGKILL)
                half = stage.look().half
                assert half == 0, "at no moment is there half a report"
                stage.workers.start()
                stage.finish()
                assert stage.look().wrong() == {}
        conclude(stage, "who makes reports killed (SIGKILL) at four points of a run, another waiting", database)


def test_p3_who_stood_still_and_goes_on_finds_that_another_made_them(postgres_url: str, tmp_path: Path) -> None:
    with scene(postgres_url, tmp_path) as stage:
        stage.ask(FOLDER)
        pid = stage.when(lambda: storing(stage), signal.SIGSTOP)
        stage.finish()
        stage.workers.signal(pid, signal.SIGCONT)
        stage.ask(MAIL)
        stage.finish()
        assert stage.holder() != pid
        assert len(stage.workers.mail.kept) == 1
        conclude(stage, "who makes reports stands still (SIGSTOP) and goes on after another took over", "postgres")
