"""Settings: one file, every key also as a variable, nothing unknown, no secret shown."""

from pathlib import Path

import pytest

from hearthline.addresses import Broker, hide_password, parse_broker, plain_broker
from hearthline.errors import USAGE, Failure
from hearthline.settings import load_settings


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_a_file_everything_has_a_default_below_this_folder() -> None:
    settings = load_settings(environ={})
    assert settings.database.url == f"sqlite:///{Path.cwd() / 'var' / 'hearthline.db'}"
    assert settings.broker.url == "mqtt://127.0.0.1:1883"


def test_the_file_of_this_folder_is_found() -> None:
    write(Path("hearthline.toml"), '[broker]\nurl = "mqtt://here:1"')
    assert load_settings(environ={}).broker.url == "mqtt://here:1"


def test_the_option_beats_the_variable_that_names_a_file_and_that_beats_this_folder(tmp_path: Path) -> None:
    write(Path("hearthline.toml"), '[broker]\nurl = "mqtt://here:1"')
    named = write(tmp_path / "named.toml", '[broker]\nurl = "mqtt://named:1"')
    option = write(tmp_path / "option.toml", '[broker]\nurl = "mqtt://option:1"')
    environ = {"HEARTHLINE_CONFIG": str(named)}
    assert load_settings(environ=environ).broker.url == "mqtt://named:1"
    assert load_settings(option, environ).broker.url == "mqtt://option:1"


def test_a_variable_beats_the_file_key_by_key() -> None:
    write(Path("hearthline.toml"), '[broker]\nurl = "mqtt://file:1"\n[database]\nurl = "postgresql://file/db"')
    settings = load_settings(environ={"HEARTHLINE_BROKER__URL": "mqtts://variable:2"})
    assert settings.broker.url == "mqtts://variable:2"
    assert settings.database.url == "postgresql://file/db"


def test_a_relative_database_is_meant_from_where_it_is_written(tmp_path: Path) -> None:
    file = write(tmp_path / "etc" / "hearthline.toml", '[database]\nurl = "sqlite:///data/a.db"')
    assert load_settings(file, {}).database.url == f"sqlite:///{tmp_path / 'etc' / 'data' / 'a.db'}"
    variable = {"HEARTHLINE_DATABASE__URL": "sqlite:///data/a.db"}
    assert load_settings(file, variable).database.url == f"sqlite:///{Path.cwd() / 'data' / 'a.db'}"
    absolute = {"HEARTHLINE_DATABASE__URL": "sqlite:////srv/a.db"}
    assert load_settings(file, absolute).database.url == "sqlite:////srv/a.db"


def test_the_default_database_lies_beside_the_file_so_that_any_folder_will_do(tmp_path: Path) -> None:
    file = write(tmp_path / "etc" / "hearthline.toml", "")
    assert load_settings(file, {}).database.url == f"sqlite:///{tmp_path / 'etc' / 'var' / 'hearthline.db'}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[broker]\nurk = "mqtt://a:1"', r"unknown setting broker\.urk in .*; did you mean broker\.url\?"),
        ('[databse]\nurl = "sqlite:///a"', r"unknown setting databse\.url in .*; did you mean database\.url\?"),
        ('broker = "mqtt://a:1"', r"unknown setting broker in .*; did you mean broker\.url\?"),
        ("[broker]\nurl = 5", r"Expected `str`, got `int` - at `\$\.broker\.url`"),
        ('[broker]\nurl = "http://a"', r"broker\.url starts with none of mqtt:// mqtts://"),
        ('[database]\nurl = "mysql://a"', r"database\.url starts with none of sqlite://"),
        ("[broker", r"hearthline\.toml is not TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_in_one_line(text: str, complaint: str) -> None:
    write(Path("hearthline.toml"), text)
    with pytest.raises(Failure, match=complaint) as failure:
        load_settings(environ={})
    assert failure.value.code == USAGE
    assert "\n" not in str(failure.value)


def test_an_unknown_variable_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(Failure, match=r"unknown setting HEARTHLINE_BROKER__ULR .*did you mean HEARTHLINE_BROKER__URL"):
        load_settings(environ={"HEARTHLINE_BROKER__ULR": "mqtt://a:1"})


def test_variables_without_two_underscores_are_not_settings() -> None:
    environ = {"HEARTHLINE_CORPORA": "/c", "HEARTHLINE_REQUIRE": "corpora", "HOME__": "x"}
    assert load_settings(environ=environ) == load_settings(environ={})


def test_a_file_that_is_named_must_exist() -> None:
    with pytest.raises(Failure, match=r"there is no settings file nowhere\.toml"):
        load_settings(Path("nowhere.toml"), {})


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://127.0.0.1:1884", Broker("127.0.0.1", 1884)),
        ("mqtt://host", Broker("host", 1883)),
        ("mqtts://host", Broker("host", 8883, tls=True)),
        ("mqtt://[::1]:1", Broker("::1", 1)),
        ("mqtts://me:p%40ss@host:1/", Broker("host", 1, True, "me", "p@ss")),
    ],
)
def test_a_broker_address_is_taken_apart(url: str, broker: Broker) -> None:
    assert parse_broker(url) == broker


@pytest.mark.parametrize(
    "url", ["mqtt://", "mqtt://host:port", "mqtt://host:99999", "mqtt://host/topic", "mqtt://[::1"]
)
def test_what_is_no_broker_address_is_refused(url: str) -> None:
    with pytest.raises(Failure, match="is no address"):
        parse_broker(url)


@pytest.mark.parametrize("url", ["mqtts://host", "mqtt://me:secret@host"])
def test_simulated_devices_take_only_a_plain_address(url: str) -> None:
    with pytest.raises(Failure, match="know neither passwords nor mqtts") as failure:
        plain_broker(url)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host:5/db", "postgresql://me:***@host:5/db"),
        ("postgresql://me:s@cr@t@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:s/cret@host/db", "postgresql://me:***@host/db"),
        ("postgresql://host/db?password=secret", "postgresql://host/db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("sqlite:////a@b/c:d.db", "sqlite:////a@b/c:d.db"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert hide_password(url) == shown


def test_an_address_does_not_show_its_password_when_it_is_printed() -> None:
    assert "secret" not in repr(parse_broker("mqtt://me:secret@host:1"))
