"""Every sentence that a page shows passes through here, in templates as `_("...")`: the one place to translate.

English is the source. A sentence that has no translation is shown in English, and a page marks it as such; a sentence
about safety, consent or why a step is blocked is followed by the English one until somebody has reviewed its
translation (docs/decisions/0015).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from app.kit import catalogue
from app.kit.catalogue import Catalogue, Parts
from app.kit.reader import reader

__all__ = ["CRITICAL", "FALLBACKS", "Word", "apart", "finished", "mark", "marking", "plain", "plural", "say", "say_as"]

# Contexts whose sentences somebody could come to harm by, if they were translated badly.
CRITICAL: Final = frozenset({"safety", "consent", "block"})
# Language -> how often this process has shown an English sentence for want of a translation.
FALLBACKS: Final[Counter[str]] = Counter()
# Around a piece in English on a page in another language. Not characters (Unicode, 23.7), so nobody can type them.
_FROM, _TO = "\ufdd0", "\ufdd1"
# What stands between several sentences that were put into one place.
_BETWEEN: Final = "; "
_FOREIGN: Final = re.compile(f"{_FROM}([^{_FROM}{_TO}]*){_TO}")
_PIECES: Final = re.compile(r"<[^>]*>|[^<]+")
# Elements whose content is text alone: a piece in another language cannot be marked there.
_TEXT_ALONE: Final = re.compile(r"<(/?)(?:title|option|textarea|script|style)\b", re.ASCII)
_PLACEHOLDER_FAULTS: Final = (KeyError, ValueError, TypeError)
_MARKING: ContextVar[bool] = ContextVar("marking", default=False)


class Word(str):
    """A word in the reader's language that knows its English: an English sentence it is put into stays English."""

    __slots__ = ("english",)
    english: str

    @classmethod
    def of(cls, said: str, english: str) -> Word:
        """``said``, which is ``english`` in English."""
        word = cls(said)
        word.english = english
        return word


def say(text: str, **values: object) -> str:
    """The sentence ``text`` in the reader's language, with ``values`` put where it says %(name)s."""
    return _said(None, text, None, values)


def say_as(context: str, text: str, **values: object) -> str:
    """As `say`, for a word whose meaning depends on where it stands: ``context`` is state, step, safety, block ..."""
    return _said(context, text, None, values)


def mark(text: str) -> str:
    """``text`` itself, found by whoever collects sentences: it is said later, when the reader is known."""
    return text


def plural(one: str, many: str, count: int, **values: object) -> str:
    """``one`` or ``many``, whichever the reader's language uses for ``count``, which both may hold as %(count)s."""
    return _said(None, one, one if count == 1 else many, {"count": count, **values})


@contextmanager
def marking() -> Iterator[None]:
    """Inside the block pieces in English are marked; what was written goes through `finished` or `plain`."""
    token = _MARKING.set(True)
    try:
        yield
    finally:
        _MARKING.reset(token)


def finished(html: str) -> str:
    """A page whose pieces in English are elements that say so; in attributes and titles they are text alone."""
    if _FROM not in html:
        return html
    alone = False
    written = []
    for piece in _PIECES.findall(html):
        if piece.startswith("<"):
            if tag := _TEXT_ALONE.match(piece):
                alone = not tag[1]
            written.append(plain(piece))
        else:
            written.append(plain(piece if alone else _FOREIGN.sub(r'<span lang="en">\1</span>', piece)))
    return "".join(written)


def plain(text: str) -> str:
    """``text`` without the marks of `marking`."""
    return text.replace(_FROM, "").replace(_TO, "")


def apart(text: str) -> tuple[str, str]:
    """What of a sentence said inside `marking` is in the reader's language, and what is English, without brackets."""
    english = " ".join(_FOREIGN.findall(text))
    own = _FOREIGN.sub("", text).strip()
    return own, english.removeprefix("(").removesuffix(")") if own else english


def _said(context: str | None, text: str, counted: str | None, values: Mapping[str, object]) -> str:
    """``counted``: how English says it for this count, where ``text`` is the word for one."""
    language = reader().language
    if language == catalogue.SOURCE:
        return _filled(counted or text, values)
    known = catalogue.of(language)
    spoken: tuple[str, bool] | None = None
    found = known.find(context, text)
    if found is not None:
        try:
            spoken = _filled(found.text, values), found.reviewed
        except _PLACEHOLDER_FAULTS:
            spoken = None
    elif not values and (parts := catalogue.taken_apart(text)) is not None:
        context = context or parts.context
        spoken = _assembled(known, context, parts)
    if spoken is None:
        FALLBACKS[language] += 1
        return _foreign(_filled(counted or text, _in_english(values)))
    if context in CRITICAL and not spoken[1]:
        return f"{spoken[0]} {_foreign(f'({_filled(text, _in_english(values))})')}"
    return spoken[0]


def _assembled(known: Catalogue, context: str | None, parts: Parts) -> tuple[str, bool] | None:
    """A sentence that came put together, in English, said part by part, and whether all of it is reviewed."""
    found = known.find(context, parts.text)
    if found is None:
        return None
    told, whole = {}, found.reviewed
    for name, value in parts.values.items():
        told[name], reviewed = _inside(known, context, value)
        whole = whole and reviewed
    try:
        return _filled(found.text, told), whole
    except _PLACEHOLDER_FAULTS:
        return None


def _inside(known: Catalogue, context: str | None, value: str) -> tuple[str, bool]:
    """What was put into a sentence: a sentence of ours is said, a number, a code or a name stays as it is."""
    if catalogue.is_known(value):
        found = known.find(context, value)
        return (found.text, found.reviewed) if found is not None else (_foreign(value), False)
    parts = catalogue.taken_apart(value)
    if parts is None:
        pieces = value.split(_BETWEEN)
        if len(pieces) == 1 or not all(map(catalogue.is_known, pieces)):
            return value, True
        told = [_inside(known, context, piece) for piece in pieces]
        return _BETWEEN.join(text for text, _ in told), all(reviewed for _, reviewed in told)
    return _assembled(known, context, parts) or (_foreign(value), False)


def _in_english(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value.english if isinstance(value, Word) else value for name, value in values.items()}


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text % values if values else text


def _foreign(text: str) -> str:
    """A piece in English, marked as such where a page is being written."""
    return f"{_FROM}{plain(text)}{_TO}" if _MARKING.get() else text
