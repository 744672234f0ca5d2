"""The record: registry, ledger of messages, readings, and what was judged of them.

A revision imports nothing of ours: it must still run when the code has moved on, so what the catalogue held at this
point is written out here.
"""

from collections.abc import Callable, Sequence
from functools import partial

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

required = partial(sa.Column, nullable=False)
optional = partial(sa.Column, nullable=True)
INSTANT = sa.DateTime(timezone=True)
ACTIVE = sa.text("status IN ('open', 'acknowledged', 'in_progress')")
COMPONENTS = (
    "systolic", "diastolic", "pulse", "mean", "irregular", "glucose", "weight", "body_fat", "bmi", "time_in_bed",
    "total_sleep", "light", "deep", "rem", "wake_after_onset", "latency", "awakenings", "ahi", "central_ahi",
    "odi", "spo2_mean", "spo2_min", "t90", "t88", "therapy_time", "leak", "pressure",
)  # fmt: skip


def registry_version() -> None:
    op.create_table(
        "registry_version",
        required("id", sa.Integer()), required("version", sa.Integer()),
        sa.CheckConstraint("id = 1", name=op.f("ck_registry_version_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_version")),
    )  # fmt: skip
    op.execute(sa.text("INSERT INTO registry_version (id, version) VALUES (1, 1)"))


def patient() -> None:
    op.create_table(
        "patient",
        required("id", sa.String(40)), required("name", sa.String(200)), required("zone", sa.String(64)),
        required("enrolled_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
    )  # fmt: skip


def patient_fact() -> None:
    op.create_table(
        "patient_fact",
        required("id", sa.Uuid()), required("patient_id", sa.String(40)), required("name", sa.String(40)),
        required("value", sa.String(200)), required("from_at", INSTANT), optional("until_at", INSTANT),
        required("author", sa.String(100)), required("recorded_at", INSTANT),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_fact_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_fact")),
    )  # fmt: skip
    op.create_index(op.f("ix_patient_fact_patient_id"), "patient_fact", ["patient_id"], unique=False)


def patient_limit() -> None:
    op.create_table(
        "patient_limit",
        required("id", sa.Uuid()), required("patient_id", sa.String(40)), required("rule", sa.String(40)),
        required("parameter", sa.String(40)), required("amount", sa.String(40)), required("unit", sa.String(20)),
        required("from_at", INSTANT), optional("until_at", INSTANT), required("author", sa.String(100)),
        required("reason", sa.String(400)), required("recorded_at", INSTANT),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_limit_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_limit")),
    )  # fmt: skip
    op.create_index(op.f("ix_patient_limit_patient_id"), "patient_limit", ["patient_id"], unique=False)


def device() -> None:
    op.create_table(
        "device",
        required("id", sa.String(40)), required("model", sa.String(40)), optional("gateway_id", sa.String(40)),
        required("enrolled_at", INSTANT), optional("revoked_at", INSTANT),
        sa.ForeignKeyConstraint(["gateway_id"], ["device.id"], name=op.f("fk_device_gateway_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )  # fmt: skip


def device_assignment() -> None:
    op.create_table(
        "device_assignment",
        required("id", sa.Uuid()), required("device_id", sa.String(40)), optional("slot", sa.Integer()),
        required("patient_id", sa.String(40)), required("from_at", INSTANT), optional("until_at", INSTANT),
        sa.CheckConstraint("until_at IS NULL OR until_at > from_at", name=op.f("ck_device_assignment_ends_after_start")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_assignment_device_id_device")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_device_assignment_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_assignment")),
    )  # fmt: skip
    op.create_index(op.f("ix_device_assignment_device_id"), "device_assignment", ["device_id"], unique=False)


def message() -> None:
    op.create_table(
        "message",
        required("id", sa.Uuid()), required("topic", sa.String(400)), optional("device_id", sa.String(40)),
        required("received_at", INSTANT), required("stored_at", INSTANT), required("sha256", sa.String(64)),
        required("size", sa.Integer()), required("elements", sa.Integer()), required("stored", sa.Integer()),
        required("duplicate", sa.Integer()), required("quarantined", sa.Integer()), required("noted", sa.Integer()),
        optional("replay_of", sa.Uuid()),
        sa.CheckConstraint("elements = stored + duplicate + quarantined + noted", name=op.f("ck_message_all_accounted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )  # fmt: skip
    op.create_index(op.f("ix_message_received_at"), "message", ["received_at"], unique=False)


def message_payload() -> None:
    op.create_table(
        "message_payload",
        required("message_id", sa.Uuid()), required("month", sa.String(7)), required("payload", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_payload")),
    )  # fmt: skip
    op.create_index(op.f("ix_message_payload_month"), "message_payload", ["month"], unique=False)


def refusal() -> None:
    op.create_table(
        "refusal",
        required("id", sa.Uuid()), required("message_id", sa.Uuid()), required("element", sa.Integer()),
        optional("device_id", sa.String(40)), optional("given_id", sa.String(64)), required("code", sa.String(60)),
        required("pointer", sa.String(200)), required("detail", sa.String(200)), required("state", sa.String(20)),
        required("received_at", INSTANT), optional("resolved_by", sa.Uuid()),
        sa.CheckConstraint("state IN ('open', 'resolved', 'dismissed')", name=op.f("ck_refusal_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )  # fmt: skip
    op.create_index(op.f("ix_refusal_message_id"), "refusal", ["message_id"], unique=False)
    op.create_index(op.f("ix_refusal_state_received_at"), "refusal", ["state", "received_at"], unique=False)


def process() -> None:
    op.create_table(
        "process",
        required("kind", sa.String(20)), required("slot", sa.Integer()), required("started_at", INSTANT),
        required("seen_at", INSTANT), optional("oldest_waiting", INSTANT),
        sa.PrimaryKeyConstraint("kind", "slot", name=op.f("pk_process")),
    )  # fmt: skip


def reading() -> None:
    op.create_table(
        "reading",
        required("id", sa.Uuid()), required("message_id", sa.Uuid()), required("device_id", sa.String(40)),
        optional("slot", sa.Integer()), required("patient_id", sa.String(40)), required("assignment_id", sa.Uuid()),
        required("measure", sa.String(40)), required("stream", sa.String(40)), optional("given_id", sa.String(64)),
        optional("seq", sa.BigInteger()), optional("started_at", INSTANT), required("measured_at", INSTANT),
        required("utc_offset", sa.Integer()), required("device_time", sa.String(40)),
        required("time_source", sa.String(20)), required("time_quality", sa.String(20)),
        required("received_at", INSTANT), required("stored_at", INSTANT), required("quality", sa.JSON()),
        optional("comparator", sa.String(1)), required("context", sa.JSON()), required("as_sent", sa.JSON()),
        required("content_digest", sa.String(64)),
        *(optional(component, sa.Double()) for component in COMPONENTS),
        sa.CheckConstraint("comparator IN ('<', '>')", name=op.f("ck_reading_comparator_known")),
        sa.CheckConstraint("time_quality IN ('good', 'doubtful')", name=op.f("ck_reading_time_quality_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )  # fmt: skip
    op.create_index(op.f("ix_reading_device_id_measured_at"), "reading", ["device_id", "measured_at"], unique=False)
    op.create_index(
        op.f("ix_reading_patient_id_stream_measured_at"),
        "reading",
        ["patient_id", "stream", "measured_at"],
        unique=False,
    )
    op.create_index(op.f("uq_reading_device_id_given_id"), "reading", ["device_id", "given_id"], unique=True)


def evaluation() -> None:
    op.create_table(
        "evaluation",
        required("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")), required("patient_id", sa.String(40)),
        required("stream", sa.String(40)), required("since", INSTANT), required("due_at", INSTANT),
        required("reason", sa.String(20)), required("attempts", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )  # fmt: skip
    op.create_index(op.f("ix_evaluation_due_at"), "evaluation", ["due_at"], unique=False)
    op.create_index(op.f("ix_evaluation_patient_id"), "evaluation", ["patient_id"], unique=False)


def episode() -> None:
    op.create_table(
        "episode",
        required("id", sa.Uuid()), required("patient_id", sa.String(40)), required("measure", sa.String(40)),
        required("rule", sa.String(40)), required("severity", sa.String(8)), required("state", sa.String(20)),
        required("started_at", INSTANT), required("last_at", INSTANT), optional("ended_at", INSTANT),
        required("breaches", sa.Integer()), required("evidence", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
    )  # fmt: skip
    op.create_index(
        op.f("uq_episode_patient_id_rule_started_at"), "episode", ["patient_id", "rule", "started_at"], unique=True
    )


def flag() -> None:
    op.create_table(
        "flag",
        required("id", sa.Uuid()), required("patient_id", sa.String(40)), required("measure", sa.String(40)),
        required("rule", sa.String(40)), required("severity", sa.String(8)), required("status", sa.String(20)),
        required("since", INSTANT), required("until", INSTANT), required("raised_at", INSTANT),
        required("changed_at", INSTANT), required("episodes", sa.Integer()), required("breaches", sa.Integer()),
        required("late", sa.Boolean()), required("ended", sa.Boolean()),
        required("awaiting_confirmation", sa.Boolean()), required("not_confirmed", sa.Boolean()),
        required("evidence", sa.JSON()), required("history", sa.JSON()),
        sa.CheckConstraint("status IN ('open', 'acknowledged', 'in_progress', 'resolved', 'withdrawn')", name=op.f("ck_flag_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )  # fmt: skip
    op.create_index(op.f("ix_flag_patient_id_rule_since"), "flag", ["patient_id", "rule", "since"], unique=False)
    op.create_index(op.f("ix_flag_status"), "flag", ["status"], unique=False)
    op.create_index(
        op.f("uq_flag_active"),
        "flag",
        ["patient_id", "rule"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )


TABLES: tuple[Callable[[], None], ...] = (
    registry_version, patient, patient_fact, patient_limit, device, device_assignment, message, message_payload,
    refusal, process, reading, evaluation, episode, flag,
)  # fmt: skip


def upgrade() -> None:
    for create in TABLES:
        create()


def downgrade() -> None:
    for create in reversed(TABLES):
        op.drop_table(create.__name__)
