"""What the office of the fund is asked for somebody, behind its wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "029"
down_revision = "028"
branch_labels = None
depends_on = None

TABLE = "fund_request"
_FK = "fk_fund_request_"


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
        sa.Column("entitlement", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=30), nullable=True),
        sa.Column("concerns", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("shown_by", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f(f"{_FK}office_id_office")),
        sa.ForeignKeyConstraint(["from_office_id"], ["office.id"], name=op.f(f"{_FK}from_office_id_office")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f(f"{_FK}case_id_case_file")),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f(f"{_FK}key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_request")),
    )
    op.create_index("ix_fund_request_asked", TABLE, ["office_id", "state", "asked_at", "id"], unique=False)
    op.create_index("ix_fund_request_from", TABLE, ["from_office_id", "state", "asked_at", "id"], unique=False)
    op.create_index("ix_fund_request_case", TABLE, ["case_id"], unique=False)
    op.create_index("ix_fund_request_matter", TABLE, ["matter_id"], unique=False)
    op.create_index("ix_fund_request_ringing", TABLE, ["state", "answer_by"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.CLAIM_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take it away: what was claimed, decided and paid stays in the history of its case and in the ledger."""
    op.drop_table(TABLE)
