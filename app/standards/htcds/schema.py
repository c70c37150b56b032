"""The JSON Schema (draft 2020-12) of a file of HTCDS records, made from the policy file of the standard."""

from __future__ import annotations

import json
from typing import Any, Final

from app.standards.htcds.cells import FIRST_YEAR, LAST_YEAR, MOST_LETTERS, NEW_WORD
from app.standards.htcds.rows import MORE, RECORD, ROW, UNKNOWN
from policies.standards import Standard, StandardField, StandardList

__all__ = ["schema", "text"]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_YEARS: Final = r"(19\d\d|20\d\d|2100)"
_KEPT: Final = {
    "type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}  # fmt: skip


def schema(standard: Standard) -> dict[str, Any]:
    """The schema of the whole file: an object with `records`, or a bare array of them."""
    assert (FIRST_YEAR, LAST_YEAR) == (1900, 2100)
    records = {"type": "array", "items": {"$ref": "#/$defs/record"}}
    return {
        "$schema": DRAFT,
        "$id": f"urn:waymark:standards:{standard.name}",
        "title": f"{standard.title} {standard.version}",
        "description": (
            f"{standard.attribution} This schema is Waymark's own: the standard has none. Names are those of the"
            " standard; columns that begin with x_waymark_ are ours, others that begin with x_ are carried along."
        ),
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    "standard": {"const": "HTCDS"},
                    "version": {"const": standard.version},
                    "about": {"type": "object"},
                    "records": records,
                },
                "required": ["records"],
                "additionalProperties": False,
            },
            records,
        ],
        "$defs": {
            "record": {
                "title": "One row of a record",
                "description": "A second event, plan, comment or referral of a record stands in a row of its own.",
                "type": "object",
                "properties": {
                    **{name: _field(standard, name, field) for name, field in standard.fields.items()},
                    RECORD: {"type": "string", "description": "The record that the row belongs to."},
                    ROW: {"type": "integer", "minimum": 1, "description": "Which row of its record it is."},
                    UNKNOWN: {
                        **_KEPT,
                        "description": "Field: what stood there and is no value of the list, as it came.",
                    },
                    MORE: {**_KEPT, "description": "Field: further values, where the standard has room for one."},
                },
                "patternProperties": {"^x_": True},
                "additionalProperties": False,
            },
            **{f"list_{name}": _list(each) for name, each in standard.lists.items()},
        },
    }


def _field(standard: Standard, name: str, field: StandardField) -> dict[str, Any]:
    said: dict[str, Any] = {"title": field.label, **_type(field)}
    notes = [standard.sections[field.section]]
    if field.core:
        notes.append("core")
    if field.note:
        notes.append(field.note)
    said["description"] = "; ".join(notes)
    if field.deprecated:
        said["deprecated"] = True
    return said


def _type(field: StandardField) -> dict[str, Any]:
    if field.type == "many":
        return {"type": "array", "items": {"$ref": f"#/$defs/list_{field.list}"}, "uniqueItems": True}
    if field.type == "one":
        return {"$ref": f"#/$defs/list_{field.list}"}
    if field.type == "bool":
        return {"type": "boolean"}
    if field.type == "date":
        return {"type": "string", "format": "date", "pattern": rf"^{_YEARS}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}
    if field.type in ("number", "place"):
        limits = {"minimum": field.least, "maximum": field.most}
        kind = "integer" if field.whole else "number"
        return {"type": kind, **{name: limit for name, limit in limits.items() if limit is not None}}
    said: dict[str, Any] = {"type": "string", "maxLength": MOST_LETTERS}
    if field.pattern is not None:
        said["pattern"] = field.pattern
    return said


def _list(values: StandardList) -> dict[str, Any]:
    said: dict[str, Any] = {"title": values.title, "type": "string"}
    if values.pattern is not None:
        return {**said, "pattern": values.pattern}
    if values.open:
        return {**said, "pattern": f"^{NEW_WORD.pattern}$", "examples": list(values.codes)}
    return {**said, "oneOf": [{"const": code, "title": each.label} for code, each in values.codes.items()]}


def text(standard: Standard) -> str:
    """The schema as it is published."""
    return json.dumps(schema(standard), ensure_ascii=False, indent=2) + "\n"
