"""`init`: the files of an installation, complete, private where they must be, and never written over."""

import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest

from hearthline.__main__ import run
from hearthline.doctor.broker_file import faults_of, read_broker_file
from hearthline.init.profile import PROFILES, SERVICES
from hearthline.init.write import KEY, NOTES, TEMPLATES
from hearthline.settings import load_settings
from tests.support.places import absent

Captured = pytest.CaptureFixture[str]
both = pytest.mark.parametrize("profile", sorted(PROFILES))


def init(folder: Path, profile: str) -> int:
    return run(["init", "--profile", profile, str(folder)])


@both
def test_a_profile_is_written_with_every_blank_filled_in(tmp_path: Path, profile: str) -> None:
    assert init(tmp_path / "new" / "place", profile) == 0
    files = {path.name: path.read_text() for path in (tmp_path / "new" / "place").iterdir() if path.is_file()}
    assert set(files) == {*PROFILES[profile].files, NOTES, KEY}
    assert [name for name, text in files.items() if re.search(r"@[a-z_]+@", text)] == []


@both
def test_the_settings_are_ours_and_name_what_lies_beside_them(tmp_path: Path, profile: str) -> None:
    init(tmp_path, profile)
    settings = load_settings(tmp_path / "hearthline.toml", {})
    database = {"small": f"sqlite:///{tmp_path}/data/hearthline.db"}
    assert settings.database.url == database.get(profile, "postgresql:///hearthline?host=/var/run/postgresql")
    assert settings.broker.config == str(tmp_path / "mosquitto.conf")
    assert (settings.backup.folder, settings.backup.key_file) == (f"{tmp_path}/backups", f"{tmp_path}/backup.key")
    assert bool(settings.ingest.group) == ("--workers 2" in (tmp_path / "hearthline-ingest.service").read_text())
    assert not settings.database.accept_unsafe


@both
def test_doctor_finds_no_fault_with_the_brokers_configuration(tmp_path: Path, profile: str) -> None:
    init(tmp_path, profile)
    assert list(faults_of(str(tmp_path / "mosquitto.conf"))) == []
    assert read_broker_file(str(tmp_path / "mosquitto.conf"))["persistence_location"] == f"{tmp_path}/broker/"


@both
def test_what_holds_data_or_secrets_is_its_owners_alone(tmp_path: Path, profile: str) -> None:
    init(tmp_path, profile)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {name for name, mode in modes.items() if mode & 0o044} == {
        *PROFILES[profile].files, NOTES,
    } - {"hearthline.toml"}  # fmt: skip
    assert modes["broker"] == 0o711  # doctor looks whether the broker's file is fresh, and cannot read it


@both
def test_what_to_do_is_ten_lines(tmp_path: Path, capsys: Captured, profile: str) -> None:
    init(tmp_path, profile)
    said = capsys.readouterr().out
    assert said == (tmp_path / NOTES).read_text()
    assert [int(line.partition(".")[0]) for line in said.splitlines()[1:]] == list(range(1, 11))


def test_nothing_is_written_over_and_nothing_written_when_something_is_there(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "mosquitto.conf").write_text("mine")
    assert init(tmp_path, "small") == 1
    assert "has mosquitto.conf already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mosquitto.conf"]
    assert (tmp_path / "mosquitto.conf").read_text() == "mine"


def test_a_folder_that_a_service_cannot_name_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert init(tmp_path / "my clinic", "small") == 1
    assert "name another folder" in capsys.readouterr().err
    assert not (tmp_path / "my clinic").exists()


def test_an_unknown_profile_is_a_mistake_that_names_the_known(tmp_path: Path, capsys: Captured) -> None:
    assert init(tmp_path, "huge") == 2
    said = capsys.readouterr().err
    assert [name for name in PROFILES if name not in said] == []


@both
@pytest.mark.slow
def test_systemd_finds_nothing_wrong_with_the_services_and_little_that_they_might_still_do(
    tmp_path: Path, profile: str
) -> None:
    """Their folder is in the place they are written for: below a home, systemd says nothing of it."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        absent("systemd-analyze", "no such program is installed (Debian: apt install systemd)")
    init(tmp_path, profile)
    services = [str(tmp_path / name) for name in SERVICES]
    verified = subprocess.run([analyze, "verify", "--man=no", *services], capture_output=True, text=True, check=False)
    assert [line for line in verified.stderr.splitlines() if str(tmp_path) in line] == []
    security = [analyze, "security", "--offline=true", "--threshold=25", services[0]]
    judged = subprocess.run(security, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-300:]


def test_two_installations_share_no_name_of_a_subscription(tmp_path: Path) -> None:
    for name in ("one", "two"):
        init(tmp_path / name, "clinic")
    groups = {load_settings(tmp_path / name / "hearthline.toml", {}).ingest.group for name in ("one", "two")}
    assert len(groups - {""}) == 2


def test_every_template_is_of_a_profile() -> None:
    used = {name for profile in PROFILES.values() for name in (*profile.files, profile.next_steps)}
    assert {path.name for path in TEMPLATES.iterdir()} == used


def test_the_settings_file_says_nothing_twice(tmp_path: Path) -> None:
    init(tmp_path, "clinic")
    assert set(tomllib.loads((tmp_path / "hearthline.toml").read_text())) == {"database", "broker", "ingest", "backup"}
