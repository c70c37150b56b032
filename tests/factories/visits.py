"""Visits of case workers from abroad that are about a case: a wish about one has to name it."""

from __future__ import annotations

from app.access.desk import House
from app.casework import visiting
from app.casework.visiting_bodies import AskBody, SubjectBody, VisitorBody
from app.models.base import new_id
from tests.inspect import writing

__all__ = ["ask_about"]


def ask_about(house: House, case_id: str, reference: str) -> None:
    """Myanmar's request to Thailand for a visit about a case, with no task and no message."""
    subject = SubjectBody(about="referral", number=new_id())
    with writing(house.db) as session:
        desk = house.system_desk(session, "TH")
        asked = AskBody(
            purpose="get_to_know", language="my", days=[desk.today], subjects=[subject],
            visitors=[VisitorBody(part="social_worker", office="mm-dor")],
        )  # fmt: skip
        copies = [(subject.about, subject.number, "TH-MM-2026-ABCDEF", case_id)]
        visiting.new_copy(desk, "MM", "TH", new_id(), reference, asked, copies)
