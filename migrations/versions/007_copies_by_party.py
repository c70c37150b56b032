"""Being named in one referral of a case opens that referral's rows alone, not those of the case's other referrals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import functions

revision = "007"
down_revision = "006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give the function of the second wall its narrower words; SQLite has no such wall."""
    if op.get_bind().dialect.name == "postgresql":
        here = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        for statement in functions.again(here, "waymark_cases_of_copies"):
            op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Leave the narrower words: what they hid was never meant to be seen."""
