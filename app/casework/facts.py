"""Facts in and out of the database: one canonical JSON document for each case and each referral copy."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from workflows.facts import CaseFacts, ReferralFacts

_CASE = TypeAdapter(CaseFacts)
_REFERRAL = TypeAdapter(ReferralFacts)
_PLAIN = frozenset({str, int, bool, type(None)})


def case_facts_from(text: str) -> CaseFacts:
    """The facts of a case from their stored JSON; ValidationError when they are damaged."""
    return _CASE.validate_json(text)


def referral_facts_from(text: str) -> ReferralFacts:
    """The facts of a referral copy from their stored JSON."""
    return _REFERRAL.validate_json(text)


def stored(facts: CaseFacts | ReferralFacts) -> str:
    """The facts as JSON text, always the same for the same facts (sets sorted, keys sorted)."""
    return json.dumps(plain(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def said(facts: CaseFacts | ReferralFacts) -> dict[str, Any]:
    """The facts that say something (no default), as plain JSON values: what the first event of a chain keeps.

    From it and from what came later the facts can be built again, exactly.
    """
    kept: dict[str, Any] = {}
    for each in dataclasses.fields(facts):
        value = getattr(facts, each.name)
        if each.default is dataclasses.MISSING or value != each.default:
            kept[each.name] = plain(value)
    return kept


def plain(value: Any) -> Any:
    """Facts as plain JSON values."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    names = _names(kind)
    if names:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass; none for any other type."""
    return tuple(each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()
