"""The verbs of visits of case workers abroad: list, ask, read, and the acts of the machine."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import permitted
from app.access.rows import as_the_house
from app.casework import visiting, visiting_heard, visiting_people
from app.casework.move import refusal_out
from app.casework.refusing import refuse
from app.casework.shapes import RefusalOut
from app.casework.visiting import AGREED, ASK, GRANT, NOT_MET
from app.casework.visiting_bodies import (
    SHELTER,
    AskBody,
    ConfirmBody,
    Contents,
    DayBody,
    Entered,
    GrantBody,
    LogBody,
    PersonBody,
    ReasonBody,
    RemarksBody,
    ReturnedBody,
    SubjectBody,
    VisitorBody,
)
from app.kit.errors import Forbidden, NotFound
from app.kit.words import mark
from app.meetings import visit_cadence, visit_queries
from app.meetings.corridor_cadence import partners
from app.meetings.corridor_service import unfit
from app.meetings.visit_schemas import (
    AskIn,
    EnteredOut,
    GrantOut,
    LogOut,
    PartOut,
    VisitActIn,
    VisitActOut,
    VisitorOut,
    VisitOut,
    VisitReturnedOut,
    VisitRowOut,
    VisitsOut,
    VisitStandingOut,
)
from app.models.base import is_id
from workflows import shelter_visit as rules
from workflows.shelter_visit import V
from workflows.verdict import Refusal

MOST: Final = 50
PURPOSE, PLACE, CONDITION, SAID, REMARK = (
    "visit_purpose", "visit_place", "visit_condition", "visit_said", "visit_remark",
)  # fmt: skip
REFUSAL, OFF = "visit_refusal_reason", "visit_off_reason"
ACTS: Final = {each.name: each for each in rules.ACTS}
# State -> which side has the next step.
_NEXT: Final = {
    V.ASKED.value: "host", V.OTHER_DAY.value: "visitor", V.LOGGED.value: "visitor", V.LOG_RETURNED.value: "host",
    V.REMARKED.value: "host",
}  # fmt: skip
_CHOOSE: Final = mark("Choose an answer.")
_DAY_OVER: Final = mark("This day is over. Choose today or a later day.")
_HOURS: Final = mark("Write hours like 10:00, the end after the beginning.")


def listed(desk: Desk) -> VisitsOut:
    """The standing visits of the actor's country, and all visits from and to it, the newest first."""
    rows = visit_queries.newest(desk, MOST)
    looked(desk, "shelter_visits_listed", "country", desk.actor.country, {"count": len(rows)})
    standing = [
        VisitStandingOut(
            country=each.country, every_months=each.rule.every_months, basis=each.rule.basis,
            sources=list(each.rule.sources), note=each.rule.note, conflicts=list(each.rule.conflicts),
            last_on=each.last_on, ask_from=each.convene_from, next_by=each.next_by, stands=each.stands,
        )
        for each in visit_cadence.standing(desk)
    ]  # fmt: skip
    return VisitsOut(standing=standing, items=[VisitRowOut(**_plain(desk, each)) for each in rows])


def asked(desk: Desk, body: AskIn) -> VisitOut:
    """Ask another country for a visit.

    Invalid (422) for a country without an agreement, unknown codes, offices of others, a day that is over, or somebody
    whom the actor cannot ask for. StepRefused where nobody there would answer.
    """
    if body.host not in partners(desk):
        raise unfit("host", mark("Choose a country with which there is an agreement."))
    _known(desk, PURPOSE, body.purpose, "purpose")
    _known(desk, "language", body.language, "language")
    if any(each < desk.today for each in body.days):
        raise unfit("days", _DAY_OVER)
    for number, each in enumerate(body.visitors):
        _office_of(desk, each.office, desk.actor.country, f"visitors.{number}.office")
        if each.part not in desk.policies.roles:
            raise unfit(f"visitors.{number}.part", _CHOOSE)
    wanted = list(dict.fromkeys(each.strip() for each in body.about))
    known = visit_queries.subjects(desk, wanted, body.host)
    if any(each not in known for each in wanted):
        raise unfit("about", mark("One of these is no referral or inquiry with this country that you can ask about."))
    copies = [known[each] for each in wanted]
    said = AskBody(
        purpose=body.purpose, language=body.language, days=sorted(set(body.days)),
        visitors=[VisitorBody(part=each.part, office=each.office) for each in body.visitors],
        subjects=[SubjectBody(about=about, number=number) for about, number, _, _ in copies],
    )  # fmt: skip
    return shown(desk, visiting.ask(desk, body.host, said, copies))


def read(desk: Desk, visit_id: str) -> VisitOut:
    """One visit of the actor's country; NotFound for any other. The look is noted."""
    row = found(desk, visit_id)
    looked(desk, "shelter_visit_read", "shelter_visit", row.id)
    return shown(desk, row.id)


def acted(desk: Desk, visit_id: str, name: str, body: VisitActIn) -> VisitOut:
    """Take an act of the machine. StepRefused with every reason against it; Invalid (422) for what it needs.

    Forbidden (403) where the actor holds the right of the other part: who asks for visits does not permit them.
    """
    row = found(desk, visit_id, lock=True)
    if name not in ACTS:
        raise NotFound()
    wanted = right_for(desk, row)
    if not permitted(desk, wanted):
        raise Forbidden(extra={"permission": wanted})
    refuse(desk, name, ACTS[name].title, rules.against(name, visiting.facts_of(desk, row), desk.today))
    kept = visiting.contents(desk, row)
    match name:
        case "grant":
            _granted(desk, row, kept, body)
        case "propose_day" | "take_day":
            day = kept.days[0] if name == "take_day" else body.day
            if day is None or day < desk.today:
                raise unfit("day", _DAY_OVER)
            kept.days = [day]
            visiting.act(desk, row, kept, name, DayBody(day=day), day=day)
        case "refuse" | "call_off":
            reason = _known(desk, REFUSAL if name == "refuse" else OFF, body.reason, "reason")
            kept.grant = None
            visiting.act(desk, row, kept, name, ReasonBody(reason=reason), reason=reason)
            with as_the_house(desk.session, desk.actor.country):
                visiting_people.left(desk, row)
        case "write_log":
            _logged(desk, row, kept, body)
        case "return_log":
            remark = _known(desk, REMARK, body.remark, "remark")
            kept.returned = ReturnedBody(remark=remark, words=body.words.strip())
            visiting.act(desk, row, kept, name, kept.returned)
        case "add_remarks":
            kept.remarks = RemarksBody(words=body.words.strip())
            visiting.act(desk, row, kept, name, kept.remarks)
        case "confirm_log":
            with as_the_house(desk.session, desk.actor.country):
                values = visiting_heard.confirmed(desk, row, kept)
            visiting.act(desk, row, kept, name, ConfirmBody(), **values)
    return shown(desk, row.id)


def found(desk: Desk, visit_id: str, *, lock: bool = False) -> Row[Any]:
    """The copy of a visit that the actor's country holds; NotFound for any other."""
    row = visit_queries.one(desk, visit_id, lock=lock) if is_id(visit_id) else None
    if row is None:
        raise NotFound()
    return row


def right_for(desk: Desk, row: Row[Any]) -> str:
    """The right that acts on a visit: of the host to permit it, of the visitor to ask for it."""
    return GRANT if row.host == desk.actor.country else ASK


def shown(desk: Desk, row_id: str) -> VisitOut:
    """A visit as the actor may see it: people whose referral or case is out of their sight are counted, not shown."""
    row = found(desk, row_id)
    kept = visiting.contents(desk, row)
    parts = visiting.parts_of(desk, row.id)
    seen = visit_queries.seen(desk, parts)
    grant, log = kept.grant, kept.log
    wishes = {each.number: each.wish for each in log.met} if log is not None else {}
    people = [_part(desk, row, each, wishes.get(each.number, "")) for each in parts if each.id in seen]
    return VisitOut(
        **_plain(desk, row), purpose=row.purpose, language=row.language, reason=row.reason, held_on=row.held_on,
        days=kept.days, visitors=[VisitorOut(part=each.part, office=each.office) for each in kept.visitors],
        people=people, hidden=len(parts) - len(people),
        grant=None if grant is None else GrantOut(**grant.model_dump(include=set(GrantOut.model_fields))),
        log=None if log is None else LogOut(
            held_on=log.held_on, entered=[EnteredOut(**each.model_dump()) for each in log.entered],
            remarks=kept.remarks.words if kept.remarks else "",
        ),
        returned=VisitReturnedOut(**kept.returned.model_dump(include={"remark", "words"})) if kept.returned else None,
        acts=[
            VisitActOut(
                name=each.name, title=each.title, allowed=not reasons,
                refusals=[RefusalOut(**refusal_out(desk, reason)) for reason in reasons],
            )
            for each, reasons in rules.offered(visiting.facts_of(desk, row), desk.today)
        ] if permitted(desk, right_for(desk, row)) else [],
    )  # fmt: skip


def _part(desk: Desk, row: Row[Any], part: Row[Any], wish: str) -> PartOut:
    """Somebody a visit is about. Why they are not met is the host's own; the visitors hear that they are not."""
    hosts = row.host == desk.actor.country and row.state in {each.value for each in rules.LIVE}
    reasons: tuple[Refusal, ...] = ()
    if hosts:
        with as_the_house(desk.session, desk.actor.country):
            reasons = visiting_people.against(desk, row, part)
    return PartOut(
        reference=part.reference, about=part.about, state=part.state, may_be_met=not reasons if hosts else None,
        refusals=[RefusalOut(**refusal_out(desk, each)) for each in reasons], wish=wish,
    )


def _granted(desk: Desk, row: Row[Any], kept: Contents, body: VisitActIn) -> None:
    here = desk.actor.country
    if body.day is None or body.day < desk.today:
        raise unfit("day", _DAY_OVER)
    place = _known(desk, PLACE, body.place, "place")
    office, address = "", body.address.strip()
    if place == SHELTER:
        if not address:
            raise unfit("address", mark("Write where they meet."))
    elif address:
        raise unfit("address", mark("An address is told only where they meet in the shelter."))
    else:
        office = body.office or desk.policies.corridor(here, row.other_country).focal_office(here) or ""
        if _office_of(desk, office, here, "office").kind == "shelter":
            raise unfit("office", mark("Choose an office that is no shelter, or say that they meet in the shelter."))
    for each in body.conditions:
        _known(desk, CONDITION, each, "conditions")
    parts = {each.reference: each for each in visiting.parts_of(desk, row.id)}
    if any(each not in parts for each in body.meets):
        raise unfit("meets", _CHOOSE)
    wanted = list(dict.fromkeys(body.meets))
    in_force = bool(desk.policies.corridor(here, row.other_country).in_force(desk.today))
    with as_the_house(desk.session, here):
        # Always in the same order, so that two who permit visits to the same people never wait for each other.
        ordered = sorted(parts.values(), key=lambda part: part.case_id or "")
        able = {part.reference for part in ordered if not visiting_people.against(desk, row, part, lock=True)}
    reasons = rules.against_grant(body.day, kept.days, wanted, able, in_force=in_force)
    refuse(desk, "grant", ACTS["grant"].title, reasons)
    try:
        kept.grant = GrantBody(
            day=body.day, begins=body.begins or "", ends=body.ends or "", place=place, office=office, address=address,
            conditions=list(dict.fromkeys(body.conditions)), met=[parts[each].number for each in wanted],
        )  # fmt: skip
    except ValidationError:
        raise unfit("begins", _HOURS) from None
    states = {part.number: AGREED if name in wanted else NOT_MET for name, part in parts.items()}
    visiting.mark_parts(desk, row.id, states)
    visiting.act(desk, row, kept, "grant", kept.grant, day=body.day)
    with as_the_house(desk.session, here):
        for name, part in parts.items():
            visiting_people.note(desk, row, part, "granted" if name in wanted else "not_met")
        # Whoever was not asked until now is not met.
        visiting_people.unsaid(desk, row)


def _logged(desk: Desk, row: Row[Any], kept: Contents, body: VisitActIn) -> None:
    if body.held_on is None or body.held_on > desk.today or body.held_on < row.day:
        raise unfit("held_on", mark("Write down a visit on its day or afterwards."))
    parts = {each.reference: each for each in visiting.parts_of(desk, row.id)}
    for number, one in enumerate(body.entered):
        if one.part not in desk.policies.roles:
            raise unfit(f"entered.{number}.part", _CHOOSE)
        _office_of(desk, one.office, row.other_country, f"entered.{number}.office")
    for number, each in enumerate(body.met):
        if each.wish:
            _known(desk, SAID, each.wish, f"met.{number}.wish")
    with as_the_house(desk.session, desk.actor.country):
        may_tell = {name for name, part in parts.items() if visiting_people.told(desk, row, part)}
    agreed = {name for name, part in parts.items() if part.state == AGREED}
    said = {each.reference: each.wish for each in body.met}
    refuse(desk, "write_log", ACTS["write_log"].title, rules.against_log(parts, agreed, may_tell, said))
    try:
        entered = [
            Entered(part=one.part, office=one.office, begins=one.begins, ends=one.ends) for one in body.entered
        ]
        met = [PersonBody(number=parts[name].number, wish=wish) for name, wish in said.items()]
        kept.log, kept.returned = LogBody(held_on=body.held_on, entered=entered, met=met), None
    except ValidationError:
        raise unfit("entered", _HOURS) from None
    visiting.act(desk, row, kept, "write_log", kept.log)


def _plain(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    side = "host" if row.host == desk.actor.country else "visitor"
    return {
        "id": row.id, "reference": row.reference, "country": row.other_country, "host": row.host, "day": row.day,
        "state": row.state, "ours": _NEXT.get(row.state) == side,
    }  # fmt: skip


def _office_of(desk: Desk, code: str, country: str, field: str) -> Any:
    """The office of that code and country in the policies; Invalid (422) for any other."""
    for each in desk.policies.countries[country].offices if country in desk.policies.countries else ():
        if each.code == code:
            return each
    raise unfit(field, _CHOOSE)


def _known(desk: Desk, code_list: str, code: str | None, field: str) -> str:
    if code is None or not desk.policies.knows(code_list, code):
        raise unfit(field, _CHOOSE)
    return code
