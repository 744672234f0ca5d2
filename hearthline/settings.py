"""One file `hearthline.toml`, every key also as HEARTHLINE_SECTION__KEY; read once, at the shell, into frozen values.

The file is `--config`, else $HEARTHLINE_CONFIG, else ./hearthline.toml if there is one. A variable beats the file.
A relative SQLite path is meant from where it is written: the file's folder for the file, the current folder otherwise.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from hearthline.errors import USAGE, Failure

FILE: Final = "hearthline.toml"
PREFIX: Final = "HEARTHLINE_"
SQLITE: Final = "sqlite:///"
DATABASES: Final = (SQLITE, "postgresql://", "postgres://", "postgresql+psycopg://")
BROKERS: Final = ("mqtt://", "mqtts://")
MAIL: Final = ("smtp://", "smtps://")
PATHS: Final = (("broker", "config"), ("backup", "folder"), ("backup", "key_file"), ("mail", "ca_file"))


class DatabaseSettings(msgspec.Struct, frozen=True):
    """`url`: sqlite:///path or postgresql://user:password@host/name. `accept_unsafe`: ingest starts although the
    database may lose what it committed."""

    url: str = "sqlite:///var/hearthline.db"
    accept_unsafe: bool = False


class BrokerSettings(msgspec.Struct, frozen=True):
    """`url`: mqtt://host:port or mqtts://host:port, with user and password where the broker wants them. `config`: the
    configuration of a Mosquitto on this machine, which `doctor` reads; empty where there is none to read."""

    url: str = "mqtt://127.0.0.1:1883"
    config: str = ""


class IngestSettings(msgspec.Struct, frozen=True):
    """`group`: the workers' shared subscription, a name of the installation's own; while it is empty one worker alone
    subscribes without sharing, and several share as `hearthline`. `lease`: seconds without a sign of life after which
    another takes a worker's slot. `keep_alive`: seconds after which a silent connection to the broker is tried, and
    given up half as much later."""

    group: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]{0,60}$")] = ""
    lease: Annotated[float, msgspec.Meta(ge=0.5, le=600)] = 8.0
    keep_alive: Annotated[int, msgspec.Meta(ge=1, le=600)] = 30


class MetricsSettings(msgspec.Struct, frozen=True):
    """`address`: host:port where ingest answers Prometheus, the worker's slot added to the port; empty for nowhere."""

    address: str = ""


class BackupSettings(msgspec.Struct, frozen=True):
    """`folder` of scheduled backups, whose newest file tells when one last succeeded; `key_file` seals them."""

    folder: str = ""
    key_file: str = ""


class ReportsSettings(msgspec.Struct, frozen=True):
    """`zone`: the clinic's, an IANA name, for schedules by its clock. `unit` of glucose. `lease`: seconds without a
    sign of life after which another works through the schedules."""

    zone: str = ""
    unit: Literal["mg/dL", "mmol/L"] = "mg/dL"
    lease: Annotated[float, msgspec.Meta(ge=0.5, le=600)] = 8.0


class MailSettings(msgspec.Struct, frozen=True):
    """`url`: smtp://user:password@host:port (STARTTLS, except on this machine) or smtps://host; `sender`: the address
    from which mails come; `ca_file`: certificates to trust instead of the system's."""

    url: str = ""
    sender: str = ""
    ca_file: str = ""


class Settings(msgspec.Struct, frozen=True):
    database: DatabaseSettings = DatabaseSettings()
    broker: BrokerSettings = BrokerSettings()
    ingest: IngestSettings = IngestSettings()
    metrics: MetricsSettings = MetricsSettings()
    backup: BackupSettings = BackupSettings()
    reports: ReportsSettings = ReportsSettings()
    mail: MailSettings = MailSettings()


Sections = dict[str, dict[str, Any]]
SECTIONS: Final = {field.name: field.type for field in msgspec.structs.fields(Settings)}
KEYS: Final = tuple(
    f"{section}.{field.name}" for section, struct in SECTIONS.items() for field in msgspec.structs.fields(struct)
)


def load_settings(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of file and variables; raises Failure (usage) for an unknown key, a wrong type or a missing file."""
    path = find_file(config, environ)
    written = _from_file(path) if path else {}
    for section, values in _from_variables(environ).items():
        written[section] = written.get(section, {}) | values
    written.setdefault("database", {}).setdefault("url", _absolute(DatabaseSettings().url, _folder(path)))
    try:
        settings = msgspec.convert(written, Settings, strict=False)  # a variable says `true` and `8` as text
    except msgspec.ValidationError as error:
        raise Failure(f"settings: {error}", f"correct it in {path or 'the environment'}", USAGE) from None
    _check_scheme("database.url", settings.database.url, DATABASES)
    _check_scheme("broker.url", settings.broker.url, BROKERS)
    if settings.mail.url:
        _check_scheme("mail.url", settings.mail.url, MAIL)
    _check_zone(settings.reports.zone)
    return settings


def find_file(config: Path | None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The settings file that counts, None where there is none; raises Failure when the one named is missing."""
    named = config or (Path(environ["HEARTHLINE_CONFIG"]) if environ.get("HEARTHLINE_CONFIG") else None)
    if named is None:
        return Path(FILE).absolute() if Path(FILE).is_file() else None
    if not named.is_file():
        raise Failure(f"there is no settings file {named}", "name one with --config or $HEARTHLINE_CONFIG", USAGE)
    return named.absolute()


def _folder(path: Path | None) -> Path:
    return path.parent if path else Path.cwd()


def _from_file(path: Path) -> Sections:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Failure(f"{path} is not TOML: {error}", "correct the file", USAGE) from None
    for section, values in written.items():
        if not isinstance(values, dict):
            raise _unknown(section, str(path))
        for key in values:
            _check_known(f"{section}.{key}", str(path))
    return _anchored(written, path.parent)


def _from_variables(environ: Mapping[str, str]) -> Sections:
    """Variables without `__`, such as HEARTHLINE_CORPORA, are not settings."""
    found: Sections = {}
    for variable, value in sorted(environ.items()):
        if not variable.startswith(PREFIX) or "__" not in variable:
            continue
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        _check_known(f"{section}.{key}", "the environment", spelt=variable)
        found.setdefault(section, {})[key] = value
    return _anchored(found, Path.cwd())


def _check_known(key: str, where: str, spelt: str | None = None) -> None:
    if key not in KEYS:
        raise _unknown(key, where, spelt)


def _unknown(key: str, where: str, spelt: str | None = None) -> Failure:
    nearest = get_close_matches(key, KEYS, n=1, cutoff=0.0)[0]
    if spelt:
        nearest = PREFIX + nearest.upper().replace(".", "__")
    return Failure(f"unknown setting {spelt or key} in {where}", f"did you mean {nearest}?", USAGE)


def _check_scheme(key: str, url: str, schemes: tuple[str, ...]) -> None:
    if not url.startswith(schemes):
        raise Failure(f"setting {key} starts with none of {' '.join(schemes)}", "correct it", USAGE)


def _check_zone(zone: str) -> None:
    from zoneinfo import available_timezones

    if zone and zone not in available_timezones():
        raise Failure(f"setting reports.zone {zone!r} is no time zone", "use a name such as Europe/Paris", USAGE)


def _anchored(written: Sections, folder: Path) -> Sections:
    """Relative paths meant from `folder`."""
    database = written.get("database", {})
    if isinstance(database.get("url"), str):
        written["database"] = database | {"url": _absolute(database["url"], folder)}
    for section, key in PATHS:
        path = written.get(section, {}).get(key)
        if isinstance(path, str) and path:
            written[section] = written[section] | {key: str(folder / path)}
    return written


def _absolute(url: str, folder: Path) -> str:
    """`url` with a SQLite path made absolute; `sqlite:///a.db` is relative, `sqlite:////a.db` is not."""
    if not url.startswith(SQLITE):
        return url
    return f"{SQLITE}{folder / url.removeprefix(SQLITE)}"
