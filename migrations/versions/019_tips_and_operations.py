"""Tips of people who stay unknown, and planned operations with what is reserved for them, behind their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "019"
down_revision = "018"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Add the tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "tip",
        _text("id", 36),
        _text("country", 2),
        _text("organisation", 64),
        _text("office_id", 36),
        _text("reference", 40),
        _text("created_by", 36),
        _moment("opened_at"),
        _text("way", 40),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        _text("place_kind", 40),
        _text("sector", 40),
        _text("exploitation", 40),
        sa.Column("people", sa.Integer(), nullable=True),
        _text("children", 8),
        _text("danger", 20),
        _text("call_back", 4),
        _text("told", 300),
        _text("told_language", 20),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("state", 12),
        _moment("triage_by"),
        _moment("late_at", nullable=True),
        _text("passed_to", 36, nullable=True),
        _text("reason", 40, nullable=True),
        _text("case_id", 36, nullable=True),
        _text("incident_id", 36, nullable=True),
        _text("settled_by", 36, nullable=True),
        _moment("settled_at", nullable=True),
        _refers("tip", "office_id", "office"),
        _refers("tip", "created_by", "user_account"),
        _refers("tip", "passed_to", "office"),
        _refers("tip", "case_id", "case_file"),
        _refers("tip", "incident_id", "incident"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip")),
        sa.UniqueConstraint("reference", name=op.f("uq_tip_reference")),
    )
    op.create_index("ix_tip_office", "tip", ["office_id", "opened_at", "id"], unique=False)
    op.create_index("ix_tip_ringing", "tip", ["state", "triage_by"], unique=False)
    for column in ("passed_to", "case_id", "incident_id"):
        op.create_index(op.f(f"ix_tip_{column}"), "tip", [column], unique=False)
    _operations()
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in (policies.TIP_RULES | policies.OPERATION_RULES).items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def _operations() -> None:
    op.create_table(
        "operation",
        _text("id", 36),
        _text("country", 2),
        _text("organisation", 64),
        _text("office_id", 36),
        _text("reference", 40),
        _text("created_by", 36),
        _moment("opened_at"),
        sa.Column("planned_on", sa.Date(), nullable=False),
        _text("place_kind", 40),
        _text("sector", 40),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("state", 12),
        _text("released_by", 36, nullable=True),
        _moment("released_at", nullable=True),
        _moment("ended_at", nullable=True),
        _refers("operation", "office_id", "office"),
        _refers("operation", "created_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        sa.UniqueConstraint("reference", name=op.f("uq_operation_reference")),
    )
    op.create_index("ix_operation_office", "operation", ["office_id", "planned_on", "id"], unique=False)
    op.create_table(
        "operation_reserve",
        _text("id", 36),
        _text("country", 2),
        _text("operation_id", 36),
        _text("office_id", 36),
        _text("by_office", 36),
        sa.Column("planned_on", sa.Date(), nullable=False),
        _text("asked_by", 36),
        _moment("asked_at"),
        _text("kind", 20),
        sa.Column("people", sa.Integer(), nullable=False),
        _text("sex", 8),
        _text("ages", 8),
        _text("language", 20),
        _text("state", 12),
        _text("beds_id", 36, nullable=True),
        _text("answered_by", 36, nullable=True),
        _moment("answered_at", nullable=True),
        _refers("operation_reserve", "operation_id", "operation"),
        _refers("operation_reserve", "office_id", "office"),
        _refers("operation_reserve", "by_office", "office"),
        _refers("operation_reserve", "beds_id", "shelter_beds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_reserve")),
    )
    op.create_index(
        "ix_operation_reserve_office", "operation_reserve", ["office_id", "state", "planned_on"], unique=False
    )
    for column in ("operation_id", "beds_id"):
        op.create_index(op.f(f"ix_operation_reserve_{column}"), "operation_reserve", [column], unique=False)


def downgrade() -> None:
    """Take the tables away; cases that began with a tip stay."""
    for table in ("operation_reserve", "operation", "tip"):
        op.drop_table(table)
