"""Leases on worker slots, the numbers of refused readings, and who shall send again after a restore.

A revision imports nothing of ours: it must still run when the code has moved on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "resend_request",
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_resend_request_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_resend_request")),
    )
    op.add_column("process", sa.Column("holder", sa.String(100), nullable=True))
    op.add_column("refusal", sa.Column("seq", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("refusal", "seq")
    op.drop_column("process", "holder")
    op.drop_table("resend_request")
