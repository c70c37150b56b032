"""Conversations of two countries that are about no referral, and the directory that they keep for each other."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.grants import EMPTIED
from migrations.walls.policies import Rule
from migrations.walls.talk import TALK_RULES

revision = "033"
down_revision = "032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and on PostgreSQL let the wall of messages know of it."""
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
    _directory()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("correspondence", "contact", "contact_answer", "contact_told"):
            _say(policies.of_table(table, TALK_RULES[table]))
        _of_messages(TALK_RULES["message"])


def downgrade() -> None:
    """Take it away; what was said stays as evidence, and on PostgreSQL no desk of an older program reaches it."""
    if op.get_bind().dialect.name == "postgresql":
        _of_messages(policies.ABROAD_RULES["message"])
    for table in ("contact_told", "contact_answer", "contact", "correspondence"):
        op.drop_table(table)


def _directory() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("shared_id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("next_check", sa.Date(), nullable=False),
        sa.Column("said_by", sa.String(length=36), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("country", "shared_id", "version", name=op.f("uq_contact_country_shared_id_version")),
    )
    op.create_index("ix_contact_owner", "contact", ["country", "owner"], unique=False)
    op.create_table(
        "contact_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("shared_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_country", sa.String(length=2), nullable=False),
        sa.Column("by_role", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_answer")),
    )
    op.create_index("ix_contact_answer_shared_id", "contact_answer", ["country", "shared_id"], unique=False)
    op.create_table(
        "contact_told",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("shared_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=2), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_told")),
        sa.UniqueConstraint(
            "country", "shared_id", "version", "partner", name=op.f("uq_contact_told_country_shared_id_version_partner")
        ),
    )


def _of_messages(rule: Rule) -> None:
    for name in ("sees", "adds", "changes", "removes"):
        op.execute(sa.text(f"DROP POLICY {name} ON message"))
    _say(policies.of_table("message", rule))
    _say(policies.emptied_alone("message", EMPTIED["message"]))


def _say(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(sa.text(statement.replace(":", r"\:")))
