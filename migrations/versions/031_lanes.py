"""Lanes: what travels to another country says so, so that a partner who is away delays nobody else."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "031"
down_revision = "030"
branch_labels = None
depends_on = None

TRAVELS = ("deliver", "deliver_receipt")


def upgrade() -> None:
    """Add the country, and write it into what has not left yet."""
    op.add_column("outbox_row", sa.Column("to_country", sa.String(length=2), nullable=True))
    row = sa.table("outbox_row", *(sa.column(name) for name in ("id", "effect", "payload", "done_at", "to_country")))
    message = sa.table("message", sa.column("id"), sa.column("other_country"))
    bound = op.get_bind()
    if bound.dialect.name == "postgresql":
        # The owner of the tables stands before their walls as well.
        bound.execute(sa.select(sa.func.set_config("waymark.kind", "everything", True)))
    waiting = sa.select(row.c.id, row.c.payload).where(row.c.done_at.is_(None), row.c.effect.in_(TRAVELS))
    for row_id, payload in bound.execute(waiting).all():
        said = json.loads(payload)
        to = said.get("to") or bound.execute(
            sa.select(message.c.other_country).where(message.c.id == said["message"])
        ).scalar()
        bound.execute(sa.update(row).where(row.c.id == row_id).values(to_country=to))


def downgrade() -> None:
    """Take it away; the payload still says it."""
    op.drop_column("outbox_row", "to_country")
