"""An erasure also of a copy that never had a case; what is said of an erased person lies under a key of its own."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.grants import EMPTIED
from migrations.walls.policies import Rule

revision = "030"
down_revision = "029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an erasure be about a copy alone, and on PostgreSQL let the walls know of both."""
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("referral_id", sa.String(length=36), nullable=True))
        batch_op.alter_column("person_id", existing_type=sa.String(length=36), nullable=True)
        batch_op.alter_column("case_id", existing_type=sa.String(length=36), nullable=True)
        batch_op.create_foreign_key(op.f("fk_erasure_referral_id_referral"), "referral", ["referral_id"], ["id"])
        batch_op.create_index(op.f("ix_erasure_referral_id"), ["referral_id"], unique=False)
    _rules(policies.ABROAD_RULES)


def downgrade() -> None:
    """Take it away; erasures of copies alone leave the register, and stay in their files."""
    _rules({"erasure": policies.KEEPING_RULES["erasure"], "message": policies.RULES["message"]})
    op.execute(sa.text("DELETE FROM erasure WHERE person_id IS NULL OR case_id IS NULL"))
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_erasure_referral_id"))
        batch_op.drop_constraint(op.f("fk_erasure_referral_id_referral"), type_="foreignkey")
        batch_op.alter_column("case_id", existing_type=sa.String(length=36), nullable=False)
        batch_op.alter_column("person_id", existing_type=sa.String(length=36), nullable=False)
        batch_op.drop_column("referral_id")


def _rules(rules: Mapping[str, Rule]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, rule in rules.items():
        for name in ("sees", "adds", "changes", "removes"):
            op.execute(sa.text(f"DROP POLICY {name} ON {table}"))
        statements = list(policies.of_table(table, rule))
        if table in EMPTIED:
            statements += policies.emptied_alone(table, EMPTIED[table])
        for statement in statements:
            op.execute(sa.text(statement.replace(":", r"\:")))
