"""Whom to ask to measure again, and what devices said of themselves last.

A revision imports nothing of ours: it must still run when the code has moved on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "device_status",
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("battery", sa.Integer(), nullable=True),
        sa.Column("firmware", sa.String(40), nullable=True),
        sa.Column("clock", INSTANT, nullable=True),
        sa.Column("waiting", sa.BigInteger(), nullable=True),
        sa.Column("boots", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_status")),
    )
    op.create_table(
        "prompt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.String(40), nullable=False),
        sa.Column("device_id", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
    )
    op.create_index("ix_prompt_expires_at", "prompt", ["expires_at"])


def downgrade() -> None:
    op.drop_table("prompt")
    op.drop_table("device_status")
