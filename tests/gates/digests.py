"""Digests for gates: of every table, to see that nothing changed, and of a text, to draw the same sample each time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from app.kit.db import Database
from app.models.base import Base
from tests.inspect import reading

__all__ = ["hashed", "of_tables"]


# Rows as the database itself writes them: gates take hundreds of such digests, and turning every value of every row
# into Python first was most of the work.
_ROWS: Final = {
    "sqlite": 'SELECT * FROM "{name}"',
    "postgresql": 'SELECT md5(string_agg(each::text, chr(10) ORDER BY each::text COLLATE "C")) FROM "{name}" each',
}


def of_tables(database: Database, left_out: Collection[str] = ()) -> dict[str, str]:
    """Each table and a digest of all its rows; without the tables of ``left_out``."""
    found = {}
    with reading(database) as session:
        connection = session.connection()
        for table in Base.metadata.sorted_tables:
            if table.name not in left_out:
                whole = connection.exec_driver_sql(_ROWS[database.dialect].format(name=table.name))
                rows = sorted(repr(tuple(row)) for row in whole)
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def hashed(text: str) -> int:
    """A number that is the same in every run, so that a failure of the sample comes again."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
