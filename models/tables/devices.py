"""What devices said of themselves last, and what they are asked to do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class DeviceStatus(Base):
    """The newest heartbeat of a device, by time of receipt. `battery` in percent, `clock` the device's own, `waiting`
    readings not sent yet, `boots` how often it was started; each None when it did not say."""

    __tablename__ = "device_status"

    device_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    received_at: Mapped[datetime]
    battery: Mapped[int | None]
    firmware: Mapped[str | None] = mapped_column(String(40))
    clock: Mapped[datetime | None]
    waiting: Mapped[int | None] = mapped_column(BigInteger)
    boots: Mapped[int | None] = mapped_column(BigInteger)


class Prompt(Base):
    """A request to measure `measure` again, one an episode: `id` is derived from the reading that began it.

    `device_id` is who is told, its gateway where it has one; `sent_at` the last time it was. A row goes when it has
    expired or was answered.
    """

    __tablename__ = "prompt"
    __table_args__ = (Index("ix_prompt_expires_at", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(40))
    device_id: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(40))
    measure: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
