"""Compares a name on a form with those alleged to have taken part: yes or no for the guards, and nothing for the actor.

Who they are stays behind the wall of the incident. Every comparison stands in the book of looks, refused or not, and a
refused attempt stands in the timeline too: nobody can try names unseen.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk
from app.access.log import noted
from app.casework import history, incidents, records
from app.casework.forms import Form
from app.casework.held import Held
from app.casework.kinds.consent import Consent
from app.casework.kinds.guardian_appointment import GuardianAppointment
from app.casework.suspects import matching, suspects_of
from workflows.guards.children import GUARDIAN_ALLEGED, guardian_is_appointed
from workflows.guards.minors import MAY_BE_ALLEGED
from workflows.guards.relatives import ALLEGED_RELATIVES, IN_TOUCH, NOT_NAMED, RELATIVE, family_was_checked
from workflows.recording import NEEDS_GUARDIAN
from workflows.step import Step

# The step by which the first word goes to a relative, and the kind of record that holds their name.
_CONTACT: Final = "allow_contact"
_RELATIVE: Final = "relative"
_GUARDIAN: Final = "guardian_appointment"


def may_be_alleged(desk: Desk, case_id: str, *names: str) -> bool:
    """Whether somebody of one of these names may be among the alleged offenders of the incident of a case."""
    found = bool(matching(suspects_of(desk, case_id), *names))
    actor, now = desk.actor, desk.now

    def keep(session: Session) -> None:
        noted(session, actor, now, "suspects_compared", "case", case_id)

    desk.keep_if_refused(keep)
    return found


def of_record(desk: Desk, held: Held, kind: str, form: Form) -> dict[str, Any]:
    """What the guards of a record have to be told that its form cannot say; the caller adds it to what is given."""
    if isinstance(form, GuardianAppointment) and form.guardian_name:
        return {MAY_BE_ALLEGED: may_be_alleged(desk, held.id, form.guardian_name)}
    asked = kind in NEEDS_GUARDIAN or (isinstance(form, Consent) and form.giver == "guardian")
    return _guardian(desk, held) if asked else {}


def of_step(desk: Desk, held: Held, step: Step) -> dict[str, Any]:
    """The same for a step: guardian and relative are compared anew each time, for the list of the alleged grows."""
    found: dict[str, Any] = {}
    if guardian_is_appointed in step.guards:
        found |= _guardian(desk, held)
    if family_was_checked in step.guards:
        found |= _relatives(desk, held)
    if found or step.name != _CONTACT or held.matter is None:
        return found
    names = names_of_relative(desk, held, held.matter.id)
    return {MAY_BE_ALLEGED: may_be_alleged(desk, held.id, *names), NOT_NAMED: _cannot_be_compared(desk, held.id, names)}


def _guardian(desk: Desk, held: Held) -> dict[str, Any]:
    """Whether the guardian of a child of an incident may have been named among the alleged since."""
    case, facts = held.case_held, held.case_facts
    keeper = facts.guardian_on(desk.today) if facts is not None else None
    if case is None or facts is None or not facts.child or keeper is None or case.erased:
        return {}
    if not incidents.belongs_already(desk, case.id):
        return {}
    name = guardian_named(desk, case, keeper.since)
    return {} if name is None else {GUARDIAN_ALLEGED: may_be_alleged(desk, case.id, name)}


def guardian_named(desk: Desk, case: Held, since: date) -> str | None:
    """What a case calls the guardian who was appointed last from that day on; None where nobody was.

    In the newest words: a correction of an earlier appointment makes nobody guardian again.
    """
    # An office that is only asked to take the case over, or to share in it, does not reach its records yet.
    with rows.as_the_house(desk.session, desk.actor.country):
        found = [row for row in records.rows_of(desk.session, case.id) if row.kind == _GUARDIAN]
    if not found:
        return None
    first: dict[str, str] = {}
    for row in found:
        first[row.id] = first.get(row.corrects_id, row.id)
    # Of each appointment its newest words, in the order in which they were made; the newest of the day counts.
    newest = {first[row.id]: row for row in found}
    key = case.key(desk)
    for row in found[::-1]:
        if row.corrects_id is None:
            body = records.opened(desk, newest[row.id], key)
            if body["since"] == since.isoformat():
                return str(body.get("guardian_name") or "")
    return None


def _relatives(desk: Desk, held: Held) -> dict[str, Any]:
    """Relatives in touch with a child who goes home to them, and who may have been named among the alleged since."""
    case, facts = held.case_held, held.case_facts
    found = facts.best_interests if facts is not None and facts.child else None
    if case is None or facts is None or case.erased or found is None or found.outcome != "family_reunion":
        return {}
    if not incidents.belongs_already(desk, case.id):
        return {}
    near = [each.id for each in facts.matters_of(RELATIVE) if each.state in IN_TOUCH]
    names = {each: names_of_relative(desk, case, each) for each in near}
    alleged = (
        each
        for each, known in names.items()
        if may_be_alleged(desk, case.id, *known) or _cannot_be_compared(desk, case.id, known)
    )
    return {ALLEGED_RELATIVES: frozenset(alleged)}


def _cannot_be_compared(desk: Desk, case_id: str, names: list[str]) -> bool:
    """Whether nobody said a name, although somebody is alleged whom it might be."""
    return not names and bool(suspects_of(desk, case_id))


def names_of_relative(desk: Desk, held: Held, matter_id: str) -> list[str]:
    """The names a relative was recorded under, with those that were corrected since."""
    found: dict[str, str] = {}
    for row in history.entries(desk.session, held.id):
        details = json.loads(row.canonical)["details"]
        record = details.get("record")
        ours = details.get("matter") == matter_id or details.get("corrects") in found
        if ours and isinstance(record, dict) and record["kind"] == _RELATIVE:
            kept = records.row_by_id(desk.session, record["id"])
            found[record["id"]] = _name_in(desk, held, kept) if kept is not None else ""
    return [name for name in found.values() if name]


def _name_in(desk: Desk, held: Held, row: Any) -> str:
    """The name that a record of a relative says; "" where the person kept it to themselves."""
    return str(records.opened(desk, row, held.key(desk)).get("name") or "")
