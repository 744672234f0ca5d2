"""The registry as ingest needs it: which devices may publish and who held them; cached by registry version."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from models.dialect import Dialect, dialect_of
from registry.beginning import BEGINNING
from registry.device_models import DeviceModel, model_named

MOST: Final = 100_000  # devices in the cache: a stranger may make up names without end


@dataclass(frozen=True, slots=True)
class Held:
    """One assignment: half-open [from_at, until_at), `slot` None for the whole device."""

    id: UUID
    patient_id: str
    slot: int | None
    from_at: datetime
    until_at: datetime | None

    def covers(self, instant: datetime) -> bool:
        return self.from_at <= instant and (self.until_at is None or instant < self.until_at)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """An enrolled, unrevoked device with everybody who ever held it."""

    id: str
    model: DeviceModel
    gateway_id: str | None
    held: tuple[Held, ...]

    def holders(self, slot: int | None) -> tuple[Held, ...]:
        """Whoever may have held the slot, its own holders last: before their first, it went with the whole device."""
        if len(self.held) == 1 and self.held[0].slot is None:
            return self.held
        whole = tuple(held for held in self.held if held.slot is None)
        own = tuple(held for held in self.held if held.slot is not None and held.slot == slot)
        return own if own and own[0].from_at <= BEGINNING else whole + own


@dataclass(slots=True)
class Holders:
    """A cache that is the truth while the registry's version is `version`; None stands for an unknown device."""

    version: int = -1
    devices: dict[str, KnownDevice | None] = field(default_factory=dict)

    def refresh(self, connection: Connection, version: int, wanted: Iterable[str]) -> None:
        """Drop what another version said, then load what is missing. Needs the registry lock held shared."""
        if version != self.version or len(self.devices) > MOST:
            self.version, self.devices = version, {}
        missing = sorted(set(wanted) - self.devices.keys())
        if missing:
            found = load_devices(connection, missing)  # may fail, and must then not leave anybody unknown
            self.devices |= dict.fromkeys(missing) | found


def load_devices(connection: Connection, ids: list[str]) -> dict[str, KnownDevice]:
    """The enrolled, unrevoked ones of `ids`, in one statement."""
    dialect = dialect_of(connection)
    found: dict[str, KnownDevice] = {}
    for row in connection.exec_driver_sql(_statement(dialect), (json.dumps([[each] for each in ids]),)):
        device_id, model, gateway_id, *assignment = row
        held = found[device_id].held if device_id in found else ()
        found[device_id] = KnownDevice(device_id, model_named(model), gateway_id, held + _held(assignment, dialect))
    return found


def _statement(dialect: Dialect) -> str:
    return (
        "SELECT d.id, d.model, d.gateway_id, a.id, a.patient_id, a.slot, a.from_at, a.until_at "  # noqa: S608  static text
        f"FROM {dialect.keys} JOIN device d ON d.id = {dialect.text_at(0)} AND d.revoked_at IS NULL "
        "LEFT JOIN device_assignment a ON a.device_id = d.id ORDER BY d.id, a.from_at"
    )


def _held(row: list[object], dialect: Dialect) -> tuple[Held, ...]:
    assignment_id, patient_id, slot, from_at, until_at = row
    if assignment_id is None:
        return ()
    end = None if until_at is None else dialect.read(until_at)
    return (
        Held(
            UUID(str(assignment_id)),
            str(patient_id),
            slot if isinstance(slot, int) else None,
            dialect.read(from_at),
            end,
        ),
    )
