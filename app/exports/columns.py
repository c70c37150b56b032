"""The columns a list of cases may have outside the program, each of one field group, and none that says who it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from app.casework.held import FACTS
from app.casework.stages import stage_of
from policies.model import FieldGroup

# What the list of cases does not select by itself.
MORE: Final = (FACTS.c.exploitation, FACTS.c.facts)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the field group it belongs to, and its value in a row with the case's facts."""

    name: str
    group: FieldGroup
    value: Callable[[Row[Any], dict[str, Any]], Any]


def _stored(name: str) -> Callable[[Row[Any], dict[str, Any]], Any]:
    return lambda row, _facts: getattr(row, name)


def _fact(name: str) -> Callable[[Row[Any], dict[str, Any]], Any]:
    return lambda _row, facts: facts.get(name)


COLUMNS: Final = (
    *(Column(name, FieldGroup.FACTS, _stored(name)) for name in ("reference", "office")),
    Column("stage", FieldGroup.FACTS, lambda row, _facts: stage_of(row.care)),
    *(
        Column(name, FieldGroup.FACTS, _stored(name))
        for name in ("identification", "care", "child", "age_band", "sex", "nationality", "exploitation")
    ),
    Column("opened_on", FieldGroup.FACTS, lambda row, _facts: row.opened_at.date()),
    *(Column(name, FieldGroup.FACTS, _fact(name)) for name in ("presumed_on", "referral_state", "closure")),
    Column("legal_hold", FieldGroup.LEGAL, _fact("legal_hold")),
    *(Column(name, FieldGroup.RISK, _fact(name)) for name in ("asylum_claim", "missing", "protection_risk")),
)


def seen(groups: Collection[FieldGroup]) -> tuple[Column, ...]:
    """The columns of the field groups a role sees."""
    return tuple(column for column in COLUMNS if column.group in groups)


def values(columns: Collection[Column], row: Row[Any]) -> list[str]:
    """One row of the file, each value as plain text."""
    facts: dict[str, Any] = json.loads(row.facts)
    return [_plain(column.value(row, facts)) for column in columns]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else str(value)
