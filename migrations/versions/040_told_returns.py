"""Plain columns for returns that no referral of this program tells of; filled from facts, where any say so."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "040"
down_revision = "039"
branch_labels = None
depends_on = None

INDEX: Final = "ix_case_facts_returned"
COLUMNS: Final = (
    sa.Column("returned_from", sa.String(length=2), nullable=True),
    sa.Column("returned_on", sa.Date(), nullable=True),
)


def upgrade() -> None:
    """Add them. Facts say them only where this migration was taken back before."""
    with op.batch_alter_table("case_facts", schema=None) as batch_op:
        for column in COLUMNS:
            batch_op.add_column(column._copy())
    op.create_index(INDEX, "case_facts", ["country", "returned_on"], unique=False)
    bind = op.get_bind()
    told = bind.execute(
        # Any two letters are also the end of an empty text and a comma.
        sa.text(
            "SELECT case_id, facts FROM case_facts WHERE facts LIKE '%\"returned_from\":\"__\"%'"
            " AND facts NOT LIKE '%\"returned_from\":\"\"%'"
        )
    ).all()
    filled = sa.text(
        "UPDATE case_facts SET returned_from = :returned_from, returned_on = :returned_on WHERE case_id = :case_id"
    ).bindparams(sa.bindparam("returned_on", type_=sa.Date()))
    for row in told:
        facts = json.loads(row.facts)
        bind.execute(filled, {
            "case_id": row.case_id, "returned_from": facts["returned_from"],
            "returned_on": date.fromisoformat(facts["returned_on"]),
        })  # fmt: skip


def downgrade() -> None:
    """Take them away; facts say what they said."""
    op.drop_index(INDEX, "case_facts")
    with op.batch_alter_table("case_facts", schema=None) as batch_op:
        for column in reversed(COLUMNS):
            batch_op.drop_column(column.name)
