"""Reports on a schedule: what is to be made when, each time it was due, and the reports that were made.

A revision imports nothing of ours: it must still run when the code has moved on.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(40), nullable=False),
        sa.Column("patient_id", sa.String(40), nullable=True),
        sa.Column("programme", sa.String(40), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("every", sa.String(8), nullable=False),
        sa.Column("on_day", sa.String(10), nullable=False),
        sa.Column("at_time", sa.String(5), nullable=False),
        sa.Column("zone", sa.String(8), nullable=False),
        sa.Column("destination", sa.String(1000), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("active_since", INSTANT, nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_report_schedule_patient_id_patient")),
        sa.CheckConstraint("every IN ('day', 'week', 'month')", name=op.f("ck_report_schedule_every_known")),
        sa.CheckConstraint("zone IN ('patient', 'clinic')", name=op.f("ck_report_schedule_zone_known")),
        sa.CheckConstraint("patient_id IS NULL OR programme IS NULL", name=op.f("ck_report_schedule_one_subject")),
    )
    op.create_table(
        "report_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("again_at", INSTANT, nullable=False),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedule.id"], name=op.f("fk_report_run_schedule_id_report_schedule")
        ),
    )
    op.create_index("uq_report_run_schedule_id_due_at", "report_run", ["schedule_id", "due_at"], unique=True)
    op.create_index("ix_report_run_ended_at", "report_run", ["ended_at"])
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("report", sa.String(40), nullable=False),
        sa.Column("patient_id", sa.String(40), nullable=True),
        sa.Column("programme", sa.String(40), nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("cursor", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("sufficient", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("page", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("delivered_to", sa.String(1000), nullable=True),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.ForeignKeyConstraint(["run_id"], ["report_run.id"], name=op.f("fk_report_run_id_report_run")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedule.id"], name=op.f("fk_report_schedule_id_report_schedule")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_report_patient_id_patient")),
    )
    op.create_index("uq_report_schedule_id_due_at_subject", "report", ["schedule_id", "due_at", "subject"], unique=True)
    op.create_index("ix_report_patient_id_report_made_at", "report", ["patient_id", "report", "made_at"])
    op.create_index("ix_report_run_id", "report", ["run_id"])
    op.create_index("ix_report_made_at", "report", ["made_at"])


def downgrade() -> None:
    op.drop_table("report")
    op.drop_table("report_run")
    op.drop_table("report_schedule")
