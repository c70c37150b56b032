"""Releases of tables get their turn in the country, and keep what they counted: those that follow reckon with it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "041"
down_revision = "040"
branch_labels = None
depends_on = None

INDEX: Final = "ix_released_table_turn"


def upgrade() -> None:
    """Number the tables that are public in the order in which they became it. What they counted is not known."""
    with op.batch_alter_table("released_table", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("counted", sa.Text(), nullable=True))
    op.execute(
        sa.text(
            "UPDATE released_table SET turn = (SELECT count(*) FROM released_table AS earlier"
            " WHERE earlier.country = released_table.country AND earlier.media = 'application/json'"
            " AND (earlier.released_at < released_table.released_at"
            " OR (earlier.released_at = released_table.released_at AND earlier.id <= released_table.id)))"
            " WHERE media = 'application/json'"
        )
    )
    op.create_index(INDEX, "released_table", ["country", "turn"], unique=True)


def downgrade() -> None:
    """Take both back."""
    op.drop_index(INDEX, "released_table")
    with op.batch_alter_table("released_table", schema=None) as batch_op:
        batch_op.drop_column("counted")
        batch_op.drop_column("turn")
