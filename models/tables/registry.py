"""Patients, their devices, and who held which device when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class Patient(Base):
    """`id` is what every list and ledger shows; `zone` is an IANA name and decides the patient's local day."""

    __tablename__ = "patient"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime]


class Device(Base):
    """An enrolled device; `gateway_id` names the device that may publish for it."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    model: Mapped[str] = mapped_column(String(40))
    gateway_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeviceAssignment(Base):
    """Who held a device, half-open [from_at, until_at); `slot` None means the whole device, whoever stands on it."""

    __tablename__ = "device_assignment"
    __table_args__ = (
        CheckConstraint("until_at IS NULL OR until_at > from_at", name="ends_after_start"),
        Index("ix_device_assignment_device_id", "device_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    slot: Mapped[int | None]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]


class ResendRequest(Base):
    """A device that shall send again what it keeps since `since`, because the record was restored from a backup.

    `asked_at` is the last time it was prompted; a row goes when it has expired.
    """

    __tablename__ = "resend_request"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    since: Mapped[datetime]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]


class RegistryVersion(Base):
    """One row; at an equal version a worker's cache of the registry is the truth for its transaction."""

    __tablename__ = "registry_version"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
