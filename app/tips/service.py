"""The verbs of the tips room: write one down, list and read them, and settle one: close, pass on, case, known case."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any, Final, TypeVar

from sqlalchemy import Row, insert, update

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import must
from app.access.standing import offices
from app.cases import intake, person_queries
from app.cases import queries as cases_queries
from app.cases.schemas import CaseIn
from app.casework import alarm, incidents, move, recording
from app.casework.forms import CodeCheck, Form, validated
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.opening import letters
from app.casework.reach import permit
from app.casework.refusing import refuse
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED
from app.kit.errors import Conflict, Erased, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.tips import queries
from app.tips.queries import TIP
from app.tips.schemas import CaseFromTipIn, CloseIn, JoinTipIn, PassIn, TipIn, TipOut, TipRowOut, TipsOut
from workflows import tips as rules
from workflows.care import Care
from workflows.consequences import IN_DANGER
from workflows.deadlines import rings_at

AnyForm = TypeVar("AnyForm", bound=Form)

RECORD: Final = "tip:record"
TRIAGE: Final = "tip:triage"
CLOCK: Final = "tip_triage"
URGENT: Final = "tip_triage_urgent"
SOURCES: Final = {"call": "hotline", "visit": "community", "letter": "community", "online": "other", "other": "other"}
_CODES: Final = ("way", "place_kind", "sector", "exploitation", "people", "children", "danger", "call_back")
_UNFIT: Final = mark("Some answers are missing or cannot be read.")


def listed(desk: Desk) -> TipsOut:
    """The tips within reach, without what was told; the look is noted."""
    found = queries.tips(desk, RECORD)
    looked(desk, "tips_listed", "tip", "-", {"count": len(found)})
    return TipsOut(items=[TipRowOut(**_row(desk, each)) for each in found])


def written(desk: Desk, body: dict[str, Any], place: str) -> TipRowOut:
    """Write down a tip of the actor's office; those who settle tips there are told.

    ``body`` is plain JSON; ``place``: what fields are called below. Invalid (422) for a day to come, an unknown code,
    and a way to call back that the caller did not agree to.
    """
    said = _read(desk, TipIn, body, place)
    if said.noticed_on is not None and said.noticed_on > desk.today:
        raise _wrong(f"{place}.noticed_on", mark("Choose a day that is not in the future."), "IOM-3")
    if said.contact is not None and said.call_back == "no":
        raise _wrong(f"{place}.contact", mark("Keep no way to reach a caller who did not agree to it."))
    tip_id = new_id()
    key, wrapped = desk.keys.new_data_key()
    words = canonical_bytes({"what": said.what, "where": said.where or "", "contact": said.contact or ""})
    row = {
        "id": tip_id, "country": desk.actor.country, "organisation": desk.actor.organisation,
        "office_id": desk.office_id, "reference": _reference(desk), "created_by": desk.actor.id,
        "opened_at": desk.now, "noticed_on": said.noticed_on, **{name: getattr(said, name) for name in _CODES},
        "told": ",".join(said.told), "told_language": said.told_language, "wrapped": wrapped,
        "sealed": desk.keys.seal(key, words, _place(tip_id)), "state": rules.WAITING,
        "triage_by": _triage_by(desk, said),
    }  # fmt: skip
    desk.session.execute(insert(TIP), row)
    looked(desk, "tip_written", "tip", tip_id, {"danger": said.danger, "told": len(said.told)})
    notices.tell(desk, set(notices.holders(desk, TRIAGE, desk.office_id)) - {desk.actor.id}, "tip_waits", "tip", tip_id)
    return TipRowOut(**_row(desk, _found(desk, RECORD, tip_id)))


def read(desk: Desk, tip_id: str) -> TipOut:
    """One tip with what was told; the look is noted."""
    row = _found(desk, TRIAGE, tip_id)
    looked(desk, "tip_read", "tip", row.id)
    return _whole(desk, row)


def close(desk: Desk, tip_id: str, body: dict[str, Any], place: str) -> TipOut:
    """Close a tip with a coded reason. StepRefused where it tells of danger and nobody is at work on it."""
    row = _open(desk, tip_id, "close_tip", "Close the tip")
    said = _read(desk, CloseIn, body, place)
    refuse(desk, "close_tip", "Close the tip", rules.against_closing(_facts(desk, row), said.reason))
    return _settle(desk, row, "tip_closed", state=rules.CLOSED, reason=said.reason)


def pass_on(desk: Desk, tip_id: str, body: dict[str, Any], place: str) -> TipOut:
    """Pass a tip on to another office, which has its own time to look at it and is told at once."""
    row = _open(desk, tip_id, "pass_tip", "Pass the tip on")
    said = _read(desk, PassIn, body, place)
    office = queries.office_called(desk, said.to)
    if office is None:
        raise _wrong(f"{place}.to", mark("Choose an office of this country."))
    hearers = notices.holders(desk, TRIAGE, office.id)
    facts, same = _facts(desk, row), office.id == _holder(row)
    refuse(
        desk, "pass_tip", "Pass the tip on", rules.against_passing(facts, to_itself=same, heard=bool(hearers))
    )
    told = _settle(
        desk, row, "tip_passed", state=rules.PASSED, passed_to=office.id, triage_by=_triage_by(desk, row), late_at=None
    )
    notices.tell(desk, hearers, "tip_waits", "tip", row.id)
    return told


def into_case(desk: Desk, tip_id: str, body: dict[str, Any], place: str) -> TipOut:
    """Open a case for somebody the tip led to, and with it the incident if several were found; the link stays.

    Needs `case:create` as well. What was told stays in the tip: the case begins with codes.
    """
    row = _open(desk, tip_id, "open_from_tip", "Open a case")
    must(desk, "case:create")
    said = _read(desk, CaseFromTipIn, body, place)
    if said.incident and row.noticed_on is None:
        raise _wrong(f"{place}.incident", mark("The tip names no day. Record the incident in the case."))
    source = SOURCES.get(row.way, "other")
    shelter = cases_queries.office_kind(desk, desk.office_id) == "shelter"
    order = CaseIn(
        source=source, **intake.first_seen(said), exploitation=row.exploitation,
        channel="shelter" if shelter else "other",
    )  # fmt: skip
    case = intake.opened(desk, order)
    incident_id = None
    if said.incident:
        what = incidents.What(row.noticed_on, row.place_kind, row.sector, source, row.exploitation)
        incident = incidents.begin(desk, what)
        incidents.tie(desk, incident, case.id)
        incident_id = incident.id
    return _led_to(desk, row, case.id, incident_id)


def join(desk: Desk, tip_id: str, body: dict[str, Any], place: str) -> TipOut:
    """Say to which known case, and so to which incident, a tip belongs; the actor must be able to write on it.

    StepRefused where it tells of danger and the case is closed: nobody is at work on it there.
    """
    row = _open(desk, tip_id, "join_tip", "Tie the tip to a case")
    said = _read(desk, JoinTipIn, body, place)
    other = person_queries.referenced(desk, said.reference.upper())
    if other is None:
        raise _wrong(f"{place}.reference", mark("Name a case that you can see."))
    permit(desk, "record:write", other.id, "tip")
    facts = hold_case(desk, other.id).case_facts
    closed = facts is not None and facts.care == Care.CLOSED.value
    refuse(desk, "join_tip", "Tie the tip to a case", rules.against_joining(_facts(desk, row), closed=closed))
    incident = incidents.incident_of(desk, other.id)
    return _led_to(desk, row, other.id, incident.id if incident is not None else None)


def _led_to(desk: Desk, row: Row[Any], case_id: str, incident_id: str | None) -> TipOut:
    held = _endangered(desk, row, hold_case(desk, case_id))
    move.remark(desk, held, Event("tip", "linked", held.version, {"tip": row.reference}, desk.now))
    return _settle(desk, row, "tip_linked", state=rules.CASE, case_id=case_id, incident_id=incident_id)


def _endangered(desk: Desk, row: Row[Any], held: Held) -> Held:
    """The danger that a tip told of is known in the case from now on, and those who protect are told."""
    if not rules.grave(row.danger, row.children):
        return held
    if held.case_facts is not None and held.case_facts.protection_risk:
        alarm.raised(desk, held, IN_DANGER)
        return held
    return recording.add_record(desk, held.id, "circumstances", {"protection_risk": True}, held.version)[1]


def _open(desk: Desk, tip_id: str, word: str, title: str) -> Row[Any]:
    """The tip, if it is within reach and still to be settled by this office."""
    row = _found(desk, TRIAGE, tip_id)
    refuse(desk, word, title, rules.against_settling(_facts(desk, row)))
    return row


def _settle(desk: Desk, row: Row[Any], look: str, **values: Any) -> TipOut:
    still = (TIP.c.id == row.id, TIP.c.state == row.state, TIP.c.triage_by == row.triage_by)
    order = update(TIP).where(*still).values(settled_by=desk.actor.id, settled_at=desk.now, **values)
    # An office that was passed the tip and passes it on in its turn sees it no more, and its act is whole all the same.
    reach = rows.as_the_house(desk.session, desk.actor.country) if "passed_to" in values else nullcontext()
    with reach:
        done: Any = desk.session.execute(order)
        if done.rowcount != 1:
            raise Conflict("Somebody has settled this tip meanwhile.", code="tip_settled")
        after = queries.by_id(desk, row.id)
    looked(desk, look, "tip", row.id)
    return _whole(desk, after)


def _found(desk: Desk, permission: str, tip_id: str) -> Row[Any]:
    row = queries.tip(desk, permission, tip_id) if is_id(tip_id) else None
    if row is None:
        raise NotFound()
    return row


def _facts(desk: Desk, row: Row[Any]) -> rules.TipFacts:
    # Whoever answers for the whole country settles what any office of it has.
    country = "country" in {scope.value for scope in desk.policies.scope_for(desk.actor.roles, TRIAGE)}
    return rules.TipFacts(row.state, row.danger, row.children, country or _holder(row) in offices(desk, TRIAGE))


def _holder(row: Row[Any]) -> str:
    return str(row.passed_to if row.state == rules.PASSED else row.office_id)


def _row(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "reference": row.reference, "opened_at": row.opened_at, "way": row.way, "danger": row.danger,
        "children": row.children, "state": row.state, "triage_by": row.triage_by, "office": row.office,
        "late": row.state in rules.OPEN and row.triage_by <= desk.now, "passed_to": row.there,
    }  # fmt: skip


def _whole(desk: Desk, row: Row[Any]) -> TipOut:
    if row.wrapped == DESTROYED:
        raise Erased()
    said = json.loads(desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _place(row.id)))
    plain = ("noticed_on", "place_kind", "sector", "exploitation", "people", "call_back", "told_language", "reason")
    return TipOut(
        **_row(desk, row), **{name: getattr(row, name) for name in plain}, **said,
        told=[code for code in row.told.split(",") if code], case=queries.case_called(desk, row.case_id),
        here=not rules.against_settling(_facts(desk, row)),
    )  # fmt: skip


def _triage_by(desk: Desk, tip: TipIn | Row[Any]) -> Any:
    """When somebody has to have looked at it: soon where it tells of great danger or of a child."""
    here = desk.actor.country
    clock = desk.policies.clock(URGENT if rules.grave(tip.danger, tip.children) else CLOCK, here, on=desk.today)
    return rings_at(desk.now, clock, desk.policies.calendar(here))


def _reference(desk: Desk) -> str:
    """As that of an incident, with a letter of its own: TH-2026-T-7F3K2Q."""
    return f"{desk.actor.country}-{desk.now.year}-T-{letters(6)}"


def _place(tip_id: str) -> bytes:
    return f"tip|sealed|{tip_id}|1".encode()


def _read(desk: Desk, form: type[AnyForm], body: dict[str, Any], place: str) -> AnyForm:
    return validated(form, body, CodeCheck(desk.policies), place, _UNFIT)


def _wrong(field: str, sentence: str, source: str = "") -> Invalid:
    return Invalid(_UNFIT, extra=at_field(field, sentence, source))
