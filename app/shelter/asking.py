"""Asks a shelter for a bed from a case, and takes the request back; also what happens when time runs out."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework import move, projection
from app.casework.beds import ASKED, HELD, REQUEST
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.move import refusal_out
from app.casework.onlookers import body_is_kept_away
from app.casework.opening import letters
from app.casework.reach import permit
from app.casework.shapes import RefusalOut
from app.kit.errors import Conflict, NotFound
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.shelter import queries
from app.shelter.schemas import BedAskIn, BedRequestOut, CaseBedsOut, OfferOut
from app.shelter.service import ANSWER, KIND, clock_end, groups_of, request_out, unfit
from workflows import beds as rules
from workflows.facts import CaseFacts
from workflows.verdict import Refusal

REQUESTS: Final = "bed:request"
ASK: Final = "ask_bed"
_KEPT_AWAY: Final = Refusal(
    "shelter_is_not_kept_away", "The person is kept away from the body that runs this shelter.",
    "Somebody there may be involved; nobody is placed within their reach.", "Ask another shelter.",
    ("social_worker", "case_manager", "shelter_manager"), ("WM-ACCESS", "OHCHR-G6.1"),
)


def of_case(desk: Desk, case_id: str, need: str = rules.NOTHING_SPECIAL, family: bool = False) -> CaseBedsOut:
    """The requests of a case and the shelters that could be asked for what the person needs; the look is noted."""
    permit(desk, REQUESTS, case_id, ASK)
    held = hold_case(desk, case_id, lock=False)
    looked(desk, "bed_requests_read", "case", case_id)
    return CaseBedsOut(
        requests=[request_out(desk, row) for row in queries.requests_of_case(desk, case_id)],
        offers=[_offer(desk, held, office, need, family) for office in queries.houses_with_beds(desk)],
    )


def ask(desk: Desk, case_id: str, body: BedAskIn) -> BedRequestOut:
    """Ask a shelter for a bed. It learns age, sex, language, need and urgency, and no more.

    StepRefused with the reason where no bed there fits or is free; Conflict while another request is open.
    """
    permit(desk, REQUESTS, case_id, ASK)
    office = queries.house_called(desk, body.shelter)
    if office is None:
        raise unfit("shelter", "the code of a shelter of this country", mark("Choose a shelter."))
    for name, code_list in (("need", "bed_need"), ("urgency", "bed_urgency")):
        if not desk.policies.knows(code_list, getattr(body, name)):
            raise unfit(name, f"a code of {code_list}", mark("Choose an answer."))
    if body.likely_until is not None and body.likely_until < desk.today:
        raise unfit("likely_until", "not in the past", mark("Choose a day that is not over."), "IOM-3")
    held = hold_case(desk, case_id)
    refusals = _refusals(desk, held, office, body.need, body.family)
    if refusals:
        raise move.refusal(desk, held, ASK, "Ask for a bed", refusals)
    if queries.open_of_case(desk, case_id) is not None:
        raise Conflict("A request is open already. Take it back before you ask another shelter.", code="bed_asked")
    facts = _facts(held)
    wanted = rules.wanted_by(facts, body.need, body.family)
    row = {
        "id": new_id(), "country": desk.actor.country, "organisation": office.organisation, "office_id": office.id,
        "number": "B-" + letters(6), "case_id": case_id,
        "key_id": held.key_id, "asked_by": desk.actor.id, "age_band": facts.age_band, "sex": facts.sex,
        "language": facts.language, "ages": wanted.ages, "need": wanted.need, "urgency": body.urgency,
        "asked_at": desk.now, "answer_by": clock_end(desk, "bed_answer"), "likely_until": body.likely_until,
        "state": ASKED, "out": False, "missing": facts.missing,
    }  # fmt: skip
    desk.session.execute(insert(REQUEST), row)
    request_id = str(row["id"])
    details = {"request": request_id, "shelter": office.code, "need": wanted.need, "ages": wanted.ages}
    move.remark(desk, held, Event(KIND, "ask", held.version, details, desk.now))
    notices.tell(desk, notices.holders(desk, ANSWER, office.id), "bed_asked", "bed_request", request_id)
    return _out(desk, case_id, request_id)


def withdraw(desk: Desk, case_id: str, bed_request_id: str) -> BedRequestOut:
    """Take a request back, also one for which a bed is held; the shelter is told. Conflict when it is over."""
    permit(desk, REQUESTS, case_id, ASK)
    held = hold_case(desk, case_id)
    known = {row.id for row in queries.requests_of_case(desk, case_id)} if is_id(bed_request_id) else set()
    if bed_request_id not in known:
        raise NotFound()
    row = queries.open_of_case(desk, case_id, bed_request_id)
    if row is None:
        raise Conflict("This is over already.", code="bed_request_over")
    _end(desk, held, row, "withdraw", "withdrawn")
    notices.tell(desk, notices.holders(desk, ANSWER, row.office_id), "bed_withdrawn", "bed_request", row.id)
    return _out(desk, case_id, row.id)


def lapse(desk: Desk, held: Held, row: Row[Any]) -> None:
    """The time of a request, or of the bed held for it, has run out: those on both sides are told."""
    _end(desk, held, row, "lapse", "lapsed")
    people = {row.asked_by} | ({held.row.case_manager_id} if held.row.case_manager_id else set())
    notices.tell(desk, people, "bed_lapsed", "case", held.id)
    notices.tell(desk, notices.holders(desk, ANSWER, row.office_id), "bed_lapsed", "bed_request", row.id)


def _end(desk: Desk, held: Held, row: Row[Any], step: str, state: str) -> None:
    with rows.as_the_house(desk.session, desk.actor.country):
        open_still = (REQUEST.c.id == row.id, REQUEST.c.state.in_((ASKED, HELD)))
        done: Any = desk.session.execute(update(REQUEST).where(*open_still).values(state=state, ended_at=desk.now))
        if done.rowcount != 1:
            raise Conflict("This is over already.", code="bed_request_over")
    details = {"request": row.id, "shelter": queries.code_of(desk, row.office_id)}
    facts = projection.after_bed(_facts(held), step, details)
    if facts == held.facts:
        move.remark(desk, held, Event(KIND, step, held.version, details, desk.now))
        return
    held.facts = facts
    move.write(desk, held, Event(KIND, step, held.version + 1, details, desk.now))


def _offer(desk: Desk, held: Held, office: Row[Any], need: str, family: bool) -> OfferOut:
    wanted = rules.wanted_by(_facts(held), need, family)
    free = sum(
        out.free for group, out in groups_of(desk, office.id) if not rules.refusals([group], wanted, desk.today)
    )
    refusals = _refusals(desk, held, office, need, family)
    told = [RefusalOut(**refusal_out(desk, each)) for each in refusals]
    return OfferOut(shelter=office.code, name=office.name, free=free, refusals=told)


def _refusals(desk: Desk, held: Held, office: Row[Any], need: str, family: bool) -> tuple[Refusal, ...]:
    facts = _facts(held)
    found = list(rules.asking_refusals(facts))
    if body_is_kept_away(desk, held.key_id, office.organisation):
        found.append(_KEPT_AWAY)
    groups = [group for group, _ in groups_of(desk, office.id)]
    return (*found, *rules.refusals(groups, rules.wanted_by(facts, need, family), desk.today))


def _out(desk: Desk, case_id: str, request_id: str) -> BedRequestOut:
    return next(
        request_out(desk, row) for row in queries.requests_of_case(desk, case_id) if row.id == request_id
    )


def _facts(held: Held) -> CaseFacts:
    assert isinstance(held.facts, CaseFacts)
    return held.facts
