"""The verbs of a shelter: keep its beds, confirm or decline a request, see who is in the house without their name."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework import move, projection
from app.casework.beds import ANSWER as ANSWER
from app.casework.beds import (
    ASKED,
    BEDS,
    HELD,
    OPEN,
    REQUEST,
    STAYING,
    reserved_by_group,
    taken_by_group,
)
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.move import StepRefused, refusal_out
from app.kit.errors import Conflict, Invalid, NotFound, StaleVersion
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.shelter import queries
from app.shelter.schemas import (
    BedRequestOut,
    BedRequestsOut,
    BedsChangeIn,
    BedsIn,
    BedsOut,
    BoardOut,
    ConfirmIn,
    DeclineIn,
    ShelterOut,
    SheltersOut,
)
from workflows import beds as rules
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts
from workflows.verdict import Refusal

READ: Final = "shelter:read"
KEEP: Final = "shelter:keep"
KIND: Final = "bed"
_LISTS: Final = {"sex": "bed_sex", "ages": "bed_ages", "need": "bed_need", "closed_reason": "bed_closed_reason"}
_COUNTED: Final = ("staying", "held", "out", "missing", "leaving_soon")


def shelters(desk: Desk) -> SheltersOut:
    """The shelters within reach, with what each has today; the look is noted."""
    found = queries.houses(desk, READ)
    looked(desk, "shelters_listed", "shelter", "-", {"count": len(found)})
    groups = _groups(desk, [each.id for each in found])
    waiting = queries.requests_of(desk, [each.id for each in found], (ASKED,), READ)
    return SheltersOut(items=[_shelter(each, groups, waiting) for each in found])


def board(desk: Desk, shelter_id: str) -> BoardOut:
    """One house today. NotFound for one out of reach; the look is noted."""
    found = _house(desk, READ, shelter_id)
    looked(desk, "shelter_board_read", "shelter", found.id)
    groups = _groups(desk, [found.id])
    waiting = queries.requests_of(desk, [found.id], (ASKED,), READ)
    held = [row for row in queries.requests_of(desk, [found.id], (HELD,), READ) if row.held_until > desk.now]
    staying = queries.requests_of(desk, [found.id], (STAYING,), READ)
    return BoardOut(
        shelter=_shelter(found, groups, waiting),
        groups=[each for _, each in groups],
        waiting=[request_out(desk, row) for row in waiting],
        inside=[request_out(desk, row) for row in (*held, *staying)],
    )


def add_beds(desk: Desk, shelter_id: str, body: BedsIn) -> BedsOut:
    """Add a group of beds to the own shelter. Invalid (422) for a code or for days that do not fit."""
    found = _house(desk, KEEP, shelter_id)
    values = _checked(desk, body)
    row = {
        "id": new_id(), "country": desk.actor.country, "office_id": found.id, "version": 1, **values,
        "changed_by": desk.actor.id, "changed_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(BEDS), row)
    looked(desk, "beds_added", "shelter_beds", str(row["id"]), _told(values))
    return _group_out(desk, found.id, str(row["id"]))


def change_beds(desk: Desk, shelter_id: str, beds_id: str, body: BedsChangeIn, seen: int) -> BedsOut:
    """Say what a group of beds is from now on; what it was stands in the book of looks.

    StaleVersion when somebody changed it meanwhile; Conflict when more beds are taken than there would be.
    """
    found = _house(desk, KEEP, shelter_id)
    before = queries.group(desk, found.id, beds_id, lock=True) if is_id(beds_id) else None
    if before is None:
        raise NotFound()
    values = _checked(desk, body)
    taken = taken_by_group(desk, [found.id]).get(beds_id, 0)
    if taken > body.beds:
        raise Conflict("More beds of this group are taken than there would be.", code="beds_taken")
    done: Any = desk.session.execute(
        update(BEDS)
        .where(BEDS.c.id == beds_id, BEDS.c.version == seen)
        .values(**values, version=seen + 1, changed_by=desk.actor.id, changed_at=desk.now)
    )
    if done.rowcount != 1:
        raise StaleVersion(extra={"seen": seen, "version": before.version})
    was = {name: getattr(before, name) for name in values}
    detail = {**_told(values), **{f"was_{name}": value for name, value in _told(was).items()}}
    looked(desk, "beds_changed", "shelter_beds", beds_id, detail)
    return _group_out(desk, found.id, beds_id)


def waiting(desk: Desk) -> BedRequestsOut:
    """The requests that wait for an answer of the actor's shelters; the look is noted."""
    found = queries.requests_of(desk, [each.id for each in queries.houses(desk, READ)], (ASKED,), READ)
    looked(desk, "bed_requests_listed", "bed_request", "-", {"count": len(found)})
    return BedRequestsOut(items=[request_out(desk, row) for row in found])


def one(desk: Desk, bed_request_id: str) -> BedRequestOut:
    """One request within reach; the look is noted."""
    row = _request(desk, READ, bed_request_id)
    looked(desk, "bed_request_read", "bed_request", row.id)
    return request_out(desk, row)


def answers(desk: Desk, bed_request_id: str) -> bool:
    """Whether the actor may answer this request: for offering it, where a refusal is not an event."""
    return is_id(bed_request_id) and queries.request(desk, ANSWER, bed_request_id) is not None


def shelter_id_of(desk: Desk, bed_request_id: str) -> str:
    """The row id of the shelter that a request within reach went to."""
    return str(_request(desk, READ, bed_request_id).office_id)


def fitting(desk: Desk, bed_request_id: str) -> list[BedsOut]:
    """The groups of the asked shelter in which a bed may be held for this request now."""
    row = _request(desk, ANSWER, bed_request_id)
    with rows.as_the_house(desk.session, desk.actor.country):
        known = queries.known_of(desk, row.case_id)
    wanted = _wanted(row, known.sex, known.child)
    return [
        out for group, out in _groups(desk, [row.office_id]) if not rules.refusals([group], wanted, desk.today)
    ]


def confirm(desk: Desk, bed_request_id: str, body: ConfirmIn) -> BedRequestOut:
    """Hold a bed for whoever it was asked for, for as long as the country's clock says.

    Of two that take the last bed one wins. Conflict when it was answered or ran out meanwhile; StepRefused with the
    reason when the bed does not fit, is closed or is gone.
    """
    row = _request(desk, ANSWER, bed_request_id)
    # The shelter writes into a case it cannot open: what it did there is all it learns of it.
    with rows.as_the_house(desk.session, desk.actor.country):
        held = hold_case(desk, row.case_id)
        group = queries.group(desk, row.office_id, body.beds_id, lock=True) if is_id(body.beds_id) else None
        if group is None:
            raise unfit("beds_id", "a group of beds of this shelter", mark("Choose one of the groups of beds."))
        assert isinstance(held.facts, CaseFacts)
        wanted = _wanted(row, held.facts.sex, held.facts.child)
        taken = taken_by_group(desk, [row.office_id], but=row.id)
        refuse(
            desk, "confirm_bed", "Hold a bed",
            (*rules.asking_refusals(held.facts), *rules.refusals([_rule(group, taken)], wanted, desk.today)),
        )  # fmt: skip
        until = _until(desk, "bed_hold")
        _answer(desk, row, state=HELD, beds_id=group.id, held_until=until)
        details = {"request": row.id, "shelter": queries.code_of(desk, row.office_id), "until": until.isoformat()}
        held.facts = projection.after_bed(held.facts, "confirm", details)
        move.write(desk, held, Event(KIND, "confirm", held.version + 1, details, desk.now))
        _tell(desk, held, row)
    looked(desk, "bed_confirmed", "bed_request", row.id, {"beds": str(group.id)})
    return request_out(desk, _request(desk, READ, row.id))


def decline(desk: Desk, bed_request_id: str, body: DeclineIn) -> BedRequestOut:
    """Say that there is no bed, with a coded reason. Conflict when it was answered or ran out meanwhile."""
    row = _request(desk, ANSWER, bed_request_id)
    if not desk.policies.knows("bed_decline_reason", body.why):
        raise unfit("why", "a code of bed_decline_reason", mark("Choose an answer."))
    with rows.as_the_house(desk.session, desk.actor.country):
        held = hold_case(desk, row.case_id)
        _answer(desk, row, state="declined", reason=body.why, ended_at=desk.now)
        details = {"request": row.id, "shelter": queries.code_of(desk, row.office_id), "reason": body.why}
        move.remark(desk, held, Event(KIND, "decline", held.version, details, desk.now))
        _tell(desk, held, row)
    looked(desk, "bed_declined", "bed_request", row.id, {"reason": body.why})
    return request_out(desk, _request(desk, READ, row.id))


def refuse(desk: Desk, word: str, title: str, refusals: tuple[Refusal, ...]) -> None:
    """Raise StepRefused with every reason, if there is one."""
    if refusals:
        told = [refusal_out(desk, each) for each in refusals]
        raise StepRefused(f"'{title}' is blocked by a reason.", extra={"step": word, "refusals": told})


def request_out(desk: Desk, row: Row[Any]) -> BedRequestOut:
    """A request as the shelter sees it; one whose time has run out says so, also before the worker has noted it."""
    state = row.state
    if (state == ASKED and row.answer_by <= desk.now) or (state == HELD and row.held_until <= desk.now):
        state = "lapsed"
    shelter = queries.code_of(desk, row.office_id)
    who: dict[str, Any] = {}
    if state in (*OPEN, STAYING):
        # The row says what was asked; whoever answers has to know for whom it is now.
        with rows.as_the_house(desk.session, desk.actor.country):
            known = queries.known_of(desk, row.case_id)
        who = {"sex": known.sex, "age_band": known.age_band, "ages": _wanted(row, known.sex, known.child).ages}
    values = {name: getattr(row, name) for name in BedRequestOut.model_fields if name not in ("shelter", "state")}
    return BedRequestOut(**{**values, **who}, shelter=shelter, state=state)


def groups_of(desk: Desk, office_id: str) -> list[tuple[rules.Beds, BedsOut]]:
    """The groups of beds of one shelter, as rules see them and as doors tell them."""
    return _groups(desk, [office_id])


def clock_end(desk: Desk, clock: str) -> Any:
    """The moment a clock of this country that starts now rings."""
    return _until(desk, clock)


def _until(desk: Desk, clock: str) -> Any:
    here = desk.actor.country
    found = desk.policies.clock(clock, here, on=desk.today)
    return rings_at(desk.now, found, desk.policies.calendar(here))


def _answer(desk: Desk, row: Row[Any], **values: Any) -> None:
    still = (REQUEST.c.id == row.id, REQUEST.c.state == ASKED, REQUEST.c.answer_by > desk.now)
    done: Any = desk.session.execute(
        update(REQUEST).where(*still).values(answered_by=desk.actor.id, answered_at=desk.now, **values)
    )
    if done.rowcount != 1:
        raise Conflict("This was answered, withdrawn or ran out meanwhile.", code="bed_request_over")


def _tell(desk: Desk, held: Held, row: Row[Any]) -> None:
    people = {row.asked_by} | ({held.row.case_manager_id} if held.row.case_manager_id else set())
    notices.tell(desk, people - {desk.actor.id}, "bed_answered", "case", held.id)


def _wanted(row: Row[Any], sex: str, child: bool) -> rules.Wanted:
    """What the person needs as they are known now: whoever turned out to be a child needs a child's bed."""
    return rules.wanted(sex, child, row.need, family=row.ages == rules.FAMILY)


def _house(desk: Desk, permission: str, shelter_id: str) -> Row[Any]:
    found = queries.house(desk, permission, shelter_id) if is_id(shelter_id) else None
    if found is None:
        raise NotFound()
    return found


def _request(desk: Desk, permission: str, bed_request_id: str) -> Row[Any]:
    found = queries.request(desk, permission, bed_request_id) if is_id(bed_request_id) else None
    if found is None:
        raise NotFound()
    return found


def _groups(desk: Desk, office_ids: list[str]) -> list[tuple[rules.Beds, BedsOut]]:
    counted = queries.counts(desk, office_ids)
    taken, reserved = taken_by_group(desk, office_ids), reserved_by_group(desk, office_ids)
    found = []
    for row in queries.beds_of(desk, office_ids):
        group = _rule(row, taken)
        said = counted.get(row.id)
        shut = group.is_closed(desk.today)
        counts = {name: int(getattr(said, name)) if said is not None else 0 for name in _COUNTED}
        counts["held"] += reserved.get(row.id, 0)
        out = BedsOut(
            id=row.id, office_id=row.office_id, version=row.version, sex=row.sex, ages=row.ages, need=row.need,
            beds=row.beds,
            **counts,
            free=0 if shut else max(0, row.beds - group.taken), closed=shut, closed_reason=row.closed_reason,
            closed_from=row.closed_from, closed_until=row.closed_until,
        )  # fmt: skip
        found.append((group, out))
    return found


def _rule(row: Row[Any], taken: dict[str, int]) -> rules.Beds:
    return rules.Beds(
        row.sex, row.ages, row.need, row.beds, taken.get(row.id, 0), row.closed_reason, row.closed_from,
        row.closed_until,
    )  # fmt: skip


def _group_out(desk: Desk, office_id: str, beds_id: str) -> BedsOut:
    return next(out for _, out in _groups(desk, [office_id]) if out.id == beds_id)


def _shelter(row: Row[Any], groups: list[tuple[rules.Beds, BedsOut]], waiting: list[Row[Any]]) -> ShelterOut:
    mine = [(group, out) for group, out in groups if out.office_id == row.id]
    return ShelterOut(
        id=row.id, shelter=row.code, name=row.name, beds=sum(out.beds for _, out in mine),
        taken=sum(group.taken for group, _ in mine), free=sum(out.free for _, out in mine),
        waiting=sum(1 for each in waiting if each.office_id == row.id),
    )  # fmt: skip


def _checked(desk: Desk, body: BedsIn) -> dict[str, Any]:
    values = body.model_dump(exclude={"seen_version"})
    for name, code_list in _LISTS.items():
        if values[name] is not None and not desk.policies.knows(code_list, values[name]):
            raise unfit(name, f"a code of {code_list}", mark("Choose an answer."))
    if body.closed_reason is None and (body.closed_from or body.closed_until):
        raise unfit("closed_reason", "needed with the days", mark("Say why the beds are closed."))
    if body.closed_from and body.closed_until and body.closed_until < body.closed_from:
        late = mark("Choose a last day that is not before the first.")
        raise unfit("closed_until", "not before closed_from", late, "IOM-3")
    return values


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None or isinstance(value, int) else str(value) for name, value in values.items()}


def unfit(field: str, rule: str, sentence: str, source: str = "") -> Invalid:
    """The refusal of something about beds whose ``field`` breaks ``rule``, told by the marked ``sentence``.

    ``source``: the id of the text that demands it, where one does.
    """
    said = {"field": field, "rule": rule, "sentence": sentence, **({"source": source} if source else {})}
    return Invalid("This does not fit.", extra={"errors": [said]})
