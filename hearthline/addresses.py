"""Addresses in the settings: taken apart for those who connect, and shown without their passwords."""

import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from hearthline.errors import BROKER, USAGE, Failure

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
ANSWER_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker listens, of mqtt://user:password@host:port; `tls` for mqtts."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_broker(url: str) -> Broker:
    """Raises Failure (usage) when the address has no host, a port that is none, or more than host and port."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in PORTS or parts.path.strip("/"):
        raise Failure(f"broker.url {hide_password(url)} is no address", "write it as mqtt://host:port", USAGE)
    username, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Broker(host, port or PORTS[parts.scheme], parts.scheme == "mqtts", username, password)


def plain_broker(url: str) -> Broker:
    """`parse_broker` for simulated devices, which know neither passwords nor TLS."""
    broker = parse_broker(url)
    if broker.tls or broker.username:
        raise Failure("simulated devices know neither passwords nor mqtts", "name a plain mqtt:// broker.url", USAGE)
    return broker


def reach(broker: Broker) -> None:
    """Raises Failure (exit 4) when nobody listens there."""
    try:
        socket.create_connection((broker.host, broker.port), timeout=ANSWER_SECONDS).close()
    except OSError:
        mend = "start one (hearthline broker), or check broker.url in the settings"
        raise Failure(f"no broker answers at {broker}", mend, BROKER) from None


def secrets_of(*urls: str) -> list[str]:
    """The passwords in these addresses, also those after a `?`, as they are and as they are written there."""
    found: set[str] = set()
    for url in urls:
        _, _, rest = url.partition("://")
        where, _, query = rest.partition("?")
        found.add(where.rpartition("@")[0].partition(":")[2])
        found |= {value for part in query.split("&") for name, _, value in [part.partition("=")] if "pass" in name}
    return sorted((found | set(map(unquote, found))) - {""}, key=len, reverse=True)


def hide_password(url: str) -> str:
    """`url` as it may be shown: the password, if any, as ***; what follows a `?` may hold one too and is left out."""
    scheme, _, rest = url.partition("://")
    where = rest if scheme == "sqlite" else rest.partition("?")[0]
    authority, at, place = where.rpartition("@") if scheme != "sqlite" else ("", "", where)
    name, colon, _password = authority.partition(":")
    return f"{scheme}://{name}{colon}{'***' if colon else ''}{at}{place}"
