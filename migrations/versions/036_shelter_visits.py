"""Visits of case workers to people abroad, and whom each is about, behind their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "036"
down_revision = "035"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Add the tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "shelter_visit",
        _text("id", 36),
        _text("country", 2),
        _text("other_country", 2),
        _text("shared_id", 36),
        _text("reference", 40),
        _text("office_id", 36),
        _text("host", 2),
        _text("purpose", 40),
        _text("language", 40),
        sa.Column("day", sa.Date(), nullable=False),
        _text("state", 20),
        _text("reason", 40, nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("opened_at"),
        _moment("changed_at"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_shelter_visit_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter_visit")),
        sa.UniqueConstraint("country", "shared_id", name=op.f("uq_shelter_visit_country_shared_id")),
    )
    op.create_index("ix_shelter_visit_day", "shelter_visit", ["country", "day", "id"], unique=False)
    op.create_table(
        "shelter_visit_part",
        _text("id", 36),
        _text("country", 2),
        _text("visit_id", 36),
        _text("about", 20),
        _text("number", 36),
        _text("reference", 40),
        _text("case_id", 36, nullable=True),
        _text("state", 20),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["shelter_visit.id"], name=op.f("fk_shelter_visit_part_visit_id_shelter_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter_visit_part")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_shelter_visit_part_visit_id_number")),
    )
    op.create_index("ix_shelter_visit_part_case", "shelter_visit_part", ["case_id", "state"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.SHELTER_VISIT_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the tables away; what persons said to a visit stays with their cases."""
    op.drop_table("shelter_visit_part")
    op.drop_table("shelter_visit")
