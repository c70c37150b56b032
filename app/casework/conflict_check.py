"""Compares a name on a form with those alleged to have taken part: yes or no for the guards, and nothing for the actor.

Who they are stays behind the wall of the incident. Every comparison stands in the book of looks, refused or not, and a
refused attempt stands in the timeline too: nobody can try names unseen.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.access.log import noted
from app.casework import projection, refold
from app.casework.forms import Entry, RecordForm
from app.casework.held import Held
from app.casework.kinds.circumstances import Circumstances
from app.casework.kinds.guardian_appointment import GuardianAppointment
from app.casework.suspects import matching, suspects_of
from workflows.facts import CaseFacts
from workflows.guards.minors import MAY_BE_ALLEGED, TURNS_ADULT


def may_be_alleged(desk: Desk, case_id: str, name: str) -> bool:
    """Whether somebody of that name may be among the alleged offenders of the incident of a case."""
    found = bool(matching(suspects_of(desk, case_id), name))
    actor, now = desk.actor, desk.now

    def keep(session: Session) -> None:
        noted(session, actor, now, "suspects_compared", "case", case_id)

    desk.keep_if_refused(keep)
    return found


def of_record(
    desk: Desk, held: Held, form: RecordForm, entry: Entry, correction: refold.Correction | None
) -> dict[str, Any]:
    """What the guards of a record have to be told that its form cannot say; the caller adds it to what is given."""
    if isinstance(form, GuardianAppointment) and form.guardian_name:
        return {MAY_BE_ALLEGED: may_be_alleged(desk, held.id, form.guardian_name)}
    before = held.facts
    if isinstance(form, Circumstances) and isinstance(before, CaseFacts) and before.child:
        # A correction may take a "may be a child" back, by which a child would turn adult just the same.
        if correction is not None:
            after = refold.case_facts(desk, held, correction)
        else:
            after = projection.after_record(before, "circumstances", form, entry)
        return {TURNS_ADULT: not after.child}
    return {}
