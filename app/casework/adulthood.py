"""Whether a record would turn a child into an adult: the question behind the guard adulthood_was_assessed."""

from __future__ import annotations

from typing import Any

from app.access.desk import Desk
from app.casework import projection, refold
from app.casework.forms import Entry, Form
from app.casework.held import Held
from app.casework.kinds.circumstances import Circumstances
from workflows.facts import CaseFacts
from workflows.guards.minors import TURNS_ADULT


def of_record(
    desk: Desk, held: Held, form: Form, entry: Entry, correction: refold.Correction | None
) -> dict[str, Any]:
    """What the guard has to be told; nothing for a record that says nothing of the age, or where nobody is a child.

    A correction may take a "may be a child" back, by which a child would turn adult just the same.
    """
    before = held.facts
    if not isinstance(form, Circumstances) or not isinstance(before, CaseFacts) or not before.child:
        return {}
    if correction is not None:
        return {TURNS_ADULT: not refold.case_facts(desk, held, correction).child}
    return {TURNS_ADULT: not projection.after_record(before, "circumstances", form, entry).child}
