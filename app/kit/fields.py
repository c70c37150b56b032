"""Rules of form that were broken, named field by field and rule by rule, without repeating what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import core_schema

from app.kit.errors import Invalid

__all__ = ["at_field", "broken_rules", "invalid"]

PLACES = frozenset({"body", "query", "path", "header", "cookie"})
# A field name that the caller made up could itself be a piece of somebody's story.
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
MOST_RULES_TOLD = 50
KNOWN_TYPES = frozenset(get_args(core_schema.ErrorType))

# Rule -> what to do about it. Only limits that our own models set may stand in the places for values.
SENTENCES: Mapping[str, str] = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field here.",
    "json_invalid": "The body is not valid JSON.",
    "string_type": "Send text.",
    "string_too_short": "Use at least %(min_length)s characters.",
    "string_too_long": "Use at most %(max_length)s characters.",
    "string_pattern_mismatch": "The text does not have the form asked for.",
    "string_unicode": "The text holds characters that cannot be stored.",
    "int_type": "Send a whole number.",
    "int_parsing": "Send a whole number.",
    "int_parsing_size": "The number is too large.",
    "int_from_float": "Send a whole number.",
    "float_type": "Send a number.",
    "float_parsing": "Send a number.",
    "finite_number": "Send a number that is not infinite.",
    "bool_type": "Send true or false.",
    "bool_parsing": "Send true or false.",
    "greater_than": "Use more than %(gt)s.",
    "greater_than_equal": "Use %(ge)s or more.",
    "less_than": "Use less than %(lt)s.",
    "less_than_equal": "Use %(le)s or less.",
    "too_short": "List at least %(min_length)s.",
    "too_long": "List at most %(max_length)s.",
    "list_type": "Send a list.",
    "dict_type": "Send an object.",
    "model_type": "Send an object.",
    "model_attributes_type": "Send an object.",
    "enum": "Choose one of: %(expected)s.",
    "literal_error": "Choose one of: %(expected)s.",
    "union_tag_invalid": "Choose one of: %(expected_tags)s.",
    "union_tag_not_found": "Say which kind this is.",
    "uuid_type": "Send an id.",
    "uuid_parsing": "This is not an id.",
    "date_type": "Send a date as YYYY-MM-DD.",
    "date_parsing": "Send a date as YYYY-MM-DD.",
    "date_from_datetime_parsing": "Send a date as YYYY-MM-DD.",
    "date_from_datetime_inexact": "Send a date without a time of day.",
    "date_past": "The date must lie in the past.",
    "date_future": "The date must lie in the future.",
    "datetime_type": "Send a date and time with its zone, as 2026-11-23T09:30:00+07:00.",
    "datetime_parsing": "Send a date and time with its zone, as 2026-11-23T09:30:00+07:00.",
    "datetime_from_date_parsing": "Send a date and time with its zone, as 2026-11-23T09:30:00+07:00.",
    "timezone_aware": "Say the time zone, as +07:00 or Z.",
    "url_parsing": "This is not a web address.",
}
OTHERWISE = "The value is not allowed here."


def at_field(field: str, sentence: str, source: str = "") -> dict[str, Any]:
    """The ``extra`` of a refusal that is told at one field: the marked ``sentence`` is its rule, too.

    ``source``: the id of the text that demands it, where one does.
    """
    cited = {"source": source} if source else {}
    return {"errors": [{"field": field, "rule": sentence, "sentence": sentence, **cited}]}


def broken_rules(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what is wrong, at most 50 entries of `in`, `field`, `rule` and `sentence`.

    A model that wants a sentence of its own raises `PydanticCustomError("code", "Sentence.")` without
    a context; the text of a plain ValueError is not shown, since it may quote the value.

    Args:
        errors: pydantic's list of errors, as `ValidationError.errors()` gives it.
    """
    told = []
    for error in list(errors)[:MOST_RULES_TOLD]:
        place, field = _whereabouts(error.get("loc", ()))
        rule = str(error.get("type", "invalid"))
        told.append({"in": place, "field": field, "rule": rule, "sentence": _sentence(rule, error)})
    return told


def invalid(source: ValidationError | Iterable[Mapping[str, Any]]) -> Invalid:
    """Return the error (422) that tells which rules were broken.

    Args:
        source: a pydantic ValidationError, or the list of errors of a refused request.
    """
    if isinstance(source, ValidationError):
        source = source.errors(include_url=False, include_input=False)
    rules = broken_rules(source)
    count = "One rule is" if len(rules) == 1 else f"{len(rules)} rules are"
    return Invalid(f"{count} broken; see errors.", extra={"errors": rules})


def _whereabouts(loc: Iterable[str | int]) -> tuple[str, str]:
    parts = list(loc)
    place = str(parts.pop(0)) if parts and parts[0] in PLACES else "body"
    names = []
    for part in parts:
        known = isinstance(part, int) or FIELD_NAME.fullmatch(part)
        names.append(str(part) if known else "(unreadable name)")
    return place, ".".join(names)


def _sentence(rule: str, error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    if rule not in KNOWN_TYPES and not context:
        return str(error.get("msg", OTHERWISE))
    try:
        return SENTENCES.get(rule, OTHERWISE) % context
    except (KeyError, ValueError, TypeError):
        return OTHERWISE
