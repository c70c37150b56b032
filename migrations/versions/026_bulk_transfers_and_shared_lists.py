"""Acts on several cases that go to another office, and working lists that an office shares."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.policies import Rule

revision = "026"
down_revision = "025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and on PostgreSQL let the wall know of lists that are shared."""
    with op.batch_alter_table("bulk_act", schema=None) as batch_op:
        batch_op.add_column(sa.Column("to_office", sa.String(length=100), server_default="", nullable=False))
    with op.batch_alter_table("saved_list", schema=None) as batch_op:
        batch_op.add_column(sa.Column("office_id", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(op.f("fk_saved_list_office_id_office"), "office", ["office_id"], ["id"])
        batch_op.create_index(op.f("ix_saved_list_office_id"), ["office_id"], unique=False)
    _rules(policies.SHARED_LIST_RULES)


def downgrade() -> None:
    """Take them away: a list that was shared is its maker's own again, and the acts stay."""
    _rules({"saved_list": policies.LIST_RULES["saved_list"]})
    with op.batch_alter_table("saved_list", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_saved_list_office_id"))
        batch_op.drop_constraint(op.f("fk_saved_list_office_id_office"), type_="foreignkey")
        batch_op.drop_column("office_id")
    with op.batch_alter_table("bulk_act", schema=None) as batch_op:
        batch_op.drop_column("to_office")


def _rules(rules: Mapping[str, Rule]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, rule in rules.items():
        for name in ("sees", "adds", "changes", "removes"):
            op.execute(sa.text(f"DROP POLICY {name} ON {table}"))
        for statement in policies.of_table(table, rule):
            op.execute(sa.text(statement.replace(":", r"\:")))
