"""What somebody typed into a form, as it is shown again and as answers are read from it."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Typed"]


class Typed(dict[str, str]):
    """What was typed into the form that is shown again: name -> the last value; `all` gives every value of a name."""

    def __init__(self, values: Sequence[tuple[str, str]] = ()) -> None:
        """``values``: name and value of each field, in the order they came."""
        super().__init__(values)
        self._pairs = tuple(values)

    def all(self, name: str) -> list[str]:
        """Every value of ``name``: the boxes that were ticked."""
        return [value for each, value in self._pairs if each == name]
