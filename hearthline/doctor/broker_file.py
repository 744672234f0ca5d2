"""Mosquitto's own configuration, where it is on this machine: durability, queue limits, and who may connect."""

import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from hearthline.doctor.finding import DANGEROUS, OK, UNKNOWN, WARNING, Finding, Findings, Place

CHECK: Final = "broker configuration"
Values = Mapping[str, str]


class Rule(NamedTuple):
    """`wrong` looks at the value, which is Mosquitto's default where the file does not say."""

    key: str
    default: str
    wrong: Callable[[str], bool]
    standing: str
    says: str
    mend: str


def _number(value: str) -> int:
    return int(value) if value.lstrip("-").isdigit() else 0


RULES: Final = (
    Rule(
        "persistence", "false", lambda value: value != "true", DANGEROUS,
        "Mosquitto keeps nothing on disk: a restart loses what ingest has not fetched", "set persistence true",
    ),
    Rule(
        "max_queued_messages", "1000", lambda value: _number(value) != 0, DANGEROUS,
        "Mosquitto drops what is beyond max_queued_messages without a word", "set max_queued_messages 0",
    ),
    Rule(
        "max_queued_bytes", "0", lambda value: _number(value) == 0, WARNING,
        "nothing limits Mosquitto's queue: a stopped ingest fills the memory", "set max_queued_bytes 268435456",
    ),
    Rule(
        "autosave_interval", "1800", lambda value: not 1 <= _number(value) <= 10, WARNING,
        "Mosquitto writes its queue so rarely that a crash loses minutes", "set autosave_interval 1",
    ),
    Rule(
        "autosave_on_changes", "false", lambda value: value == "true", WARNING,
        "Mosquitto writes its queue on every change, 200 times slower", "set autosave_on_changes false",
    ),
    Rule(
        "max_inflight_messages", "20", lambda value: 0 < _number(value) < 1000, WARNING,
        "Mosquitto's window is so small that ingest's batches stay small", "set max_inflight_messages 2000",
    ),
    Rule(
        "max_packet_size", "0", lambda value: 0 < _number(value) < 131_072, WARNING,
        "Mosquitto breaks the connection of a device that sends what it may send", "set max_packet_size 131072",
    ),
    Rule(
        "persistent_client_expiration", "", lambda value: value.endswith("h"), WARNING,
        "Mosquitto forgets ingest's queue when ingest is stopped for some hours",
        "set persistent_client_expiration 2m",
    ),
)  # fmt: skip


def check_broker_file(place: Place) -> Findings:
    file = place.settings.broker.config
    if not file:
        yield Finding(CHECK, UNKNOWN, "no configuration of the broker to read", "name it as broker.config")
    elif not Path(file).is_file():
        yield Finding(CHECK, WARNING, f"there is no {file}", "correct broker.config in the settings")
    else:
        found = list(faults_of(file))
        yield from found or [Finding(CHECK, OK, f"durable, and its queue has no limit but memory: {file}")]


def faults_of(file: str) -> Findings:
    """Of a configuration that is there to read; nothing for one that is not."""
    values = read_broker_file(file)
    if not values:
        return
    for rule in RULES:
        if rule.wrong(values.get(rule.key, rule.default)):
            yield Finding(CHECK, rule.standing, rule.says, f"{rule.mend} in {file} and restart Mosquitto")
    if values.get("allow_anonymous") == "true" and not _is_loopback(values.get("listener", "")):
        says = "Mosquitto asks nobody who they are, and listens to the network"
        yield Finding(CHECK, DANGEROUS, says, f"let the listener in {file} be of 127.0.0.1, or ask for certificates")


def read_broker_file(file: str) -> Values:
    """Key to value, the last one where there are several; empty when the file is not there or not ours to read."""
    try:
        lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines() if file else []
    except OSError:
        return {}
    pairs = (line.split(maxsplit=1) for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {pair[0]: pair[1].strip() if len(pair) > 1 else "" for pair in pairs}


def _is_loopback(listener: str) -> bool:
    """Of `port [address]`; without an address all of them are listened to."""
    address = listener.split()[1:]
    if not address:
        return False
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"
