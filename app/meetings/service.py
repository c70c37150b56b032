"""The verbs of the meetings room: put down a meeting, list those of the office, and draw the agenda of one."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, insert

from app.access.desk import Desk
from app.access.log import looked
from app.casework import case_list, meeting
from app.casework.case_list import Filter
from app.casework.facts import case_facts_from
from app.casework.meeting import TABLE
from app.casework.stages import stage_of
from app.kit.canonical import canonical_bytes
from app.kit.errors import Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.meetings import queries
from app.meetings.schemas import (
    AgendaItemOut,
    AgendaOut,
    MeetingIn,
    MeetingOut,
    MeetingsOut,
    PresentOut,
    StuckOut,
)
from app.models.base import new_id
from workflows.facts import Situation, Today
from workflows.guards.consent import consent_for_case_meeting

KINDS: Final = "case_meeting_kind"
# The meeting between those who answer for an agreement, and the rung of the ladder that leads there.
CASE_MANAGEMENT: Final = "case_management"
MEETING_RUNG: Final = "case_management_meeting"
MOST: Final = 25
MOST_CASES: Final = 50
# In this order: what somebody put down for the meeting, what else they worry about, what stands still.
_FILTERS: Final = (Filter(flag="for_meeting"), Filter(flag=case_list.ANY), Filter(late=True))


def listed(desk: Desk) -> MeetingsOut:
    """The newest meetings of the actor's office, each with the cases discussed that the actor may see."""
    rows = meeting.recent(desk, MOST)
    seen = queries.discussed(desk, (row.id for row in rows))
    looked(desk, "meetings_listed", "office", desk.office_id, {"count": len(rows)})
    return MeetingsOut(items=[_out(row, seen.get(row.id, [])) for row in rows])


def held(desk: Desk, body: MeetingIn) -> MeetingOut:
    """Put down a meeting of the actor's office.

    Invalid (422) for a kind, a part or an office that is unknown, an office of another country, and a day ahead.
    """
    if not desk.policies.knows(KINDS, body.kind):
        raise unfit("kind", mark("Choose what kind of meeting it was."))
    if body.held_on > desk.today:
        raise unfit("held_on", mark("Put a meeting down on its day or afterwards."))
    here = {each.code for each in desk.policies.countries[desk.actor.country].offices}
    if any(each.part not in desk.policies.roles or each.at not in here for each in body.present):
        raise unfit("present", mark("Say for each who was there the part and an office of this country."))
    row: dict[str, Any] = {
        "id": new_id(), "country": desk.actor.country, "office_id": desk.office_id, "kind": body.kind,
        "held_on": body.held_on, "made_by": desk.actor.id, "made_at": desk.now,
        "present": canonical_bytes([[each.part, each.at] for each in body.present]).decode(),
    }  # fmt: skip
    desk.session.execute(insert(TABLE), row)
    looked(desk, "meeting_put_down", "meeting", str(row["id"]), {"kind": body.kind})
    return _out(_one(desk, str(row["id"])), [])


def agenda(desk: Desk, meeting_id: str) -> AgendaOut:
    """What a meeting of the actor's office has to discuss, within `case:meet`; NotFound for any other meeting."""
    row = _one(desk, meeting_id)
    seen = queries.discussed(desk, [row.id]).get(row.id, [])
    done = {each.id for each in seen}
    found: dict[str, AgendaItemOut] = {}
    late = {each.id for each in queries.waiting(desk, Filter(late=True), MOST_CASES)}
    for wanted in _FILTERS:
        for each in queries.waiting(desk, wanted, MOST_CASES - len(found)):
            found.setdefault(each.id, _item(desk, row, each, each.id in late, each.id in done))
    stuck = _stuck(desk) if row.kind == CASE_MANAGEMENT else []
    looked(desk, "meeting_agenda_read", "meeting", row.id, {"count": len(found) + len(stuck)})
    return AgendaOut(meeting=_out(row, seen), items=list(found.values()), referrals=stuck)


def _stuck(desk: Desk) -> list[StuckOut]:
    """The referrals whose late duties have climbed to the rung of the meeting, or beyond it."""
    return [
        StuckOut(
            referral_id=copy.id, reference=copy.reference, state=copy.state, other_country=copy.other_country,
            task=duty.kind, due_at=duty.due_at, rung=duty.rung,
        )
        for copy, duty in queries.stuck(desk, _from_the_meeting_on(desk), MOST_CASES)
    ]  # fmt: skip


def _from_the_meeting_on(desk: Desk) -> frozenset[str]:
    known = desk.policies.corridors.values()
    ladders = {desk.policies.default_corridor.escalation, *(each.escalation for each in known)}
    found = (ladder[ladder.index(MEETING_RUNG):] for ladder in ladders if MEETING_RUNG in ladder)
    return frozenset(code for rungs in found for code in rungs)


def _item(desk: Desk, row: Row[Any], case: Row[Any], late: bool, discussed: bool) -> AgendaItemOut:
    given = {"outsiders": meeting.has_outsiders(desk, row, case.organisation)}
    situation = Situation(desk.actor, Today(desk.now, desk.today), case_facts_from(case.facts), given=given)
    return AgendaItemOut(
        case_id=case.id,
        reference=case.reference,
        stage=stage_of(case.care),
        flags=case_list.flags_of(case),
        late=late,
        discussed=discussed,
        consent_missing=consent_for_case_meeting.objection(situation, desk.policies) is not None,
    )


def _one(desk: Desk, meeting_id: str) -> Row[Any]:
    row = meeting.one(desk, meeting_id)
    if row is None:
        raise NotFound()
    return row


def _out(row: Row[Any], cases: list[Row[Any]]) -> MeetingOut:
    return MeetingOut(
        id=row.id,
        kind=row.kind,
        held_on=row.held_on,
        present=[PresentOut(part=part, at=office) for part, office in meeting.present(row)],
        cases=[each.reference for each in cases],
    )


def unfit(field: str, sentence: str) -> Invalid:
    """The refusal of a meeting whose ``field`` does not fit, for the marked ``sentence``."""
    return Invalid("This meeting cannot be put down.", extra=at_field(field, sentence))
