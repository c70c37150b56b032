"""Signed checkpoints over the histories and the book of looks, which serving only adds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "022"
down_revision = "020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, which on PostgreSQL stands behind its wall at once."""
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("through", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_for", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
    )
    op.create_index("ix_checkpoint_through", "checkpoint", ["through"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.CHECKPOINT_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the table away; copies that left the machine stay where they are."""
    op.drop_table("checkpoint")
