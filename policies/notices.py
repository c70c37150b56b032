"""Notices that are read out to a person: each right with its sources, and its words in every language."""

from __future__ import annotations

from typing import Self

from pydantic import Field, StrictBool, model_validator

from policies.terms import FrozenMap, Policy, Text


class NoticeItem(Policy):
    """One thing the person is told, and which texts oblige us to it."""

    sources: tuple[str, ...] = Field(min_length=1)


class NoticeWords(Policy):
    """A notice in one language. ``reviewed``: somebody who speaks it and knows the work has approved the words."""

    reviewed: StrictBool
    title: Text
    opening: Text
    closing: Text
    items: FrozenMap[Text]


class Notice(Policy):
    """What is read out, item by item, in the order of the file; English is always there."""

    name: str
    note: str = ""
    items: FrozenMap[NoticeItem] = Field(min_length=1)
    languages: FrozenMap[NoticeWords]

    @model_validator(mode="after")
    def _says_everything_in_every_language(self) -> Self:
        if "en" not in self.languages:
            raise ValueError("a notice needs its English words")
        for language, words in self.languages.items():
            missing = [item for item in self.items if item not in words.items]
            extra = [item for item in words.items if item not in self.items]
            if missing or extra:
                said = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"adds {', '.join(extra)}"] * bool(extra)
                raise ValueError(f"the words in {language} {' and '.join(said)}")
        return self
