"""Migrations as a tool: all steps or none, one program at a time, children kept when a table is rebuilt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.config import Config
from sqlalchemy import inspect

from app.kit import migrate
from app.kit.db import Database

REVISIONS = {
    "001": """
        op.create_table(
            "parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.String(5)),
        )
        op.create_table(
            "child",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("p", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE"), nullable=False),
        )
        op.execute("INSERT INTO parent VALUES (1, 'a')")
        op.execute("INSERT INTO child VALUES (1, 1)")
    """,
    "002": """
        with op.batch_alter_table("parent") as batch:
            batch.alter_column("word", type_=sa.String(50), existing_type=sa.String(5), nullable=False)
    """,
    "003": """
        op.create_table("late", sa.Column("id", sa.Integer, primary_key=True))
        raise LookupError("half-way")
    """,
}


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three small revisions of their own, the last of which breaks, run by the real environment."""
    real = migrate.configuration()
    place = tmp_path / "versions"
    place.mkdir()
    previous = None
    for revision, body in REVISIONS.items():
        text = "import sqlalchemy as sa\nfrom alembic import op\n"
        text += f"revision = {revision!r}\ndown_revision = {previous!r}\n"
        text += "def upgrade():\n" + "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
        text += "def downgrade():\n    pass\n"
        (place / f"{revision}_x.py").write_text(text)
        previous = revision

    def configuration() -> Config:
        real.set_main_option("version_locations", str(place))
        return real

    monkeypatch.setattr(migrate, "configuration", configuration)
    return place


def _count(url: str, table: str) -> int:
    database = Database(url)
    with database.read() as session:
        found = session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
    database.dispose()
    return int(found)


def test_up_goes_to_the_revision_asked_for(scripts: Path, empty_url: str) -> None:
    assert migrate.current(empty_url) is None
    migrate.upgrade(empty_url, "001")
    assert migrate.current(empty_url) == "001"
    assert migrate.revisions() == ("001", "002", "003")
    assert migrate.head() == "003"


def test_a_rebuilt_parent_keeps_its_children(scripts: Path, empty_url: str) -> None:
    migrate.upgrade(empty_url, "002")
    assert (_count(empty_url, "parent"), _count(empty_url, "child")) == (1, 1)


def test_a_migration_that_breaks_leaves_the_revision_before(scripts: Path, empty_url: str) -> None:
    migrate.upgrade(empty_url, "002")
    with pytest.raises(LookupError):
        migrate.upgrade(empty_url)
    assert migrate.current(empty_url) == "002"
    database = Database(empty_url)
    assert "late" not in inspect(database.engine).get_table_names()
    database.dispose()


def test_several_steps_are_one(scripts: Path, empty_url: str) -> None:
    with pytest.raises(LookupError):
        migrate.upgrade(empty_url)
    assert migrate.current(empty_url) is None


def test_rows_without_their_parent_stop_a_migration_on_sqlite(scripts: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orphans.db'}"
    migrate.upgrade(url, "001")
    (scripts / "003_x.py").write_text(
        "revision = '003'\ndown_revision = '002'\nfrom alembic import op\n"
        "def upgrade():\n    op.execute('DELETE FROM parent')\n"
    )
    with pytest.raises(migrate.BrokenReferences, match="child"):
        migrate.upgrade(url)
    assert (migrate.current(url), _count(url, "parent")) == ("001", 1)


def test_two_that_start_at_once_migrate_one_after_the_other(scripts: Path, empty_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(migrate.upgrade, empty_url, "002") for _ in range(4)]:
            done.result(timeout=60)
    assert migrate.current(empty_url) == "002"
    assert _count(empty_url, "parent") == 1
