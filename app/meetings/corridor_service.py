"""The verbs of meetings between countries: list, propose, read, the acts of the machine, and the minutes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.rows import as_the_house
from app.casework import conferring, conferring_decisions, conferring_items
from app.casework.conferring_bodies import (
    AgendaBody,
    CalledOffBody,
    Contents,
    DecisionBody,
    ItemBody,
    MinutesBody,
    ProposalBody,
    ReturnedBody,
    items_from,
    items_told,
)
from app.casework.move import refusal_out
from app.casework.refusing import refuse
from app.casework.shapes import RefusalOut
from app.kit.errors import Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.meetings import corridor_cadence
from app.meetings import corridor_queries as queries
from app.meetings.corridor_schemas import (
    ActIn,
    ActOut,
    AgendaItemOut,
    CorridorMeetingOut,
    CorridorMeetingsOut,
    DecisionOut,
    MeetingRowOut,
    MinutesIn,
    MinutesOut,
    ProposalIn,
    ReasonOut,
    ReturnedOut,
    StandingOut,
)
from app.models.base import is_id
from workflows import corridor_meeting as rules
from workflows.corridor_agenda import merged
from workflows.corridor_meeting import M

MOST: Final = 50
WAY, REMARK, WHY, WHAT = "meeting_way", "minutes_remark", "call_off_reason", "meeting_decision"
# Acts that a form or an address may name; minutes are proposed with their own.
ACTS: Final = frozenset(each.name for each in rules.ACTS) - {"propose_minutes"}
_DAY_OVER: Final = mark("This day is over. Choose today or a later day.")
_CHOOSE: Final = mark("Choose an answer.")


def listed(desk: Desk) -> CorridorMeetingsOut:
    """The standing meetings of the actor's country, and its meetings, the newest first."""
    rows = queries.newest(desk, MOST)
    looked(desk, "corridor_meetings_listed", "country", desk.actor.country, {"count": len(rows)})
    standing = [
        StandingOut(
            country=each.country, kind=each.rule.kind, every_months=each.rule.every_months, basis=each.rule.basis,
            sources=list(each.rule.sources), note=each.rule.note, conflicts=list(each.rule.conflicts),
            last_on=each.last_on, convene_from=each.convene_from, next_by=each.next_by, stands=each.stands,
        )
        for each in corridor_cadence.standing(desk)
    ]  # fmt: skip
    return CorridorMeetingsOut(standing=standing, items=[MeetingRowOut(**_plain(desk, each)) for each in rows])


def convened(desk: Desk, body: ProposalIn) -> CorridorMeetingOut:
    """Propose a meeting to another country.

    Invalid (422) for a country without an agreement, a kind it does not know, another host, or a day that is over.
    """
    here = desk.actor.country
    if body.to_country not in corridor_cadence.partners(desk):
        raise unfit("to_country", mark("Choose a country with which there is an agreement."))
    if body.kind not in {each.kind for each in corridor_cadence.kinds_with(desk, body.to_country)}:
        raise unfit("kind", mark("Choose a kind of meeting that the agreement knows."))
    if body.host not in (here, body.to_country):
        raise unfit("host", _CHOOSE)
    _must_be_ahead(desk, body.day, body.way)
    proposal = ProposalBody(kind=body.kind, host=body.host, way=body.way, day=body.day)
    return shown(desk, conferring.convene(desk, body.to_country, proposal))


def read(desk: Desk, meeting_id: str) -> CorridorMeetingOut:
    """One meeting of the actor's country; NotFound for any other. The look is noted."""
    row = found(desk, meeting_id)
    looked(desk, "corridor_meeting_read", "corridor_meeting", row.id)
    return shown(desk, row.id)


def acted(desk: Desk, meeting_id: str, name: str, body: ActIn) -> CorridorMeetingOut:
    """Take an act of the machine. StepRefused with every reason against it; Invalid (422) for what it needs."""
    row = found(desk, meeting_id, lock=True)
    if name not in ACTS:
        raise NotFound()
    kept = conferring.contents(desk, row)
    _must_be_possible(desk, row, kept, name)
    match name:
        case "accept_day":
            conferring.act(desk, row, kept, name, _proposal(row))
        case "other_day" | "move_day":
            _moved(desk, row, kept, name, body)
        case "call_off":
            reason = _known(desk, WHY, body.reason, "reason")
            conferring.act(desk, row, kept, name, CalledOffBody(reason=reason), reason=reason)
        case "send_items":
            _sent(desk, row, kept, body)
        case "close_agenda":
            _closed(desk, row, kept)
        case "confirm_minutes":
            _confirmed(desk, row, kept)
        case "return_minutes":
            remark = _known(desk, REMARK, body.remark, "remark")
            kept.returned = ReturnedBody(remark=remark, number=body.number, words=body.words.strip())
            conferring.act(desk, row, kept, name, kept.returned)
    return shown(desk, row.id)


def proposed(desk: Desk, meeting_id: str, body: MinutesIn) -> CorridorMeetingOut:
    """Propose the minutes of a meeting of which the actor's country is the host.

    Invalid (422) for unknown codes, another country, a day ahead, or a day that is over by the day of the meeting.
    StepRefused for a referral that is not on the agenda, or words where the person has not agreed.
    """
    row = found(desk, meeting_id, lock=True)
    kept = conferring.contents(desk, row)
    _must_be_possible(desk, row, kept, "propose_minutes")
    if body.held_on > desk.today:
        raise unfit("held_on", mark("Put a meeting down on its day or afterwards."))
    agenda = {each.reference: each for each in kept.agenda or []}
    parts = conferring_decisions.parts(desk.policies)
    for number, each in enumerate(body.decisions):
        at = f"decisions.{number}."
        _known(desk, WHAT, each.what, f"{at}what")
        if each.by_country not in (row.country, row.other_country):
            raise unfit(f"{at}by_country", _CHOOSE)
        if each.part not in parts:
            raise unfit(f"{at}part", mark("Choose a part that somebody can have on a referral."))
        if each.until < body.held_on:
            raise unfit(f"{at}until", mark("This day lies before the day it has to follow."))
    said = [(each.referral, bool(each.words.strip())) for each in body.decisions]
    bounded = {reference for reference, item in agenda.items() if item.bounded}
    refuse(desk, "propose_minutes", "Propose the minutes", rules.against_decisions(agenda, bounded, said))
    decisions = [
        DecisionBody(
            number=number, referral=agenda[each.referral].referral, what=each.what, by_country=each.by_country,
            part=each.part, until=each.until, words=each.words.strip(),
        )
        for number, each in enumerate(body.decisions, start=1)
    ]  # fmt: skip
    kept.minutes, kept.returned = MinutesBody(held_on=body.held_on, decisions=decisions), None
    conferring.act(desk, row, kept, "propose_minutes", kept.minutes)
    return shown(desk, row.id)


def found(desk: Desk, meeting_id: str, *, lock: bool = False) -> Row[Any]:
    """The copy of a meeting that the actor's country holds; NotFound for any other."""
    row = queries.one(desk, meeting_id, lock=lock) if is_id(meeting_id) else None
    if row is None:
        raise NotFound()
    return row


def shown(desk: Desk, row_id: str) -> CorridorMeetingOut:
    """A meeting as the actor may see it: entries about referrals out of their sight are counted, not shown."""
    row = found(desk, row_id)
    kept = conferring.contents(desk, row)
    mine = items_told(conferring_items.own_items(desk, row, kept.by_hand)) if row.state in _PREPARING else []
    agenda, theirs = kept.agenda or [], kept.theirs or []
    decided = kept.minutes.decisions if kept.minutes else []
    items = (*mine, *agenda, *theirs)
    asked = {each.referral for each in items} | {each.referral for each in decided} | set(kept.by_hand)
    seen, hidden = conferring_items.readable(desk, asked)

    def told(items: Iterable[ItemBody]) -> list[AgendaItemOut]:
        return [_item(each, seen.get(each.referral)) for each in items if each.referral not in hidden]

    names = {each.referral: each.reference for each in items}
    return CorridorMeetingOut(
        **_plain(desk, row), host=row.host, way=row.way, proposed_by=row.proposed_by, reason=row.reason,
        held_on=row.held_on, sent=kept.ours is not None, received=kept.theirs is not None, prepared=told(mine),
        put_down=[seen[each].reference for each in kept.by_hand if each in seen],
        theirs=told(theirs), agenda=None if kept.agenda is None else told(agenda),
        hidden=sum(1 for each in agenda if each.referral in hidden),
        minutes=_minutes(desk, row, kept, names, hidden),
        returned=ReturnedOut(**kept.returned.model_dump()) if kept.returned else None,
        acts=[
            ActOut(
                name=each.name, title=each.title, allowed=not reasons,
                refusals=[RefusalOut(**refusal_out(desk, reason)) for reason in reasons],
            )
            for each, reasons in rules.offered(conferring.facts_of(desk, row, kept), desk.today)
        ],
        parts=list(conferring_decisions.parts(desk.policies)),
    )  # fmt: skip


# Where the items of this country can still change.
_PREPARING: Final = frozenset({M.PROPOSED.value, M.AGREED.value})
# State -> which side has the next step.
_NEXT: Final = {
    M.PROPOSED.value: "asked", M.PREPARED.value: "host", M.MINUTES_PROPOSED.value: "guest",
    M.MINUTES_RETURNED.value: "host",
}  # fmt: skip


def _plain(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    hosts, proposes = row.host == desk.actor.country, row.proposed_by == desk.actor.country
    ours = {"asked": not proposes, "host": hosts, "guest": not hosts}.get(_NEXT.get(row.state, ""), False)
    return {
        "id": row.id, "reference": row.reference, "country": row.other_country, "kind": row.kind, "day": row.day,
        "state": row.state, "ours": ours,
    }  # fmt: skip


def _item(each: ItemBody, copy: Row[Any] | None) -> AgendaItemOut:
    return AgendaItemOut(
        reference=each.reference if copy is None else copy.reference, referral_id=copy.id if copy is not None else None,
        state=copy.state if copy is not None else None, bounded=each.bounded,
        reasons=[ReasonOut(**one.model_dump()) for one in each.reasons],
    )  # fmt: skip


def _minutes(
    desk: Desk, row: Row[Any], kept: Contents, names: dict[str, str], hidden: frozenset[str]
) -> MinutesOut | None:
    if kept.minutes is None:
        return None
    done = queries.done_at(desk, row.id)
    decisions = [
        DecisionOut(
            number=each.number, reference=names.get(each.referral, "-"), what=each.what, by_country=each.by_country,
            part=each.part, until=each.until, words=each.words, done_at=done.get(each.number),
        )
        for each in kept.minutes.decisions
        if each.referral not in hidden
    ]  # fmt: skip
    many = len(kept.minutes.decisions)
    return MinutesOut(held_on=kept.minutes.held_on, decisions=decisions, hidden=many - len(decisions))


def _must_be_possible(desk: Desk, row: Row[Any], kept: Contents, name: str) -> None:
    """What speaks against an act comes before what is wrong in its form."""
    title = next(each.title for each in rules.ACTS if each.name == name)
    refuse(desk, name, title, rules.against(name, conferring.facts_of(desk, row, kept), desk.today))


def _moved(desk: Desk, row: Row[Any], kept: Contents, name: str, body: ActIn) -> None:
    if body.day is None:
        raise unfit("day", mark("Choose a day."))
    way = body.way or row.way
    _must_be_ahead(desk, body.day, way)
    told = ProposalBody(kind=row.kind, host=row.host, way=way, day=body.day)
    conferring.act(desk, row, kept, name, told, day=body.day, way=way, proposed_by=desk.actor.country)


def _sent(desk: Desk, row: Row[Any], kept: Contents, body: ActIn) -> None:
    if body.referrals is not None:
        wanted = [each.strip() for each in body.referrals if each.strip()]
        known = conferring_items.copies_of(desk, wanted, row.other_country)
        if any(each not in known for each in wanted):
            raise unfit("referrals", mark("One of these is no referral with this country that you can put down."))
        kept.by_hand = list(dict.fromkeys(known[each] for each in wanted))
    kept.ours = items_told(conferring_items.own_items(desk, row, kept.by_hand))
    conferring.act(desk, row, kept, "send_items", AgendaBody(items=kept.ours))


def _closed(desk: Desk, row: Row[Any], kept: Contents) -> None:
    if kept.ours is None:
        kept.ours = items_told(conferring_items.own_items(desk, row, kept.by_hand))
    kept.agenda = items_told(merged(items_from(kept.ours), items_from(kept.theirs or [])))
    conferring.act(desk, row, kept, "close_agenda", AgendaBody(items=kept.agenda))


def _confirmed(desk: Desk, row: Row[Any], kept: Contents) -> None:
    assert kept.minutes is not None
    conferring.act(desk, row, kept, "confirm_minutes", kept.minutes, held_on=kept.minutes.held_on)
    with as_the_house(desk.session, desk.actor.country):
        conferring_decisions.take_on(desk, row, kept.minutes)


def _proposal(row: Row[Any]) -> ProposalBody:
    return ProposalBody(kind=row.kind, host=row.host, way=row.way, day=row.day)


def _must_be_ahead(desk: Desk, day: Any, way: str) -> None:
    if day < desk.today:
        raise unfit("day", _DAY_OVER)
    _known(desk, WAY, way, "way")


def _known(desk: Desk, code_list: str, code: str | None, field: str) -> str:
    if code is None or not desk.policies.knows(code_list, code):
        raise unfit(field, _CHOOSE)
    return code


def unfit(field: str, sentence: str) -> Invalid:
    """The refusal of one answer, for the marked ``sentence``."""
    return Invalid("Some answers are missing or cannot be read.", extra=at_field(field, sentence))
