"""Digests for gates: of every table, to see that nothing changed, and of a text, to draw the same sample each time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import select

from app.kit.db import Database
from app.models.base import Base
from tests.inspect import reading

__all__ = ["hashed", "of_tables"]


def of_tables(database: Database, left_out: Collection[str]) -> dict[str, str]:
    """Each table and a digest of all its rows; without the tables of ``left_out``."""
    found = {}
    with reading(database) as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in left_out:
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def hashed(text: str) -> int:
    """A number that is the same in every run, so that a failure of the sample comes again."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
