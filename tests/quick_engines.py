"""Engines of the test databases share what SQLAlchemy learned: a real program has one engine, the tests have thousands.

Each new engine would ask the server who it is and turn the same statements into SQL again. What is shared is keyed by
the statement's whole structure, as it is within one engine; nothing of a database or a connection is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.util import LRUCache

import app.kit.db
from tests.lines import Lines

# An engine keeps 500 by itself. All tests together say more than one program does between two restarts.
_STATEMENTS: Final = 4000


@contextmanager
def quick_engines(lines: Lines) -> Iterator[None]:
    """Within the block every `Database` of one kind takes over the dialect and the statements of the first.

    Args:
        lines: keep connections to PostgreSQL from one engine to the next.
    """
    first: dict[str, Engine] = {}

    def lent(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        elder = first.get(engine.dialect.name)
        if engine.dialect.name == "postgresql":
            lines.serve(engine.dialect)
        if elder is None or elder.dialect.server_version_info is None:
            # Only a dialect that has met its server knows what to write.
            engine._compiled_cache = LRUCache(_STATEMENTS)
            first[engine.dialect.name] = engine
        else:
            _knows_its_server(engine.dialect)
            engine.dialect = engine.pool._dialect = elder.dialect
            engine._compiled_cache = elder._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.kit.db, "create_engine", lent)
        yield


def _knows_its_server(dialect: Any) -> None:
    """Have an engine that takes over another dialect ask nothing with its own at its first connection.

    It would end with a roll-back, at which psycopg forgets what the connection prepared: every test on PostgreSQL
    planned every statement anew, in spite of the connections that are kept (tests/lines.py).
    """
    dialect.initialize = dialect.do_rollback = _nothing


def _nothing(_: Any) -> None:
    pass
