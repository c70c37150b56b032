"""From a record's model to the inputs of a page: one question for each field, in the words the field itself carries."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from app.casework.forms import SILENT, Amount, Asked, Coded, ForChild, Form, From, OfWorker, Short, Unasked, Words
from app.kit.words import mark

__all__ = ["NO", "RETIRED", "SILENCES", "YES", "Choice", "Input", "given_inputs", "inputs_of", "with_offers"]

YES: Final = "yes"
NO: Final = "no"
# In the order they are offered, after the answers proper.
SILENCES: Final[Mapping[str, str]] = {
    "not_asked": mark("Not asked"),
    "no_wish_to_answer": mark("Does not want to answer"),
    "not_known": mark("Not known"),
}
WHY: Final = "why"
RECORD: Final = "record"
GIVEN: Final = "given"
CURRENCIES: Final = "currency"
# At the end of a source that is a list of codes: with those that nobody is asked for any more.
RETIRED: Final = "+retired"
# More choices than this are a list to open; fewer are all seen at once.
MOST_SEEN: Final = 6
Look = Literal["choice", "boxes", "date", "number", "amount", "text", "long", "lines", "rows"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that is offered: a code and its word, marked, or found in a code list if one is named.

    group: a word over several answers, marked, or a code of ``group_list``. proper: the word is a name of an office or
    a place, which nobody translates.
    """

    code: str
    word: str = ""
    code_list: str = ""
    group: str = ""
    group_list: str = ""
    proper: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """One question of a page.

    name: as it is posted; field: as the model calls it. source: the list that whoever shows the page has to offer
    (`with_offers`). yes_no: the answer is true or false. silent: it may stay open, and the page asks why; where it is
    ``required`` too, one of the two is needed. preset: the answer that stands there at first. rows: the questions of
    each row of a list. for_child: it is asked only where the person is a child, or may be one. asked: it is put to the
    person. unasked: no page asks it; where a record says it, it is read. of_worker: the worker answers for it, so no
    silence of the person is offered, but "none of these".
    """

    name: str
    field: str
    look: Look
    title: str
    hint: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    source: str = ""
    yes_no: bool = False
    silent: bool = False
    preset: str = ""
    most: int | None = None
    rows: tuple[Input, ...] = ()
    for_child: bool = False
    asked: bool = False
    unasked: bool = False
    of_worker: bool = False

    @property
    def why(self) -> str:
        """The name under which a page posts why there is no answer: among the choices, or beside what is written."""
        return self.name if self.look == "choice" else f"{self.name}_{WHY}"

    @property
    def is_select(self) -> bool:
        """Whether the choices are too many to be seen at once."""
        return len(self.choices) > MOST_SEEN


@lru_cache(maxsize=128)
def inputs_of(form: type[Form], under: str = RECORD) -> tuple[Input, ...]:
    """The questions of a form in the order of its fields; names begin with ``under``.

    TypeError for a field of a type that no page can ask for, or without a title: a new kind is found out at once.
    """
    found = tuple(_input(f"{under}-{name}", name, info) for name, info in form.model_fields.items() if name != SILENT)
    # Only what asks the person has a place to keep the reasons in: no sheet of the house, no row of an officer's list.
    return found if SILENT in form.model_fields else tuple(replace(each, silent=False) for each in found)


def given_inputs(given: Mapping[str, str]) -> tuple[Input, ...]:
    """The questions for the codes that a step takes beside its form (input name -> code list)."""
    return tuple(
        Input(f"{GIVEN}-{name}", name, "choice", _GIVEN_TITLES.get(name, name), required=True, source=f"code:{codes}")
        for name, codes in given.items()
    )


_GIVEN_TITLES: Final = {"reason": mark("For what reason?")}


def with_offers(inputs: Iterable[Input], offers: Mapping[str, Sequence[Choice]]) -> tuple[Input, ...]:
    """The same questions with the lists they draw on (source -> choices) put in; ``code:X`` is the code list X."""
    return tuple(_offering(each, offers) for each in inputs)


def _offering(each: Input, offers: Mapping[str, Sequence[Choice]]) -> Input:
    changed: dict[str, Any] = {}
    if each.source:
        changed["choices"] = tuple(offers[each.source])
    if each.rows:
        changed["rows"] = with_offers(each.rows, offers)
    return replace(each, **changed) if changed else each


def _input(name: str, field: str, info: FieldInfo) -> Input:
    if not info.title:
        raise TypeError(f"{name} has no title to be asked with")
    inner, optional, metadata = _opened(info.annotation, tuple(info.metadata))
    asked = next((each for each in metadata if isinstance(each, Asked)), None)
    if asked is not None and (not optional or info.is_required()):
        raise TypeError(f"{name} asks the person and leaves no room for their silence")
    required = info.is_required() or (asked is not None and asked.must)
    of_worker = any(isinstance(each, OfWorker) for each in metadata)
    common: dict[str, Any] = {
        "name": name, "field": field, "title": info.title, "hint": info.description or "",
        "required": required, "of_worker": of_worker,
        "asked": asked is not None,
        "for_child": any(isinstance(each, ForChild) for each in metadata),
        "unasked": any(isinstance(each, Unasked) for each in metadata),
    }  # fmt: skip
    source = next((each.source for each in metadata if isinstance(each, From)), "")
    coded = _list_of(metadata)
    words = next((each.words for each in metadata if isinstance(each, Words)), None)
    # A code that may stay open always says why; what is written does where the person is asked. A list that is offered
    # for a text is a help, never a question about silence.
    one_of = inner is bool or get_origin(inner) is Literal or coded
    free = optional and not of_worker and not source and not common["unasked"]
    common["silent"] = asked is not None or bool(one_of and free)
    if inner is bool:
        preset = {True: YES, False: NO}.get(info.default, "") if not required else ""
        return Input(**common, look="choice", choices=_YES_NO, yes_no=True, preset=preset)
    if get_origin(inner) is Literal:
        if words is None or set(words) != set(get_args(inner)):
            raise TypeError(f"{name} has codes without words")
        return Input(**common, look="choice", choices=tuple(Choice(code, word) for code, word in words.items()))
    if coded or source:
        preset = str(info.default) if not required and info.default is not None else ""
        return Input(**common, look="choice", source=source or coded, preset=preset)
    if inner is date:
        return Input(**common, look="date")
    if inner is Amount:
        # The list is that of the currencies, in a field of its own beside the number.
        return Input(**common, look="amount", source=f"code:{CURRENCIES}")
    if inner is int:
        return Input(**common, look="number")
    if inner is str:
        most = _most(metadata)
        short = most is not None and most <= LONGEST_SHORT
        return Input(**common, look="text" if short else "long", most=most)
    if get_origin(inner) is tuple:
        return _list(common, get_args(inner)[0], name)
    raise TypeError(f"{name} is of a type no page can ask for: {inner}")


def _list(common: dict[str, Any], item: Any, name: str) -> Input:
    inner, _, metadata = _opened(item, ())
    source = next((each.source for each in metadata if isinstance(each, From)), "")
    coded = _list_of(metadata)
    if coded or source:
        return Input(**common, look="boxes", source=source or coded)
    if isinstance(inner, type) and issubclass(inner, Form):
        return Input(**common, look="rows", rows=inputs_of(inner, name))
    return Input(**common, look="lines")


def _list_of(metadata: tuple[Any, ...]) -> str:
    """What the list of a coded field is drawn from; nothing for any other."""
    coded = next((each for each in metadata if isinstance(each, Coded)), None)
    return f"code:{coded.code_list}{RETIRED if coded.retired else ''}" if coded is not None else ""


def _opened(annotation: Any, metadata: tuple[Any, ...]) -> tuple[Any, bool, tuple[Any, ...]]:
    """The bare type inside Annotated and `| None`, whether None is allowed, and all the metadata met on the way."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata = (*metadata, *more)
        elif origin in (Union, types.UnionType):
            kept = [each for each in get_args(annotation) if each is not type(None)]
            optional = True
            annotation = kept[0]
        else:
            return annotation, optional, metadata


def _most(metadata: Iterable[Any]) -> int | None:
    """The most characters that a constraint among ``metadata`` allows."""
    found = (getattr(each, "max_length", None) for each in metadata)
    return next((most for most in found if isinstance(most, int)), None)


LONGEST_SHORT: Final = _most(get_args(Short)[1:]) or 0
_YES_NO: Final = (Choice(YES, mark("Yes")), Choice(NO, mark("No")))
