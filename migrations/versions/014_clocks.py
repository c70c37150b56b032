"""Clocks stand still with a cause, run longer within a limit, and a late duty climbs its ladder rung by rung."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "014"
down_revision = "013"
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column("rung", sa.String(length=40), nullable=True),
    sa.Column("next_rung_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stop_cause", sa.String(length=40), nullable=True),
    sa.Column("stopped_by", sa.String(length=80), nullable=True),
    sa.Column("stop_ends_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stops", sa.Integer(), server_default="0", nullable=False),
    sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
)
INDEX = "ix_task_next_rung"


def upgrade() -> None:
    """Add the columns; duties that are late already have rung once, and the worker looks at what comes next."""
    with op.batch_alter_table("task", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.add_column(column._copy())
        batch_op.create_index(INDEX, ["state", "next_rung_at"], unique=False)
    op.execute(
        sa.text(
            "UPDATE task SET rung = 'reminder', next_rung_at = due_at"
            " WHERE missed_at IS NOT NULL AND escalation = 1 AND state = 'open'"
        )
    )


def downgrade() -> None:
    """Take the columns away; a clock that stands still runs again, due when it was due."""
    op.execute(sa.text("UPDATE task SET state = 'open' WHERE state = 'stopped'"))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(INDEX)
        for column in reversed(COLUMNS):
            batch_op.drop_column(column.name)
