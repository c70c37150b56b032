"""Many small transactions as one: what was written to commit each time waits for the disk once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.kit.db import Database


class OneTransaction(Database):
    """A database inside one open transaction: the worker's many small ones become parts of it.

    Nothing is caught in between: when a part fails, everything since the last commit is undone.
    """

    def __init__(self, session: Session) -> None:  # the parent would open an engine of its own
        self._session = session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """The open transaction."""
        yield self._session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """The open transaction."""
        yield self._session
