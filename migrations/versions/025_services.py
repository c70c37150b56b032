"""What providers are asked to do for somebody, behind its wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "025"
down_revision = "024"
branch_labels = None
depends_on = None

TABLE = "case_service"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("organisation", sa.String(length=60), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("from_office_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("matter_id", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("age_band", sa.String(length=20), nullable=False),
        sa.Column("sex", sa.String(length=4), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("appointment_on", sa.Date(), nullable=True),
        sa.Column("appointment_time", sa.String(length=20), nullable=True),
        sa.Column("appointment_place", sa.String(length=20), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_until", sa.Date(), nullable=True),
        sa.Column("consent_gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_service_office_id_office")),
        sa.ForeignKeyConstraint(["from_office_id"], ["office.id"], name=op.f("fk_case_service_from_office_id_office")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_service_case_id_case_file")),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_case_service_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_service")),
    )
    op.create_index("ix_case_service_asked", TABLE, ["office_id", "state", "asked_at", "id"], unique=False)
    op.create_index("ix_case_service_from", TABLE, ["from_office_id", "state", "asked_at", "id"], unique=False)
    op.create_index("ix_case_service_case", TABLE, ["case_id"], unique=False)
    op.create_index("ix_case_service_ringing", TABLE, ["state", "answer_by"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.SERVICE_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take it away: what was asked and answered stays in the history of its case."""
    op.drop_table(TABLE)
