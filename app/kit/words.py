"""Every sentence that a page shows passes through here, in templates as `_("...")`: the one place to translate."""

from __future__ import annotations

__all__ = ["mark", "plural", "say", "say_as"]


def say(text: str, **values: object) -> str:
    """The sentence ``text`` in the reader's language, with ``values`` put where it says %(name)s."""
    return text % values if values else text


def say_as(context: str, text: str, **values: object) -> str:
    """As `say`, for a word whose meaning depends on where it stands: ``context`` is state, step, safety, block ..."""
    return say(text, **values)


def mark(text: str) -> str:
    """``text`` itself, found by whoever collects sentences: it is said later, when the reader is known."""
    return text


def plural(one: str, many: str, count: int, **values: object) -> str:
    """``one`` or ``many``, whichever the reader's language uses for ``count``, which both may hold as %(count)s."""
    return say(one if count == 1 else many, count=count, **values)
