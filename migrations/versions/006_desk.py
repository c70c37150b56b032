"""The web desk: how people read, locked pages, drafts, and that a mail has said there is something new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "006"
down_revision = "005"
branch_labels = None
depends_on = None

ADDED = {
    "user_account": (
        sa.Column("language", sa.String(length=8), server_default="en", nullable=False),
        sa.Column("calendar", sa.String(length=2), server_default="", nullable=False),
        sa.Column("large_text", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("pin_hash", sa.String(length=256), nullable=True),
    ),
    "login_session": (
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pin_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("own_device", sa.Boolean(), server_default=sa.false(), nullable=False),
    ),
    "notice": (sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),),
}


def upgrade() -> None:
    """Add the columns and the table of drafts, which on PostgreSQL stands behind its wall at once."""
    for table, columns in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column._copy())
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_draft_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("user_id", "place", name=op.f("uq_draft_user_id_place")),
    )
    op.create_index(op.f("ix_draft_expires_at"), "draft", ["expires_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.DESK_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take both away; what was drafted is gone."""
    op.drop_table("draft")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column.name)
