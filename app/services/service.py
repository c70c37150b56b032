"""The verbs of a provider: see what is asked, answer it, and say when it begins and is done, without the case."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from app.access import rows, standing
from app.access.desk import Desk
from app.access.log import looked
from app.casework import move, records
from app.casework.forms import Entry
from app.casework.held import at_matter, hold_case
from app.casework.move import Command, StepRefused, refusal_out
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id
from app.services import queries
from app.services.schemas import ServiceAcceptIn, ServiceDeclineIn, ServiceDoneIn, ServiceOut, ServicesOut
from workflows import engine
from workflows.service import ANSWER, NAME, READ, S

__all__ = ["ANSWER", "READ", "accept", "answers", "begin", "decline", "finish", "listed", "one"]

_APPOINTMENT: Final = "service_appointment"
_COPIED: Final = (
    "id", "number", "kind", "urgent", "age_band", "child", "sex", "language", "wanted_by", "state", "asked_at",
    "answer_by", "reason", "appointment_on", "appointment_time", "appointment_place", "outcome", "answered_at",
    "ended_at",
)  # fmt: skip


def listed(desk: Desk) -> ServicesOut:
    """What the reader's office is asked and has asked; the look is noted."""
    ours, sent = queries.asked_of_us(desk, READ), queries.sent(desk, READ)
    looked(desk, "services_listed", "case_service", "-", {"count": len(ours) + len(sent)})
    return ServicesOut(asked_of_us=_out(desk, ours), sent=_out(desk, sent))


def one(desk: Desk, service_id: str) -> ServiceOut:
    """One within reach; the look is noted. NotFound out of reach."""
    found = queries.one(desk, READ, service_id) if is_id(service_id) else None
    if found is None:
        raise NotFound()
    looked(desk, "service_read", "case_service", found.id)
    return _out(desk, [found])[0]


def answers(desk: Desk, service_id: str) -> bool:
    """Whether the reader's office is the one that is asked, and the reader may answer: for offering it."""
    return queries.asked(desk, ANSWER, service_id) is not None


def accept(desk: Desk, service_id: str, body: ServiceAcceptIn) -> ServiceOut:
    """Accept, with an appointment where one is known. StepRefused with the reasons, Invalid for half an appointment."""
    said = {name: value for name, value in body.model_dump(mode="json").items() if value is not None}
    if said and body.appointment_on is None:
        raise Invalid("Some answers are missing.", extra=at_field("appointment_on", mark("Say the day, too.")))
    return _answer(desk, service_id, "agree_to_serve", {}, said or None)


def decline(desk: Desk, service_id: str, body: ServiceDeclineIn) -> ServiceOut:
    """Decline, with a coded reason; who asked looks elsewhere."""
    return _answer(desk, service_id, "refuse_to_serve", {"reason": body.reason})


def begin(desk: Desk, service_id: str) -> ServiceOut:
    """Say that the service begins."""
    return _answer(desk, service_id, "begin_to_serve", {})


def finish(desk: Desk, service_id: str, body: ServiceDoneIn) -> ServiceOut:
    """Say that it is done, and what came of it; who asked hears the person and closes the loop."""
    return _answer(desk, service_id, "finish_serving", {"outcome": body.outcome})


def _answer(
    desk: Desk, service_id: str, step: str, given: dict[str, Any], record: dict[str, Any] | None = None
) -> ServiceOut:
    row = queries.asked(desk, ANSWER, service_id) if is_id(service_id) else None
    if row is None:
        raise NotFound()
    # The provider writes into a case it cannot open: what it did there is all it learns of it.
    with standing.acting(desk, row.office_id), rows.as_the_house(desk.session, desk.actor.country):
        _take(desk, row, step, given, record)
    looked(desk, "service_answered", "case_service", row.id, {"step": step})
    return one(desk, row.id)


def _take(desk: Desk, row: Row[Any], step: str, given: dict[str, Any], record: dict[str, Any] | None) -> None:
    """Take the step; a refusal is no attempt in the timeline, made as it was by somebody who cannot see the case."""
    # An asking that has ended stands for itself: the matter may be with another provider by now.
    if row.ended_at is not None:
        raise Conflict("This is over already.", code="asking_ended")
    held = hold_case(desk, row.case_id)
    _, wanted = engine.find_step(NAME, step)
    here = at_matter(held, row.matter_id)
    if record is not None:
        filled = records.check(desk.policies, _APPOINTMENT, record, today=desk.today)
        move.fold_record(here, filled, Entry(desk.actor.id, desk.actor.office, desk.actor.country, desk.today))
    decision = engine.decide(NAME, step, here.situation(desk, given), desk.policies)
    if isinstance(decision, engine.Refused):
        told = [refusal_out(desk, each) for each in decision.refusals]
        raise StepRefused(f"'{wanted.title}' is blocked by a reason.", extra={"step": step, "refusals": told})
    move.perform(
        desk, Command(NAME, step, row.case_id, held.version, record=record, given=given, matter_id=row.matter_id)
    )


def _out(desk: Desk, found: list[Row[Any]]) -> list[ServiceOut]:
    offices = queries.codes_of(desk, (each for row in found for each in (row.office_id, row.from_office_id)))
    references = queries.references_of(desk, (row.case_id for row in found))
    here = standing.offices(desk, READ)
    return [
        ServiceOut(
            **{name: getattr(row, name) for name in _COPIED},
            ours=row.office_id in here,
            from_office=offices.get(row.from_office_id, ""),
            to_office=offices.get(row.office_id, ""),
            late=row.state == S.ASKED and row.answer_by <= desk.now,
            consent_gone=row.consent_gone_at is not None,
            case_reference=references.get(row.case_id),
            matter_id=row.matter_id if row.case_id in references else None,
        )
        for row in found
    ]
