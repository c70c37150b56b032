"""Forms of what another country asks: for each route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.casework.inquiries import ANSWERING_SIDE, TABLE
from app.casework.kinds.inquiry_answer import InquiryAnswer
from app.inquiries.schemas import CannotIn, DeclineIn
from app.worker import Worker as Postman
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.gates.case_forms import of_sheet
from tests.gates.town_forms import Ready, filled
from tests.inspect import reading

ANSWER: dict[str, Any] = {"nationality": "confirmed", "residence": "has_right"}


def asked(town: Town, step: str = "ask_nationality", kind: str = "nationality_inquiry") -> tuple[Worker, str]:
    """The focal point of Myanmar, and the address of what Thailand asks there."""
    case_id = cases.bring_case(town.house, town.th, "recovering")
    for purpose in ("notify_origin", "contact_family"):
        cases.add(
            town.house, town.th["social_worker"], case_id, "consent", purpose=purpose, recipient="MM",
            data_groups=["identity", "nationality", "family"],
        )  # fmt: skip
    made = cases.take(town.house, town.th["case_manager"], case_id, step, form(town.house, kind))
    Postman(town.house).drain()
    with reading(town.house.db) as session:
        query = select(TABLE.c.id).where(TABLE.c.conversation == made.matter_id, TABLE.c.side == ANSWERING_SIDE)
        return town.mm["national_focal_point"], f"/inquiries/{session.execute(query).scalar_one()}"


def taking_up(town: Town) -> Ready:
    """Take a question up."""
    there, path = asked(town)
    return filled(town, there, path, f"{path}/take-up")


def answering(town: Town) -> Ready:
    """Answer a question about nationality."""
    there, path = asked(town)
    return filled(town, there, f"{path}/answer", f"{path}/answer", **of_sheet(InquiryAnswer, ANSWER))


def cannot_tell(town: Town) -> Ready:
    """Say that there is no answer."""
    there, path = asked(town)
    reason = of_sheet(CannotIn, {"reason": "too_little"})
    return filled(town, there, f"{path}/cannot-tell", f"{path}/cannot-tell", **reason)


def declining(town: Town) -> Ready:
    """Decline a question."""
    there, path = asked(town)
    reason = of_sheet(DeclineIn, {"reason": "not_competent"})
    return filled(town, there, f"{path}/decline", f"{path}/decline", **reason)


INQUIRY_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/inquiries/{inquiry_id}/take-up": taking_up,
    "/inquiries/{inquiry_id}/answer": answering,
    "/inquiries/{inquiry_id}/cannot-tell": cannot_tell,
    "/inquiries/{inquiry_id}/decline": declining,
}
