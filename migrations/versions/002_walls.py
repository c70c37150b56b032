"""Walls: seals, blocks, emergencies, deputies, uncovered names and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=36), nullable=False)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


INDEXES = (
    ("ix_case_file_sealed", "case_file", ["sealed", "country"]),
    ("ix_referral_sealed", "referral", ["sealed", "country"]),
    ("ix_referral_key_id", "referral", ["key_id"]),
    ("ix_person_key_id", "person", ["key_id"]),
    ("ix_access_block_against", "access_block", ["country", "kind", "value"]),
    ("ix_access_block_key_id", "access_block", ["key_id"]),
    ("ix_seal_name_user", "seal_name", ["user_id", "key_id"]),
    ("ix_seal_name_key_id", "seal_name", ["key_id"]),
    ("ix_emergency_access_user", "emergency_access", ["user_id", "case_id"]),
    ("ix_emergency_access_review", "emergency_access", ["country", "reviewed_at", "since"]),
    ("ix_emergency_access_case_id", "emergency_access", ["case_id"]),
    ("ix_deputy_deputy", "deputy", ["deputy_id", "until"]),
    ("ix_deputy_user_id", "deputy", ["user_id"]),
    ("ix_reveal_user_case", "reveal", ["user_id", "case_id", "until"]),
    ("ix_notice_user", "notice", ["user_id", "read_at", "at", "id"]),
    ("ix_notice_kind_subject", "notice", ["kind", "subject_id", "at"]),
)
TABLES = ("notice", "reveal", "deputy", "emergency_access", "seal_name", "access_block")


def upgrade() -> None:
    """Add the tables, and the mark of a seal to cases and referral copies."""
    for table in ("case_file", "referral"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(_moment("stepped_up_at", nullable=True))
    op.create_table(
        "access_block", _id(), _text("country", 2), _text("key_id", 36), _text("kind", 12), _text("value", 64),
        _text("why", 24), _text("set_by", 36), _moment("since"), _moment("until", nullable=True),
        _moment("lifted_at", nullable=True), _text("lifted_by", 36, nullable=True),
        _refers("access_block", "key_id", "data_key"), _key("access_block"),
    )  # fmt: skip
    op.create_table(
        "seal_name", _id(), _text("country", 2), _text("key_id", 36), _text("user_id", 36), _text("named_by", 36),
        _moment("since"), _moment("until", nullable=True),
        _refers("seal_name", "key_id", "data_key"), _refers("seal_name", "user_id", "user_account"), _key("seal_name"),
    )  # fmt: skip
    op.create_table(
        "emergency_access", _id(), _text("country", 2), _text("case_id", 36), _text("user_id", 36),
        _text("office_id", 36), sa.Column("sealed_reason", sa.LargeBinary(), nullable=False), _moment("since"),
        _moment("until"), _moment("ended_at", nullable=True), _moment("reviewed_at", nullable=True),
        _text("reviewed_by", 36, nullable=True), _text("verdict", 12, nullable=True),
        _moment("alarmed_at", nullable=True),
        _refers("emergency_access", "case_id", "case_file"), _refers("emergency_access", "user_id", "user_account"),
        _refers("emergency_access", "office_id", "office"), _key("emergency_access"),
    )  # fmt: skip
    op.create_table(
        "deputy", _id(), _text("country", 2), _text("user_id", 36), _text("deputy_id", 36), _text("set_by", 36),
        _moment("since"), _moment("until"), _moment("ended_at", nullable=True),
        _refers("deputy", "user_id", "user_account"), _refers("deputy", "deputy_id", "user_account"), _key("deputy"),
    )  # fmt: skip
    op.create_table(
        "reveal", _id(), _text("country", 2), _text("case_id", 36), _text("user_id", 36), _text("session_id", 36),
        _moment("since"), _moment("until"),
        _refers("reveal", "case_id", "case_file"), _refers("reveal", "user_id", "user_account"), _key("reveal"),
    )  # fmt: skip
    op.create_table(
        "notice", _id(), _text("country", 2), _text("user_id", 36), _text("kind", 40), _text("subject_kind", 32),
        _text("subject_id", 64), sa.Column("detail", sa.Text(), nullable=True), _moment("at"),
        _moment("read_at", nullable=True),
        _refers("notice", "user_id", "user_account"), _key("notice"),
    )  # fmt: skip
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)


def downgrade() -> None:
    """Take all of it away."""
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_column("stepped_up_at")
    for table in ("referral", "case_file"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("sealed")
