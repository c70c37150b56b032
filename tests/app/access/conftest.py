"""The world that tests of this folder knock at."""

from tests.app.access.world import world

__all__ = ["world"]
