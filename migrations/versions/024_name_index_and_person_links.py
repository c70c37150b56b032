"""The blind index of names, and which records of people were joined as one person's, behind their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "024"
down_revision = "023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; `waymark rebuild-index` writes in whoever is known already."""
    op.create_table(
        "name_key",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_name_key_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "digest", name=op.f("pk_name_key")),
    )
    op.create_index(op.f("ix_name_key_digest"), "name_key", ["digest"], unique=False)
    op.create_table(
        "index_key",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name=op.f("fk_index_key_key_id_data_key")),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_index_key")),
    )
    op.create_index(op.f("ix_index_key_key_id"), "index_key", ["key_id"], unique=False)
    op.create_table(
        "person_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("other_case_id", sa.String(length=36), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_person_link_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["other_case_id"], ["case_file.id"], name=op.f("fk_person_link_other_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_link")),
    )
    for column in ("case_id", "other_case_id"):
        op.create_index(op.f(f"ix_person_link_{column}"), "person_link", [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.MATCHING_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the tables away; names stay sealed where they are, and the histories tell who was joined."""
    for table in ("person_link", "index_key", "name_key"):
        op.drop_table(table)
