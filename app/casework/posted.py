"""What a page posted for a form: turned into plain JSON for the model, with a sentence for each answer that is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from app.casework.forms import SILENT
from app.casework.inputs import GIVEN, NO, RECORD, SILENCES, YES, Input
from app.kit.errors import Invalid
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day, typed_number
from app.kit.words import mark

__all__ = ["TAKE", "Gathered", "at_fields", "fields_for", "gathered", "typed_of"]

# A field taken over from what somebody else wrote meanwhile: take-record-level = theirs.
TAKE: Final = "take-"
THEIRS: Final = "theirs"
DATE_PARTS: Final = ("day", "month", "year")
CURRENCY: Final = "currency"
_ROW: Final = re.compile(r"-(\d{1,2})-")
_MISSING: Final[Mapping[str, str]] = {
    "choice": mark("Choose an answer."),
    "boxes": mark("Choose at least one."),
    "date": mark("Write the day, the month and the year."),
    "number": mark("Write a number."),
    "amount": mark("Write the amount and choose the currency."),
    "text": mark("Write something here."),
    "long": mark("Write something here."),
    "lines": mark("Write at least one line."),
    "rows": mark("Fill in at least one."),
}
_NOT_BOTH: Final = mark("Give an answer, or say why there is none, not both.")
_NO_NUMBER: Final = mark("Write a whole number, such as 2.")


@dataclass(slots=True)
class Gathered:
    """The answers as plain JSON, and what is wrong: name of the input -> marked sentence."""

    body: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def must_be_whole(self) -> None:
        """Raise Invalid (422) naming the inputs, if any answer is missing or cannot be read."""
        if self.errors:
            rules = [{"field": name, "rule": said, "sentence": said} for name, said in self.errors.items()]
            raise Invalid("Some answers are missing or cannot be read.", extra={"errors": rules})


def gathered(inputs: Iterable[Input], typed: Typed, theirs: Mapping[str, Any] | None = None) -> Gathered:
    """The answers to ``inputs``, read from what was posted.

    theirs: the record somebody else wrote meanwhile, for the fields of which theirs was chosen.
    """
    found = Gathered()
    silent: dict[str, str] = {}
    for each in inputs:
        if each.unasked:
            continue
        if theirs is not None and typed.get(TAKE + each.name) == THEIRS:
            if theirs.get(each.field) is not None:
                found.body[each.field] = theirs[each.field]
            elif each.field in (theirs.get(SILENT) or {}):
                silent[each.field] = theirs[SILENT][each.field]
            continue
        why = typed.get(each.why, "").strip() if each.silent else ""
        if why in SILENCES:
            silent[each.field] = why
            if each.look != "choice" and _said(each, typed):
                found.errors[each.name] = _NOT_BOTH
            continue
        value = _value(each, typed.get(each.name, "").strip(), typed, found.errors)
        if value is not None:
            found.body[each.field] = value
        elif each.required and not any(_belongs(name, each.name) for name in found.errors):
            found.errors[each.name] = _MISSING[each.look]
    if silent:
        found.body[SILENT] = silent
    return found


def _said(each: Input, typed: Typed) -> bool:
    """Whether anything at all was typed as an answer."""
    if each.look == "rows":
        return bool(rows_typed(each, typed))
    parts = [f"{each.name}_{part}" for part in DATE_PARTS] if each.look == "date" else [each.name]
    return any(value.strip() for part in parts for value in typed.all(part))


def _belongs(name: str, of: str) -> bool:
    return name == of or name.startswith(f"{of}-")


def _value(each: Input, said: str, typed: Typed, errors: dict[str, str]) -> Any:
    """One answer as JSON; None where there is none, or where ``errors`` has been told what is wrong."""
    match each.look:
        case "choice":
            return {YES: True, NO: False}.get(said) if each.yes_no else said or None
        case "boxes":
            ticked = [value for value in typed.all(each.name) if value]
            return ticked if ticked or each.required else None
        case "lines":
            lines = [line.strip() for line in said.splitlines() if line.strip()]
            return lines if lines or each.required else None
        case "number":
            return _number(each, said, errors)
        case "amount":
            return _amount(each, said, typed, errors)
        case "date":
            return _date(each, typed, errors)
        case "rows":
            return _rows(each, typed, errors)
        case "text" | "long":
            return said or None


def _number(each: Input, said: str, errors: dict[str, str]) -> int | None:
    if not said:
        return None
    try:
        return typed_number(said)
    except ValueError:
        errors[each.name] = _NO_NUMBER
        return None


def _amount(each: Input, said: str, typed: Typed, errors: dict[str, str]) -> dict[str, Any] | None:
    """Whole units and the code of the currency; one without the other is no amount."""
    currency = typed.get(f"{each.name}_{CURRENCY}", "").strip()
    units = _number(each, said, errors)
    if units is not None and currency:
        return {"units": units, "currency": currency}
    if said and not currency and each.name not in errors:
        errors[each.name] = _MISSING["amount"]
    return None


def _date(each: Input, typed: Typed, errors: dict[str, str]) -> str | None:
    parts = [typed.get(f"{each.name}_{part}", "").strip() for part in DATE_PARTS]
    if not any(parts):
        return None
    try:
        return typed_day(*parts).isoformat()
    except ValueError as error:
        errors[each.name] = str(error)
        return None


def _rows(each: Input, typed: Typed, errors: dict[str, str]) -> list[Any]:
    found = []
    for number in rows_typed(each, typed):
        told = gathered(row_of(each, number), typed)
        errors.update(told.errors)
        found.append(told.body)
    return found


def rows_typed(each: Input, typed: Mapping[str, str]) -> list[int]:
    """The numbers of the rows of ``each`` in which something was typed."""
    said = {
        int(match[1])
        for name, value in typed.items()
        if name.startswith(each.name) and value.strip() and (match := _ROW.match(name, len(each.name)))
    }
    return sorted(said)


def row_of(each: Input, number: int) -> tuple[Input, ...]:
    """The questions of one row of a list, named with its number."""
    begin = len(each.name)
    return tuple(replace(one, name=f"{each.name}-{number}{one.name[begin:]}") for one in each.rows)


def fields_for(inputs: Iterable[Input], body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a page would have posted to give ``body`` (plain JSON): to show a record again for correction."""
    pairs: list[tuple[str, str]] = []
    silent = body.get(SILENT) or {}
    for each in inputs:
        value = body.get(each.field)
        if each.field in silent:
            pairs.append((each.why, silent[each.field]))
        elif value is None:
            continue
        elif each.look == "rows":
            for number, row in enumerate(value):
                pairs += fields_for(row_of(each, number), row)
        elif each.look == "boxes":
            pairs += [(each.name, str(code)) for code in value]
        elif each.look == "lines":
            pairs.append((each.name, "\n".join(value)))
        elif each.look == "date":
            day = date.fromisoformat(value)
            pairs += [(f"{each.name}_{part}", str(getattr(day, part))) for part in DATE_PARTS]
        elif each.look == "amount":
            pairs += [(each.name, str(value["units"])), (f"{each.name}_{CURRENCY}", value["currency"])]
        elif each.yes_no:
            pairs.append((each.name, YES if value else NO))
        else:
            pairs.append((each.name, str(value)))
    return pairs


def typed_of(inputs: Sequence[Input], body: Mapping[str, Any]) -> Typed:
    """`fields_for` as a form shows it again."""
    return Typed(fields_for(inputs, body))


def at_fields(error: Invalid) -> Invalid:
    """The same refusal, its rules at the inputs of a page: record.indicators.0.reason -> record-indicators-0-reason.

    What is about the form as a whole keeps no field of its own.
    """
    rules = [
        {**rule, "field": rule["field"].replace(".", "-"), "sentence": rule.get("sentence") or rule["rule"]}
        for rule in error.extra.get("errors", ())
        if rule["field"].partition(".")[0] in (RECORD, GIVEN) or "." not in rule["field"]
    ]
    return Invalid(error.detail, code=error.code, title=error.title, extra={**error.extra, "errors": rules})
