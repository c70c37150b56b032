"""Compares those who are near a person anew when somebody is alleged to have taken part, and sees that others act.

A guard refuses the next step; this tells at once. Nobody is named, and who is alleged stays behind the wall of the
incident: those who protect are told that the person is in danger, and the guardian or the contact is decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, or_, select

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework import alarm, carry, incidents
from app.casework.conflict_check import guardian_named, names_of_relative
from app.casework.held import OFFICE, Held, at_matter, hold_case
from app.casework.opening import TEAM
from app.casework.suspects import Suspect, matching, suspect_of, suspects_of
from app.models.user import User
from workflows.consequences import IN_DANGER
from workflows.effects import Alert, OpenTask
from workflows.facts import CaseFacts
from workflows.guards.relatives import IN_TOUCH, RELATIVE
from workflows.identification import APPOINT_GUARDIAN
from workflows.relative import DECIDE_CONTACT, Relative

# The guardian that there is does not count, and nobody waits for a presumption.
_ANOTHER_GUARDIAN: Final = replace(APPOINT_GUARDIAN, unless=None)
# Colleagues of somebody who is alleged are not told by way of that colleague.
_OF_COLLEAGUE: Final = Alert(IN_DANGER.kind, "override:grant")


def named(desk: Desk, incident: Row[Any], role: str, names: tuple[str, ...]) -> None:
    """Somebody was named among the alleged of an incident: compare with those near each person of it.

    In the transaction that named them, and before the actor's own case is written to: all cases are locked in one
    order.
    """
    suspects = (suspect_of(incident.id, role, names),)
    with rows.as_the_house(desk.session, desk.actor.country):
        for case_id in sorted(incidents.cases_of(desk, incident.id)):
            _compare(desk, hold_case(desk, case_id), suspects)


def tied(desk: Desk, case_id: str) -> None:
    """A case was tied to an incident: compare those near the person with all who are alleged of it."""
    suspects = suspects_of(desk, case_id)
    if suspects:
        with rows.as_the_house(desk.session, desk.actor.country):
            _compare(desk, hold_case(desk, case_id), suspects)


def _compare(desk: Desk, held: Held, suspects: tuple[Suspect, ...]) -> None:
    facts = held.facts
    if not isinstance(facts, CaseFacts) or facts.care == "closed" or held.erased:
        return
    looked(desk, "suspects_compared", "case", held.id)
    colleagues = _colleagues(desk, held, facts, suspects)
    near = _guardian(desk, held, facts, suspects) | _relatives(desk, held, facts, suspects)
    if near:
        alarm.raised(desk, held, IN_DANGER, colleagues)
    if colleagues:
        alarm.raised(desk, held, _OF_COLLEAGUE, colleagues)


def _guardian(desk: Desk, held: Held, facts: CaseFacts, suspects: tuple[Suspect, ...]) -> bool:
    """Whether the guardian who serves may be one of them; another one is asked for then."""
    keeper = facts.guardian_on(desk.today)
    if not facts.child or keeper is None or not keeper.serves_on(desk.today):
        return False
    if not matching(suspects, guardian_named(desk, held, keeper.since) or ""):
        return False
    carry.follow_record(desk, held, (_ANOTHER_GUARDIAN,))
    return True


def _relatives(desk: Desk, held: Held, facts: CaseFacts, suspects: tuple[Suspect, ...]) -> bool:
    """Whether a relative in touch may be one of them; the contact that goes through us is decided anew then."""
    found = [
        each for each in facts.matters_of(RELATIVE)
        if each.state in IN_TOUCH and matching(suspects, *names_of_relative(desk, held, each.id))
    ]  # fmt: skip
    for each in found:
        if each.state == Relative.IN_CONTACT:
            anew: OpenTask = replace(DECIDE_CONTACT, once=True)
            carry.follow_record(desk, at_matter(held, each.id), (anew,))
    return bool(found)


def _colleagues(desk: Desk, held: Held, facts: CaseFacts, suspects: Iterable[Suspect]) -> frozenset[str]:
    """The accounts of those who work on the case, or in the shelter where the person is, who may be one of them."""
    on_team = select(TEAM.c.user_id).where(
        TEAM.c.case_id == held.id, or_(TEAM.c.until.is_(None), TEAM.c.until > desk.now)
    )
    shelter = facts.bed_used.shelter if facts.bed_used is not None else None
    there = select(OFFICE.c.id).where(OFFICE.c.code == shelter, OFFICE.c.country == desk.actor.country)
    query = select(User.id, User.display_name).where(
        User.active.is_(True),
        or_(User.id.in_(on_team), User.id == held.row.case_manager_id, User.office_id.in_(there)),
    )
    found = desk.session.execute(query).all()
    return frozenset(row.id for row in found if matching(suspects, row.display_name))
