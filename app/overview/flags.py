"""The flags that are up on a case: why, since when and by whom, for everybody on its team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.access.desk import Desk
from app.access.log import looked
from app.casework import records
from app.overview import case_queries
from app.overview.case_frame import Opened
from workflows.facts import CaseFacts

__all__ = ["Raised", "raised"]


@dataclass(frozen=True, slots=True)
class Raised:
    """One flag. reason: the words of its record, empty where the reader may not open records; clear: where it ends."""

    flag: str
    since: date
    by: str
    reason: str
    clear: str


def raised(desk: Desk, opened: Opened) -> list[Raised]:
    """Every flag that is up, by its code; opening their records is noted."""
    facts = opened.held.facts
    assert isinstance(facts, CaseFacts)
    if not facts.flags:
        return []
    reasons = _reasons(desk, opened)
    names = case_queries.names_of(desk, (each.by for each in facts.flags))
    clears = opened.reach("case:flag")
    return [
        Raised(
            each.flag, each.since, names.get(each.by, ""), reasons.get(each.flag, ""),
            f"{opened.path}/records/new/flag_clearance?record-flag={each.flag}" if clears else "",
        )
        for each in facts.flags
    ]  # fmt: skip


def _reasons(desk: Desk, opened: Opened) -> dict[str, str]:
    """Code of a flag -> why it was raised last."""
    if opened.held.erased or not opened.reach("record:read"):
        return {}
    found: dict[str, str] = {}
    for row in case_queries.records_of_kinds(desk, opened.id, ["flag"]):
        body = records.opened(desk, row, opened.held.key(desk))
        if body["flag"] not in found:
            looked(desk, "record_opened", "case", opened.id, {"record": row.id, "kind": row.kind})
            found[body["flag"]] = body["reason"]
    return found
