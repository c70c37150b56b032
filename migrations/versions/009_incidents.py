"""Incidents: what happened to several people at once, their cases, and the alleged offenders, sealed apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import functions, policies

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("place_kind", sa.String(length=40), nullable=False),
        sa.Column("border_point", sa.String(length=60), nullable=True),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("exploitation", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_incident_created_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("reference", name=op.f("uq_incident_reference")),
    )
    op.create_table(
        "incident_case",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("added_by", sa.String(length=36), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_case_incident_id_incident")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_incident_case_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_case")),
        sa.UniqueConstraint("case_id", name=op.f("uq_incident_case_case_id")),
    )
    op.create_index(op.f("ix_incident_case_incident_id"), "incident_case", ["incident_id"], unique=False)
    op.create_table(
        "incident_offender",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=36), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_offender_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_offender")),
    )
    op.create_index(op.f("ix_incident_offender_incident_id"), "incident_offender", ["incident_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        here = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        for statement in functions.again(here, "waymark_sees_incident"):
            op.execute(sa.text(statement.replace(":", r"\:")))
        for table, rule in policies.INCIDENT_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the three tables away; the cases stay."""
    if op.get_bind().dialect.name == "postgresql":
        # The rule of one table reads another.
        for table in policies.INCIDENT_RULES:
            for name in ("sees", "adds", "changes", "removes"):
                op.execute(sa.text(f"DROP POLICY {name} ON {table}"))
    for table in ("incident_offender", "incident_case", "incident"):
        op.drop_table(table)
