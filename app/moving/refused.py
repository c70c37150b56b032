"""Why a store is not moved."""

from __future__ import annotations

__all__ = ["MoveRefused"]


class MoveRefused(ValueError):
    """A store is not moved, or not brought back: what is wrong and who mends it, without any value of a row."""
