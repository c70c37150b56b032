"""Beds of shelters and the requests for them, behind their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "shelter_beds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=False),
        sa.Column("ages", sa.String(length=8), nullable=False),
        sa.Column("need", sa.String(length=20), nullable=False),
        sa.Column("beds", sa.Integer(), nullable=False),
        sa.Column("closed_reason", sa.String(length=20), nullable=True),
        sa.Column("closed_from", sa.Date(), nullable=True),
        sa.Column("closed_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_shelter_beds_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter_beds")),
    )
    op.create_index("ix_shelter_beds_office", "shelter_beds", ["office_id", "sex", "ages"], unique=False)
    op.create_table(
        "bed_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("office_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("age_band", sa.String(length=20), nullable=False),
        sa.Column("sex", sa.String(length=4), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("ages", sa.String(length=8), nullable=False),
        sa.Column("need", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("likely_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("beds_id", sa.String(length=36), nullable=True),
        sa.Column("answered_by", sa.String(length=36), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("out_until", sa.Date(), nullable=True),
        sa.Column("missing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_bed_request_office_id_office")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_bed_request_case_id_case_file")),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_bed_request_key_id_data_key")),
        sa.ForeignKeyConstraint(["beds_id"], ["shelter_beds.id"], name=op.f("fk_bed_request_beds_id_shelter_beds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed_request")),
    )
    op.create_index("ix_bed_request_shelter", "bed_request", ["office_id", "state", "asked_at", "id"], unique=False)
    op.create_index("ix_bed_request_case", "bed_request", ["case_id", "asked_at"], unique=False)
    op.create_index("ix_bed_request_ringing", "bed_request", ["state", "answer_by"], unique=False)
    op.create_index(op.f("ix_bed_request_beds_id"), "bed_request", ["beds_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.SHELTER_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take both away: what stood in the history of a case stays there."""
    op.drop_table("bed_request")
    op.drop_table("shelter_beds")
