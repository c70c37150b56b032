"""Meetings of two countries and what was decided there, behind their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "034"
down_revision = "033"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Add the tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "corridor_meeting",
        _text("id", 36),
        _text("country", 2),
        _text("other_country", 2),
        _text("shared_id", 36),
        _text("reference", 40),
        _text("office_id", 36),
        _text("kind", 40),
        _text("host", 2),
        _text("way", 20),
        sa.Column("day", sa.Date(), nullable=False),
        _text("proposed_by", 2),
        _text("state", 20),
        _text("reason", 40, nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("opened_at"),
        _moment("changed_at"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_corridor_meeting_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corridor_meeting")),
        sa.UniqueConstraint("country", "shared_id", name=op.f("uq_corridor_meeting_country_shared_id")),
    )
    op.create_index("ix_corridor_meeting_day", "corridor_meeting", ["country", "day", "id"], unique=False)
    op.create_table(
        "corridor_decision",
        _text("id", 36),
        _text("country", 2),
        _text("meeting_id", 36),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("referral", 36),
        _text("what", 40),
        _text("by_country", 2),
        _text("part", 40),
        sa.Column("until", sa.Date(), nullable=False),
        _text("task_id", 36, nullable=True),
        _moment("done_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["corridor_meeting.id"], name=op.f("fk_corridor_decision_meeting_id_corridor_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corridor_decision")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_corridor_decision_meeting_id_number")),
    )
    op.create_index("ix_corridor_decision_open", "corridor_decision", ["country", "done_at", "id"], unique=False)
    op.create_index("ix_corridor_decision_task", "corridor_decision", ["task_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.CORRIDOR_MEETING_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the tables away; what was decided stays as tasks."""
    op.drop_table("corridor_decision")
    op.drop_table("corridor_meeting")
