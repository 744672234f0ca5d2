"""Doctor on what lies on disk: the broker's configuration, the settings, the file systems."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hearthline.doctor.broker_file import check_broker_file, faults_of
from hearthline.doctor.finding import Finding, Place
from hearthline.doctor.places import check_places, kind_of
from hearthline.doctor.settings import check_settings
from hearthline.init.profile import PROFILES
from hearthline.init.write import write_profile
from hearthline.settings import BrokerSettings, DatabaseSettings, Settings, load_settings

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
WRONG_LINES = [
    ("persistence true", "persistence false", "dangerous", "keeps nothing on disk"),
    ("max_queued_messages 0", "max_queued_messages 1000", "dangerous", "drops"),
    ("max_queued_messages 0", "", "dangerous", "drops"),
    ("max_queued_bytes 268435456", "max_queued_bytes 0", "warning", "nothing limits"),
    ("autosave_interval 1", "", "warning", "so rarely"),
    ("autosave_on_changes false", "autosave_on_changes true", "warning", "every change"),
    ("max_inflight_messages 2000", "", "warning", "window"),
    ("max_packet_size 131072", "max_packet_size 65536", "warning", "breaks the connection"),
    ("persistent_client_expiration 2m", "persistent_client_expiration 6h", "warning", "forgets"),
    ("listener 1883 127.0.0.1", "listener 1883", "dangerous", "asks nobody"),
    ("listener 1883 127.0.0.1", "listener 1883 192.0.2.1", "dangerous", "asks nobody"),
]


@pytest.fixture
def broker_file(tmp_path: Path) -> Path:
    """As `init` writes it, without a fault."""
    write_profile(PROFILES["small"], tmp_path, 1883)
    return tmp_path / "mosquitto.conf"


@pytest.mark.parametrize(("line", "instead", "standing", "says"), WRONG_LINES, ids=lambda value: value or "-")
def test_a_broker_setting_that_loses_or_stalls_is_named_with_its_mend(
    broker_file: Path, line: str, instead: str, standing: str, says: str
) -> None:
    text = broker_file.read_text()
    assert f"\n{line}\n" in text
    broker_file.write_text(text.replace(f"\n{line}\n", f"\n{instead}\n"))
    [found] = faults_of(str(broker_file))
    assert found.standing == standing
    assert says in found.says
    assert str(broker_file) in found.mend


def test_a_broker_configuration_that_is_missing_is_said_and_one_elsewhere_is_unknown(tmp_path: Path) -> None:
    def standing(config: str) -> str:
        [found] = check_broker_file(Place(Settings(broker=BrokerSettings(config=config)), None, NOW))
        return found.standing

    assert standing(str(tmp_path / "none.conf")) == "warning"
    assert standing("") == "unknown"


def settings_of(file: Path, text: str, mode: int) -> Finding:
    file.write_text(text)
    file.chmod(mode)
    [found] = check_settings(Place(load_settings(file, {}), file, NOW))
    return found


def test_a_password_that_others_may_read_is_a_warning_that_does_not_show_it(tmp_path: Path) -> None:
    file = tmp_path / "hearthline.toml"
    secret = '[database]\nurl = "postgresql://me:hush-hush@db/hearthline"'
    found = settings_of(file, secret, 0o644)
    assert (found.standing, found.mend) == ("warning", f"run: chmod 600 {file}")
    assert "hush" not in found.says
    assert settings_of(file, secret, 0o600).standing == "ok"
    assert settings_of(file, '[broker]\nurl = "mqtt://127.0.0.1:1"', 0o644).standing == "ok"


MOUNTS = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /srv rw - nfs4 server:/srv rw
24 23 0:22 / /srv/my\040data rw - xfs /dev/vdb rw
25 22 0:23 / /run rw - tmpfs tmpfs rw
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/a.db", "ext4"),
        ("/srv/a.db", "nfs4"),
        ("/srv/my data/a.db", "xfs"),
        ("/running/a", "ext4"),
        ("/run/a", "tmpfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert kind_of(Path(path), MOUNTS) == kind


def test_a_database_that_others_may_read_is_a_warning(sqlite_database: str, tmp_path: Path) -> None:
    file = tmp_path / "hearthline.db"
    place = Place(Settings(DatabaseSettings(sqlite_database)), None, NOW)
    found: dict[tuple[int, int], Finding] = {}
    for modes in ((0o755, 0o644), (0o700, 0o644), (0o755, 0o600)):
        tmp_path.chmod(modes[0])
        file.chmod(modes[1])
        [found[modes]] = [finding for finding in check_places(place) if finding.check == "permissions"]
    assert [finding.standing for finding in found.values()] == ["warning", "ok", "ok"]
    assert found[0o755, 0o644].mend == f"run: chmod 600 {file}"
