"""What stands around every page of a case: the bar that names no one, the sections, and who can see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import case_by_reference
from app.casework import fieldgroups
from app.casework.held import Held, hold_case
from app.casework.reach import SEEING, reach_of
from app.casework.stages import stage_of
from app.kit.words import mark
from workflows.facts import CaseFacts

__all__ = ["CLOSED", "STAGE_WORDS", "Bar", "Opened", "open_case"]

CLOSED: Final = "closed"
# Stage -> what people read for it.
STAGE_WORDS: Final = {
    "identification": mark("Identification"),
    "shelter": mark("In protection"),
    "recovery": mark("Recovery"),
    "repatriation": mark("On the way home"),
    "reintegration": mark("Building a life"),
    CLOSED: mark("Closed"),
}
_PRESSING: Final = frozenset({"high", "serious"})
# Name, path below the case, title, and the permissions of which any that reaches the case opens it.
_SECTIONS: Final = (
    ("overview", "", mark("Overview"), (SEEING,)),
    ("timeline", "/timeline", mark("Timeline"), ("timeline:read",)),
    ("needs", "/needs", mark("Needs and services"), ("record:read",)),
    ("documents", "/documents", mark("Documents"), ("record:read",)),
    ("people", "/people", mark("People"), (SEEING,)),
    ("incident", "/incident", mark("Incident"), (SEEING,)),
    ("consents", "/consents", mark("Consents"), (SEEING,)),
    ("access", "/access", mark("Access"), (SEEING, "audit:read", "access:explain")),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """What the top of a case's page says. risk: a code of risk_level, only where it presses; "" otherwise."""

    reference: str
    path: str
    stage: str
    stage_word: str
    child: bool
    age_band: str
    language: str
    risk: str
    danger: bool
    held: bool
    sealed: bool
    flags: tuple[str, ...]
    reveals: bool
    sections: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as somebody opened it: its row, facts within their field groups, and how far their permissions reach."""

    row: Row[Any]
    held: Held
    facts: dict[str, Any]
    reach: Callable[[str], bool]
    bar: Bar

    @property
    def id(self) -> str:
        """The id of the case."""
        return str(self.row.id)

    @property
    def path(self) -> str:
        """The address of its first page."""
        return self.bar.path


def open_case(desk: Desk, reference: str, permission: str = SEEING, look: str = "", **detail: Any) -> Opened:
    """The case of that reference, for whoever may do ``permission`` to it.

    look: what the book of looks says; nothing where the caller's service writes it. NotFound as `case_by_reference`.
    """
    row = case_by_reference(desk, permission, reference)
    if look:
        looked(desk, look, "case", row.id, detail or None)
    held = hold_case(desk, row.id, lock=False)
    assert isinstance(held.facts, CaseFacts)
    facts = fieldgroups.case_facts(desk, held.facts)
    reach = reach_of(desk, row.id, permission)
    return Opened(row, held, facts, reach, _bar(row, facts, reach))


def _bar(row: Row[Any], facts: dict[str, Any], reach: Callable[[str], bool]) -> Bar:
    path = f"/cases/{row.reference}"
    stage = stage_of(facts["care"]) or CLOSED
    level = (facts.get("needs") or {}).get("level", "")
    return Bar(
        reference=row.reference,
        path=path,
        stage=stage,
        stage_word=STAGE_WORDS[stage],
        child=facts["child"],
        age_band=facts["age_band"],
        language=facts["language"],
        risk=level if level in _PRESSING else "",
        danger=bool(facts.get("protection_risk")),
        held=bool(facts.get("detained")),
        sealed=row.sealed,
        flags=tuple(each["flag"] for each in facts["flags"]),
        reveals=reach("identity:reveal"),
        sections=tuple(
            (name, path + below, title)
            for name, below, title, permissions in _SECTIONS
            if any(reach(each) for each in permissions)
        ),
    )
