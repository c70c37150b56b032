"""Legal holds, and people who were erased with their tombstones; evidence can be emptied, and changed in no other way."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.grants import EMPTIED

revision = "028"
down_revision = "026"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Add both tables behind their walls, and hold evidence to being emptied."""
    op.create_table(
        "legal_hold",
        _text("id", 36), _text("country", 2), _text("case_id", 36), _text("why", 40),
        sa.Column("until", sa.Date(), nullable=True),
        _text("set_by", 36), _moment("since"), _moment("lifted_at", nullable=True),
        _text("lifted_by", 36, nullable=True),
        _refers("legal_hold", "case_id", "case_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_case_id"), "legal_hold", ["case_id"], unique=False)
    op.create_table(
        "erasure",
        _text("id", 36), _text("country", 2), _text("person_id", 36), _text("case_id", 36), _text("key_id", 36),
        _text("ground", 40), _text("approval_id", 36), _text("asked_by", 36), _text("agreed_by", 36),
        _moment("agreed_at"), _moment("erased_at", nullable=True),
        sa.Column("tombstone", sa.LargeBinary(), nullable=True),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=True),
        _moment("left_at", nullable=True),
        _refers("erasure", "person_id", "person"),
        _refers("erasure", "case_id", "case_file"),
        _refers("erasure", "key_id", "data_key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("person_id", name=op.f("uq_erasure_person_id")),
    )
    op.create_index("ix_erasure_country", "erasure", ["country", "agreed_at", "id"], unique=False)
    op.create_index(op.f("ix_erasure_case_id"), "erasure", ["case_id"], unique=False)
    op.create_index(op.f("ix_erasure_key_id"), "erasure", ["key_id"], unique=False)
    for table, rule in policies.KEEPING_RULES.items():
        _walls(policies.of_table(table, rule))
    for table, columns in EMPTIED.items():
        _walls(policies.emptied_alone(table, columns))


def downgrade() -> None:
    """Take both away: tombstones stay in their files, and who was erased stays without a key."""
    for table in EMPTIED:
        _walls(policies.changed_as_seen(table))
    for table in ("erasure", "legal_hold"):
        op.drop_table(table)


def _walls(statements: Iterable[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(sa.text(statement.replace(":", r"\:")))
