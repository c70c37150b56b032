"""Files of synthetic records: what each takes from the budget of a year, and releases that are no table."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.releases import MICRODATA_RULES

revision = "039"
down_revision = "038"
branch_labels = None
depends_on = None

TABLE: Final = "microdata_made"


def upgrade() -> None:
    """Add the table, on PostgreSQL behind its wall at once; say of each release what kind of file it is."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("report", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("epsilon", sa.Double(), nullable=False),
        sa.Column("delta", sa.Double(), nullable=False),
        sa.Column("approval_id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted", sa.Text(), nullable=True),
        sa.Column("drawn", sa.Text(), nullable=True),
        sa.Column("errors", sa.Text(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f(f"fk_{TABLE}_approval_id_approval")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f(f"fk_{TABLE}_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("country", "period", "turn", name=op.f(f"uq_{TABLE}_country_period_turn")),
        sa.UniqueConstraint(
            "country", "report", "period", "number", name=op.f(f"uq_{TABLE}_country_report_period_number")
        ),
    )
    said = sa.Column("media", sa.String(length=40), server_default="application/json", nullable=False)
    with op.batch_alter_table("released_table", schema=None) as batch_op:
        batch_op.add_column(said)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in MICRODATA_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the table away, and with it what was spent; files of records are no tables, and older programs have none."""
    op.execute(sa.text("DELETE FROM released_table WHERE media <> 'application/json'"))
    with op.batch_alter_table("released_table", schema=None) as batch_op:
        batch_op.drop_column("media")
    op.drop_table(TABLE)
