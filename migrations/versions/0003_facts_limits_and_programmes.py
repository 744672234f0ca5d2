"""What replaced a fact or a limit, in which role a limit was set, and who is in which programme.

A revision imports nothing of ours: it must still run when the code has moved on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "programme_enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.String(40), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_programme_enrolment_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_enrolment")),
    )
    op.create_index(op.f("ix_programme_enrolment_patient_id"), "programme_enrolment", ["patient_id"], unique=False)
    op.add_column("patient_fact", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("patient_limit", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("patient_limit", sa.Column("role", sa.String(20), server_default="nurse", nullable=False))


def downgrade() -> None:
    op.drop_column("patient_limit", "role")
    op.drop_column("patient_limit", "replaced_by")
    op.drop_column("patient_fact", "replaced_by")
    op.drop_table("programme_enrolment")
