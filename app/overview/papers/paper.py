"""What a paper is made of, as plain data: a title, and blocks that are written one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.kit import catalogue
from app.kit.reader import reader
from app.kit.words import say, say_as
from policies.model import Policies

Piece = dict[str, Any]


@dataclass(slots=True)
class Paper:
    """One paper. ``number``: what it is filed under; never a name. ``blocks``: see the verbs below.

    ``title_en``: the title in the second language, whose tag is ``second``.
    """

    title: str
    number: str
    foot: str = ""
    title_en: str = ""
    second: str = "en"
    blocks: list[Piece] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """A line above what follows."""
        self.blocks.append({"kind": "heading", **piece(text)})

    def text(self, text: str, english: str = "") -> None:
        """A paragraph; ``english``: the same in English, below it."""
        self.blocks.append({"kind": "text", **piece(text, english)})

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values, side by side."""
        self.blocks.append({"kind": "facts", "rows": [{"name": piece(name), "value": value} for name, value in rows]})

    def items(self, items: Iterable[tuple[str, str]]) -> None:
        """A list; each entry with the same in English, or nothing."""
        self.blocks.append({"kind": "list", "items": [piece(*each) for each in items]})

    def ticks(self, items: Iterable[tuple[str, bool]]) -> None:
        """Boxes to tick, or ticked."""
        self.blocks.append({"kind": "ticks", "items": [{**piece(text), "done": done} for text, done in items]})

    def lines(self, *labels: str) -> None:
        """Lines to write on by hand: signatures, places, dates."""
        self.blocks.append({"kind": "lines", "items": [piece(label) for label in labels]})

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table."""
        told = [list(row) for row in rows]
        self.blocks.append({"kind": "table", "heads": [piece(head) for head in heads], "rows": told})

    def code(self, svg: str, alt: str) -> None:
        """A square code to be photographed."""
        self.blocks.append({"kind": "code", "svg": svg, "alt": alt})

    def plain(self) -> dict[str, Any]:
        """The paper as JSON values, in the language of the reader."""
        language = reader().language
        return {
            "lang": language.partition("_")[0], "title": self.title, "title_en": self.title_en, "second": self.second,
            "number": self.number, "foot": self.foot or standing(language), "blocks": _kept_together(self.blocks),
        }  # fmt: skip


def _kept_together(blocks: Sequence[Piece]) -> list[Piece]:
    """The blocks, each one to write on in one piece with what stands above it and with the heading of that."""
    found: list[Piece] = []
    for block in blocks:
        if block["kind"] == "lines" and found:
            above = [found.pop()]
            if found and above[0]["kind"] != "heading" and found[-1]["kind"] == "heading":
                above.insert(0, found.pop())
            found.append({"kind": "together", "blocks": [*above, block]})
        else:
            found.append(block)
    return found


def piece(text: str, english: str = "") -> Piece:
    """A text, and the same in English where it has to stand beside it."""
    return {"text": text, "en": english}


def standing(language: str) -> str:
    """What the foot of a paper says about its translation; nothing where all of it is reviewed."""
    if not catalogue.is_partial(language):
        return ""
    return say("Parts of this paper were translated by a machine and not checked yet.")


def label(policies: Policies, code_list: str, code: str) -> str:
    """What people read for a code, in the language of the reader."""
    return say_as(code_list, policies.label(code_list, code))
