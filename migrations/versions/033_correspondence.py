"""Conversations of two countries that are about no referral."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.grants import EMPTIED
from migrations.walls.policies import Rule

revision = "033"
down_revision = "032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and on PostgreSQL let the wall of messages know of it."""
    op.create_table(
        "correspondence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("shared_id", sa.String(length=36), nullable=False),
        sa.Column("other_country", sa.String(length=2), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_correspondence_key_id_data_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence")),
        sa.UniqueConstraint("country", "shared_id", name=op.f("uq_correspondence_country_shared_id")),
    )
    op.create_index("ix_correspondence_key_id", "correspondence", ["key_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _say(policies.of_table("correspondence", policies.TALK_RULES["correspondence"]))
        _of_messages(policies.TALK_RULES["message"])


def downgrade() -> None:
    """Take it away; what was said stays as evidence, and on PostgreSQL no desk of an older program reaches it."""
    if op.get_bind().dialect.name == "postgresql":
        _of_messages(policies.ABROAD_RULES["message"])
    op.drop_table("correspondence")


def _of_messages(rule: Rule) -> None:
    for name in ("sees", "adds", "changes", "removes"):
        op.execute(sa.text(f"DROP POLICY {name} ON message"))
    _say(policies.of_table("message", rule))
    _say(policies.emptied_alone("message", EMPTIED["message"]))


def _say(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(sa.text(statement.replace(":", r"\:")))
