"""Checkpoints of other countries' installations, what does not fit in them, and what partners gave back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "032"
down_revision = "031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "witnessed_checkpoint",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("partner", sa.String(length=2), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("vouched_by", sa.String(length=16), nullable=False),
        sa.Column("vouched", sa.LargeBinary(length=64), nullable=False),
        sa.Column("said_at", sa.String(length=40), nullable=False),
        sa.Column("written_first", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witnessed_checkpoint")),
        sa.UniqueConstraint(
            "country", "partner", "epoch", "number", "hash",
            name=op.f("uq_witnessed_checkpoint_country_partner_epoch_number_hash"),
        ),  # fmt: skip
    )
    op.create_table(
        "witness_finding",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("partner", sa.String(length=2), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.String(length=36), nullable=True),
        sa.Column("other_id", sa.String(length=36), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness_finding")),
        sa.UniqueConstraint(
            "country", "partner", "code", "epoch", "number",
            name=op.f("uq_witness_finding_country_partner_code_epoch_number"),
        ),  # fmt: skip
    )
    op.create_table(
        "partner_replay",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("partner", sa.String(length=2), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("country", "partner", "epoch", name=op.f("pk_partner_replay")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.WITNESS_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take them away; what was exported for an auditor stays where it is."""
    op.drop_table("partner_replay")
    op.drop_table("witness_finding")
    op.drop_table("witnessed_checkpoint")
