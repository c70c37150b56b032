"""Forms filled in to the last field, and the same forms with every silence they take: made from the models themselves.

A kind's own example says what people usually write; what a field drops in storing or reading is seen only when every
field says something.
"""

from __future__ import annotations

import types
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.casework.forms import SILENT, Amount, Coded, Form, Listed
from app.casework.inputs import SILENCES, Input, inputs_of
from app.casework.kinds import KINDS
from app.casework.records import check
from app.kit.errors import Invalid
from policies.model import Policies

# What is called by its id, such as another record.
RECORD: Final = "0b7c5c1e-5d0a-4f0e-9d43-6a1f6f1b2c3d"
WORDS: Final = "Said in their own words: \u101e\u1010\u1004\u103a."
LATER: Final = timedelta(days=40)
# Every reason of silence comes up in turn.
_REASONS: Final = tuple(SILENCES)


def whole(policies: Policies, kind: str, example: dict[str, Any], today: date) -> dict[str, Any]:
    """The example of a kind with every field that it leaves out filled in, as far as the form takes that.

    AssertionError where not even the example is taken.
    """
    body = {name: value for name, value in deepcopy(example).items() if value is not None}
    assert body, f"{kind} has no example"
    check(policies, kind, body, today=today)
    # What no page asks is the program's own.
    asked = {each.field for each in inputs_of(KINDS[kind].form) if not each.unasked}
    made = (Maker(policies, today + LATER, WORDS), Maker(policies, today, "MM"), Maker(policies, today, RECORD))
    for maker in made * 2:
        fields = {
            name: maker.rows(info, body[name]) if name in body else maker.value(info)
            for name, info in KINDS[kind].form.model_fields.items()
            if name in asked
        }
        # One after the other; what is taken only together comes last.
        for tried in (*({name: value} for name, value in fields.items()), fields):
            wider = {**tried, **body} if tried is fields else {**body, **tried}
            body = wider if fits(policies, kind, wider, today) else body
    return body


def fits(policies: Policies, kind: str, body: dict[str, Any], today: date) -> bool:
    """Whether the form is taken."""
    try:
        check(policies, kind, body, today=today)
    except Invalid:
        return False
    return True


def other(policies: Policies, kind: str, body: dict[str, Any], today: date) -> dict[str, Any]:
    """The form with the questions that ``body`` leaves out because another is answered, in the place of that one."""
    maker = Maker(policies, today, "MM")
    for name in sorted(unfilled(kind, body)):
        for instead in body:
            rest = {field: value for field, value in body.items() if field != instead}
            tried = rest | {name: maker.value(KINDS[kind].form.model_fields[name])}
            if fits(policies, kind, tried, today):
                body = tried
                break
    return body


def silent(policies: Policies, kind: str, body: dict[str, Any], today: date) -> dict[str, Any]:
    """The same form where the person answers none of the questions they may leave open, also in the rows of lists."""
    said = body
    for number, each in enumerate(inputs_of(KINDS[kind].form)):
        wider = _quiet(each, said, number)
        said = wider if fits(policies, kind, wider, today) else said
    return said


def _quiet(each: Input, body: dict[str, Any], number: int) -> dict[str, Any]:
    """``body`` with no answer to one question, and why."""
    if each.rows and body.get(each.field):
        rows = body[each.field]
        for count, one in enumerate(each.rows):
            rows = [_quiet(one, row, number + count) for row in rows]
        return {**body, each.field: rows}
    if not each.silent:
        return body
    open_ones = {name: value for name, value in body.items() if name != each.field}
    return open_ones | {SILENT: {**body.get(SILENT, {}), each.field: _REASONS[number % len(_REASONS)]}}


def unfilled(kind: str, body: dict[str, Any]) -> set[str]:
    """The questions of a form that ``body`` leaves out."""
    return {each.field for each in inputs_of(KINDS[kind].form) if not each.unasked and each.field not in body}


def _row_model(annotation: Any) -> type[Form] | None:
    if isinstance(annotation, type) and issubclass(annotation, Form) and annotation is not Amount:
        return annotation
    found = (_row_model(each) for each in get_args(annotation))
    return next((each for each in found if each is not None), None)


@dataclass(frozen=True)
class Maker:
    """Makes a value for any field: ``day`` for days, ``text`` where nothing is listed."""

    policies: Policies
    day: date
    text: str

    def value(self, info: FieldInfo) -> Any:
        """What a field could say."""
        return self._of(info.annotation, list(info.metadata))

    def rows(self, info: FieldInfo, said: Any) -> Any:
        """The rows of a list, each with the fields filled in that it leaves out; anything else as it was said."""
        model = _row_model(info.annotation)
        if model is None or not isinstance(said, list):
            return said
        return [{**self._row(model), **each} for each in said]

    def _row(self, model: type[Any]) -> dict[str, Any]:
        return {name: self.value(info) for name, info in model.model_fields.items() if name != SILENT}

    def _of(self, annotation: Any, metadata: list[Any]) -> Any:
        inner = getattr(annotation, "__metadata__", None)
        if inner is not None:
            return self._of(get_args(annotation)[0], [*inner, *metadata])
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin in (Union, types.UnionType):
            return self._of(next(each for each in arguments if each is not type(None)), metadata)
        if origin is Literal:
            return next(each for each in arguments if each is not None)
        if origin is tuple:
            return [self._of(arguments[0], [])]
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self._row(annotation)
        return self._leaf(annotation, metadata)

    def _leaf(self, annotation: Any, metadata: list[Any]) -> Any:
        if annotation in (bool, int):
            return annotation(3)
        if annotation is date:
            return self.day.isoformat()
        coded = next((each for each in metadata if isinstance(each, Coded)), None)
        if coded is not None:
            return min(self.policies.codes[coded.code_list].codes)
        listed = next((each.what for each in metadata if isinstance(each, Listed)), "")
        return {"office": "th-datip", "border_point": "mae-sot-myawaddy", "country": "TH"}.get(listed, self.text)
