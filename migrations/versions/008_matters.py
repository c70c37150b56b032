"""A task can be about one of the many matters of a case, such as one request for a service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "008"
down_revision = "007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a task name the matter; those that are there are about the case as a whole."""
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matter_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Forget which matter a task is about; the task itself stays."""
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("matter_id")
