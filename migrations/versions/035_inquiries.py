"""What is asked of another country about a person, and what another country asks here, behind its wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "035"
down_revision = "034"
branch_labels = None
depends_on = None

TABLE = "inquiry"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("conversation", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("other_country", sa.String(length=2), nullable=False),
        sa.Column("organisation", sa.String(length=60), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_inquiry_office_id_office")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_inquiry_case_id_case_file")),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_inquiry_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("country", "conversation", name=op.f("uq_inquiry_country_conversation")),
    )
    op.create_index("ix_inquiry_office", TABLE, ["office_id", "side", "state", "asked_at", "id"], unique=False)
    op.create_index("ix_inquiry_case", TABLE, ["case_id"], unique=False)
    op.create_index("ix_inquiry_ringing", TABLE, ["side", "state", "answer_by"], unique=False)
    op.create_index("ix_inquiry_keeping", TABLE, ["side", "keep_until"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.INQUIRY_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take it away: what was asked of others stays in the history of its case, what was asked here in the messages."""
    op.drop_table(TABLE)
