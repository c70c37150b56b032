"""What the models say and what the migrations build is the same, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.orm import configure_mappers

from app.kit import migrate
from app.kit.db import Database
from app.models import load_all
from app.models.base import Base, Stamp

load_all()


def test_the_tables_are_the_models(database: Database) -> None:
    assert Base.metadata.tables
    assert migrate.revisions(), "there is no revision yet: write migrations/versions/001_*.py"
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert not differences, "\n".join(map(str, differences))


def test_every_table_has_its_checks_and_unique_keys(database: Database) -> None:
    """Alembic does not compare check constraints, so their names are compared here."""
    looked = inspect(database.engine)
    for table in Base.metadata.tables.values():
        there = {constraint["name"] for constraint in looked.get_check_constraints(table.name)}
        ours = {str(c.name) for c in table.constraints if c.__visit_name__ == "check_constraint"}
        assert ours == there, table.name


def test_moments_are_stamps_and_nothing_loads_by_surprise() -> None:
    configure_mappers()
    for mapper in Base.registry.mappers:
        for column in mapper.local_table.columns:
            kind: Any = column.type
            assert not (
                kind.__visit_name__ in ("datetime", "DATETIME", "TIMESTAMP") and not isinstance(kind, Stamp)
            ), f"{column}: use Stamp for moments"
        for relationship in mapper.relationships:
            assert relationship.lazy in ("raise", "raise_on_sql", "noload", "write_only"), (
                f"{relationship}: relationships raise on lazy load; ask for what you need"
            )


def test_the_revisions_are_one_line_without_forks() -> None:
    folder = Path(migrate.configuration().get_main_option("script_location")) / "versions"
    names = [file.name for file in sorted(folder.glob("[0-9]*.py"))]
    assert len(names) == len(migrate.revisions())
    assert [name.split("_")[0] for name in names] == list(migrate.revisions())
