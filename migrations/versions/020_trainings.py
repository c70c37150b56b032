"""What people who sign were trained in: entries that are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "020"
down_revision = "019"
branch_labels = None
depends_on = None

TABLE = "training_entry"


def upgrade() -> None:
    """Add the table, which on PostgreSQL stands behind its wall at once."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("training_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("given_by", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("entered_by", sa.String(length=36), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_training_entry_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_entry")),
        sa.UniqueConstraint("training_id", "seq", name=op.f("uq_training_entry_training_id_seq")),
    )
    op.create_index("ix_training_entry_user", TABLE, ["user_id", "training_id", "seq"], unique=False)
    op.create_index("ix_training_entry_ends", TABLE, ["country", "valid_until"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in policies.of_table(TABLE, policies.TRAINING_RULES[TABLE]):
            op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the table away; what was signed keeps by which training it was signed."""
    op.drop_table(TABLE)
