"""One sentence that is to be translated, as the collectors find it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_BRACES: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence and where it stands.

    ``many``: how English says it for a count other than one. ``comment``: what a translator should know of it.
    ``list_of_codes``: whether it is a word of the policies, which is kept in a file of its own.
    """

    text: str
    where: str
    context: str | None = None
    many: str | None = None
    comment: str = ""
    list_of_codes: bool = False

    @property
    def key(self) -> tuple[str | None, str]:
        """What tells it from every other sentence."""
        return self.context, self.text


def percent(text: str) -> str:
    """A sentence of the rules, whose places are {name}, with the places of the catalogues: %(name)s."""
    return _BRACES.sub(r"%(\1)s", text)


def merged(found: Iterable[Found]) -> dict[tuple[str | None, str], list[Found]]:
    """The same sentence of several places under one key, in a fixed order."""
    by_key: dict[tuple[str | None, str], list[Found]] = {}
    for each in sorted(found, key=lambda one: (one.context or "", one.text, one.list_of_codes, one.where)):
        by_key.setdefault(each.key, []).append(each)
    return by_key
