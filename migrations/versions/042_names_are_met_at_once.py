"""Names are met at once: an index of names knows whether it is whole, the wall looks at a row's case in place.

And the cases of somebody's teams are told by their index alone.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import concurrently
from migrations.walls import in_place

revision = "042"
down_revision = "041"
branch_labels = None
depends_on = None

# The rule under which names are digested at this revision, and the row of somebody who is written in under it.
RULE: Final = 1
# Countries in which nobody whose key is there is missing in the index.
_WHOLE: Final = sa.text(
    "SELECT k.country FROM index_key k WHERE NOT EXISTS (SELECT 1 FROM person_identity i"
    " JOIN person p ON p.id = i.person_id JOIN data_key d ON d.id = p.key_id"
    " WHERE p.country = k.country AND length(d.wrapped) > 0"
    " AND NOT EXISTS (SELECT 1 FROM name_key n WHERE n.person_id = i.person_id AND n.digest = '=1'))"
)


def upgrade() -> None:
    """Note where the index is whole, and rewrite three rules; what is looked through is looked through unlocked."""
    bind = op.get_bind()
    whole = bind.execute(_WHOLE).scalars().all()
    with op.batch_alter_table("index_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.Integer(), nullable=True))
    index_key = sa.table("index_key", sa.column("country"), sa.column("rule"))
    if whole:
        op.execute(index_key.update().where(index_key.c.country.in_(whole)).values(rule=RULE))
    if bind.dialect.name == "postgresql":
        for statement in in_place.rewritten():
            op.execute(sa.text(statement.replace(":", r"\:")))
    concurrently.make(revision)


def downgrade() -> None:
    """Take all three back."""
    concurrently.take_back(revision)
    if op.get_bind().dialect.name == "postgresql":
        for statement in in_place.as_before():
            op.execute(sa.text(statement.replace(":", r"\:")))
    with op.batch_alter_table("index_key", schema=None) as batch_op:
        batch_op.drop_column("rule")
