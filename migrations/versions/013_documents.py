"""Files of cases, sealed, and the marks of those that were entered in error."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "013"
down_revision = "010"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Add both tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "document",
        _text("id", 36),
        _text("country", 2),
        _text("case_id", 36),
        _text("key_id", 36),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("kind", 40),
        _text("field_group", 20),
        _text("media_type", 40),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        _text("added_by", 36),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _refers("document", "case_id", "case_file"),
        _refers("document", "key_id", "data_key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_document_case_id_seq")),
    )
    op.create_table(
        "document_error",
        _text("document_id", 36),
        _text("country", 2),
        _text("reason", 40),
        _text("replaced_by", 36, nullable=True),
        _text("marked_by", 36),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        _refers("document_error", "document_id", "document"),
        _refers("document_error", "replaced_by", "document"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_error")),
    )
    op.create_index(op.f("ix_document_error_replaced_by"), "document_error", ["replaced_by"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.DOCUMENT_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take both away; the files are gone."""
    op.drop_table("document_error")
    op.drop_table("document")
