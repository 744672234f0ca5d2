"""When processes ran, so that hours without any can be told from hours without readings.

A revision imports nothing of ours: it must still run when the code has moved on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "running",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "slot", "started_at", name=op.f("pk_running")),
    )


def downgrade() -> None:
    op.drop_table("running")
