"""The town that tests of this folder knock at."""

from tests.factories.towns import town

__all__ = ["town"]
