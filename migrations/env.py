"""What alembic runs: the tables of every model, on the connection that app.kit.migrate opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.models import load_all
from app.models.base import Base, Stamp
from migrations import concurrently
from migrations.walls import grants

load_all()


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write moments into revisions as plain SQLAlchemy, so that old revisions never need the app's code."""
    if kind == "type" and isinstance(item, Stamp):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("run migrations through app.kit.migrate, which opens the connection")

on_postgresql = connection.dialect.name == "postgresql"
if on_postgresql:
    # Row security binds the owner too; a migration that moves data says so aloud, for its own transaction only.
    connection.exec_driver_sql("SELECT set_config('waymark.kind', 'everything', true)")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot alter a column: alembic then builds a new table, copies, and swaps the names.
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
    # One transaction for all steps, on SQLite too.
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
if on_postgresql:
    context.config.attributes["afterwards"] = concurrently.build
    context.config.attributes["granted"] = grants.give(connection, context.config.attributes["app_role"])
