"""Two persons: acts of power that wait for a second one, and lists of cases taken out of the program."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


INDEXES = (
    ("ix_approval_country", "approval", ["country", "asked_at", "id"]),
    ("ix_approval_state", "approval", ["state", "expires_at"]),
    ("ix_approval_asked_by", "approval", ["asked_by"]),
    ("ix_case_export_asked_by", "case_export", ["asked_by"]),
    ("ix_case_export_approval_id", "case_export", ["approval_id"]),
)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "approval", _text("id", 36), _text("country", 2), _text("kind", 40), _text("subject_kind", 16),
        _text("subject_id", 64), _text("about_id", 36, nullable=True), sa.Column("payload", sa.Text(), nullable=False),
        _text("digest", 64), _bytes("wrapped"), _bytes("sealed"), sa.Column("at_once", sa.Boolean(), nullable=False),
        _text("asked_by", 36), _moment("asked_at"), _moment("expires_at"), _text("state", 12),
        _text("decided_by", 36, nullable=True), _moment("decided_at", nullable=True), _text("why", 40, nullable=True),
        _bytes("answer", nullable=True), _moment("used_at", nullable=True),
        _refers("approval", "asked_by", "user_account"), sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )  # fmt: skip
    op.create_table(
        "case_export", _text("id", 36), _text("country", 2), _text("asked_by", 36), _moment("asked_at"),
        _moment("expires_at"), _text("purpose", 40), _bytes("wrapped"), _bytes("sealed_note"),
        sa.Column("filters", sa.Text(), nullable=False), sa.Column("rows", sa.Integer(), nullable=False),
        _text("state", 12), _text("approval_id", 36, nullable=True),
        sa.Column("downloads", sa.Integer(), nullable=False),
        _refers("case_export", "asked_by", "user_account"), _refers("case_export", "approval_id", "approval"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_export")),
    )  # fmt: skip
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)


def downgrade() -> None:
    """Take both away."""
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
    op.drop_table("case_export")
    op.drop_table("approval")
