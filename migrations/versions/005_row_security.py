"""Row security: PostgreSQL repeats, in its own words, which rows one transaction may see and write; SQLite has none.

The transaction says who asks in settings that end with it (app/access/rows.py); without them nothing is visible. The
owner of the tables is bound as well. The words here are written by hand and know nothing of app/access/scope.py: it is
the second wall, and a test holds both to the same rows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import functions, policies

revision = "005"
down_revision = "004"
branch_labels = None
depends_on = None

# Where a key's country can be read from, the surest first.
KEEPERS = ("person", "referral", "message")


def upgrade() -> None:
    """Give data keys their country; on PostgreSQL write functions and policies and switch row security on."""
    with op.batch_alter_table("data_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
    for table in KEEPERS:
        kept_in = f"SELECT min(k.country) FROM {table} k WHERE k.key_id = data_key.id"
        op.execute(f"UPDATE data_key SET country = ({kept_in}) WHERE country IS NULL")
    # A key that nothing is kept under belongs to nobody, and no country is called that.
    op.execute("UPDATE data_key SET country = '' WHERE country IS NULL")
    with op.batch_alter_table("data_key", schema=None) as batch_op:
        batch_op.alter_column("country", existing_type=sa.String(length=2), nullable=False)
    if op.get_bind().dialect.name == "postgresql":
        here = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        for statement in (*functions.create(here), *policies.create()):
            op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Switch row security off and take its words away."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in (*policies.drop(), *functions.drop()):
            op.execute(sa.text(statement.replace(":", r"\:")))
    with op.batch_alter_table("data_key", schema=None) as batch_op:
        batch_op.drop_column("country")
