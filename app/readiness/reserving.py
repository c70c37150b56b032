"""Asks offices to keep something ready for an operation, and takes their answers."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework.beds import RESERVE
from app.casework.refusing import refuse
from app.kit.errors import Conflict, NotFound
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.readiness import queries, service
from app.readiness.schemas import AnswerIn, OperationOut, ReserveIn, ReserveOut, ReservesOut
from app.shelter import queries as shelters
from app.shelter.schemas import BedsOut
from app.shelter.service import groups_of
from workflows import readiness as rules

ANSWER: Final = "operation:answer"
ASKED: Final = "asked"
# Offices that may stand for a kind; whoever is asked for an interpreter only has to know one.
_KINDS: Final = {rules.BEDS: "shelter", rules.HEALTH: "health", rules.NGO: "ngo"}
_STATES: Final = {"hold": rules.HELD, "decline": "declined", "give_back": "given_back"}
# From which state each answer is given.
_FROM: Final = {"hold": ASKED, "decline": ASKED, "give_back": rules.HELD}


def ask(desk: Desk, operation_id: str, body: dict[str, Any], place: str) -> OperationOut:
    """Ask an office to keep something ready. It learns the day, for whom and how much, and not where.

    Invalid (422) where the office is not of the kind that could, or something needed is not said.
    """
    row = service.found(desk, service.PLAN, operation_id, lock=True)
    refuse(desk, "reserve_for_operation", "Ask an office", rules.against_change(row.state))
    said = service.read_form(desk, ReserveIn, body, place)
    office = queries.office_called(desk, said.office)
    if office is None:
        raise service.wrong(f"{place}.office", mark("Choose an office of this country."))
    if said.kind in _KINDS and office.kind != _KINDS[said.kind]:
        raise service.wrong(f"{place}.office", mark("This office cannot give what is needed. Choose another one."))
    if said.kind == rules.BEDS:
        for name in ("people", "sex", "ages"):
            if getattr(said, name) is None:
                raise service.wrong(f"{place}.{name}", mark("Say for how many, and for whom, beds are needed."))
    if said.kind == rules.INTERPRETER and said.language is None:
        raise service.wrong(f"{place}.language", mark("Say which language is needed."))
    beds = said.kind == rules.BEDS
    values = {
        "id": new_id(), "country": desk.actor.country, "operation_id": row.id, "office_id": office.id,
        "by_office": row.office_id, "planned_on": row.planned_on, "asked_by": desk.actor.id, "asked_at": desk.now,
        "kind": said.kind, "people": (said.people or 0) if beds else 0, "sex": (said.sex or "") if beds else "",
        "ages": (said.ages or "") if beds else "", "state": ASKED,
        "language": (said.language or "") if said.kind == rules.INTERPRETER else "",
    }  # fmt: skip
    desk.session.execute(insert(RESERVE), values)
    looked(desk, "operation_asked", "operation", row.id, {"kind": said.kind, "office": office.code})
    notices.tell(desk, notices.holders(desk, ANSWER, office.id), "operation_asked", "reserve", str(values["id"]))
    return service.shown(desk, row)


def waiting(desk: Desk) -> ReservesOut:
    """What the actor's office was asked to keep ready; the look is noted."""
    found = queries.reserves_here(desk, ANSWER)
    looked(desk, "reserves_listed", "reserve", "-", {"count": len(found)})
    return ReservesOut(items=[service.reserve_out(each) for each in found])


def one(desk: Desk, reservation_id: str) -> ReserveOut:
    """One thing the actor's office was asked for; the look is noted."""
    row = _found(desk, reservation_id)
    looked(desk, "reserve_read", "reserve", row.id)
    return service.reserve_out(row)


def fitting(desk: Desk, reservation_id: str) -> list[BedsOut]:
    """The groups of beds of the asked shelter in which there are enough for what is asked now."""
    row = _found(desk, reservation_id)
    if row.kind != rules.BEDS:
        return []
    return [each for each in _groups(desk, row) if each.free >= row.people]


def keeps_beds(desk: Desk, reservation_id: str) -> bool:
    """Whether beds are asked for of a shelter that counts its beds here."""
    row = _found(desk, reservation_id)
    return row.kind == rules.BEDS and bool(groups_of(desk, row.office_id))


def answer(desk: Desk, reservation_id: str, body: dict[str, Any], place: str) -> ReserveOut:
    """Confirm, decline, or give back what was confirmed; those who plan the operation are told.

    What is given back after the release takes the release back, where it is missing then. StepRefused where the office
    keeps the same ready for another operation on that day. Conflict (409) where it was answered before, where something
    is confirmed after the day, or where the beds are not free any more.
    """
    row = _found(desk, reservation_id)
    said = service.read_form(desk, AnswerIn, body, place)
    if row.state != _FROM[said.answer]:
        raise Conflict(mark("This was answered already."), code="reserve_answered")
    # Declining, and giving back what was kept, stays possible: it frees what nobody needs any more.
    if said.answer == "hold" and row.planned_on < desk.today:
        raise Conflict(mark("This is over already."), code="reserve_over")
    if said.answer == "hold" and row.kind != rules.BEDS:
        promised = queries.promised(desk, row)
        refuse(desk, "answer_reservation", "Keep it ready", rules.against_holding(row.kind, promised=promised))
    operation = _operation(desk, row) if said.answer == "give_back" else None
    beds_id = _beds(desk, row, said, place) if said.answer == "hold" and row.kind == rules.BEDS else None
    still = (RESERVE.c.id == row.id, RESERVE.c.state == row.state)
    values = {"state": _STATES[said.answer], "beds_id": beds_id, "answered_by": desk.actor.id, "answered_at": desk.now}
    done: Any = desk.session.execute(update(RESERVE).where(*still).values(values))
    if done.rowcount != 1:
        raise Conflict(mark("This was answered already."), code="reserve_answered")
    looked(desk, "reserve_answered", "reserve", row.id, {"answer": said.answer})
    if operation is not None:
        # The office that answers sees no operation: that one is not ready any more is for the house to say.
        with rows.as_the_house(desk.session, desk.actor.country):
            service.take_back(desk, operation)
    notices.tell(
        desk, notices.holders(desk, service.PLAN, row.by_office), "operation_answered", "operation", row.operation_id
    )
    return service.reserve_out(_found(desk, row.id))


def _operation(desk: Desk, row: Row[Any]) -> Row[Any]:
    """The operation it is for, locked before anything of it changes: nobody releases it meanwhile."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return queries.whole(desk, row.operation_id)


def _beds(desk: Desk, row: Row[Any], said: AnswerIn, place: str) -> str | None:
    """The group in which the beds are kept; None for a shelter that counts no beds here."""
    groups = groups_of(desk, row.office_id)
    if not groups:
        return None
    wanted = mark("Choose one of the groups of beds.")
    if said.beds_id is None or not is_id(said.beds_id):
        raise service.wrong(f"{place}.beds_id", wanted)
    # Behind a lock, so that two promises do not take the last bed.
    if shelters.group(desk, row.office_id, said.beds_id, lock=True) is None:
        raise service.wrong(f"{place}.beds_id", wanted)
    chosen = next((each for each in _groups(desk, row) if each.id == said.beds_id), None)
    if chosen is None:
        raise service.wrong(f"{place}.beds_id", wanted)
    if chosen.free < row.people:
        raise Conflict(mark("There are not enough free beds in this group."), code="beds_taken")
    return said.beds_id


def _groups(desk: Desk, row: Row[Any]) -> list[BedsOut]:
    """The groups that are for those whom the beds are asked for."""
    return [out for _, out in groups_of(desk, row.office_id) if out.ages == row.ages and out.sex in (row.sex, "any")]


def _found(desk: Desk, reservation_id: str) -> Row[Any]:
    row = queries.reserve(desk, ANSWER, reservation_id) if is_id(reservation_id) else None
    if row is None:
        raise NotFound()
    return row
