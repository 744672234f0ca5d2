"""The registry lock: ingest holds it shared for a batch, whoever changes the registry holds it alone (F18).

SQLite needs no lock of ours: every write transaction is alone there.
"""

from sqlalchemy import Connection, select, text, update
from sqlalchemy.orm import Session

from models.tables import RegistryVersion

KEY = 0x48454152


def hold_shared(connection: Connection) -> int:
    """Keep the registry as it is until this transaction ends; answers its version."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": KEY})
    return connection.execute(select(RegistryVersion.version)).scalar_one()


def hold_alone(session: Session) -> None:
    """Wait for open batches, keep new ones out until this transaction ends, and raise the version."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY})
    session.execute(update(RegistryVersion).values(version=RegistryVersion.version + 1))
