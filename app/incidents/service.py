"""The verbs of the incidents room: record one, join one, open cases for its people, tell of alleged offenders, read."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import must, visible_case
from app.cases import intake, person_queries
from app.cases import queries as cases_queries
from app.cases.schemas import CaseIn
from app.casework import alleged, fieldgroups, incidents
from app.casework.forms import CodeCheck, validated
from app.casework.incidents import What
from app.casework.reach import SEEING, permit
from app.incidents import queries
from app.incidents.schemas import (
    CaseIncidentOut,
    IncidentCaseOut,
    IncidentIn,
    IncidentOut,
    JoinIn,
    OffenderIn,
    OffenderOut,
    PeopleIn,
    PeopleOut,
)
from app.kit.errors import Conflict, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from policies.model import FieldGroup

WRITE: Final = "record:write"
# As many people as one act may open cases for: more than were found in any raid we have read of.
MOST_PEOPLE: Final = 50
_WORD: Final = "incident"


def read(desk: Desk, case_id: str) -> CaseIncidentOut:
    """The incident a case belongs to, as the reader may see it. The look is noted, and one at offenders apart."""
    visible_case(desk, SEEING, case_id)
    incident = incidents.incident_of(desk, case_id)
    looked(desk, "incident_read", "case", case_id)
    return CaseIncidentOut(incident=_shown(desk, case_id, incident) if incident is not None else None)


def begin(desk: Desk, case_id: str, body: dict[str, Any], place: str) -> IncidentOut:
    """Record the incident of a case that belongs to none yet.

    ``body`` is plain JSON; ``place``: what fields are called below. Invalid (422) for codes that are in no list, a day
    to come or a border point that is not there; Conflict (409) where the case belongs to an incident already.
    """
    permit(desk, WRITE, case_id, _WORD)
    said = validated(IncidentIn, body, CodeCheck(desk.policies), place, _UNFIT)
    _check(desk, said, place)
    _must_be_free(desk, case_id)
    what = What(
        said.happened_on, said.place_kind, said.sector, said.source, said.exploitation, said.border_point,
        said.route or (),
    )  # fmt: skip
    incident = incidents.begin(desk, what)
    incidents.tie(desk, incident, case_id)
    return _shown(desk, case_id, incident)


def join(desk: Desk, case_id: str, body: dict[str, Any], place: str) -> IncidentOut:
    """Tie a case to the incident of another case that the actor sees, named by its reference."""
    permit(desk, WRITE, case_id, _WORD)
    said = validated(JoinIn, body, CodeCheck(desk.policies), place, _UNFIT)
    other = person_queries.referenced(desk, said.reference.upper())
    incident = incidents.incident_of(desk, other.id) if other is not None else None
    if incident is None:
        raise _wrong(f"{place}.reference", mark("Name a case that you can see and whose incident is recorded."))
    _must_be_free(desk, case_id)
    incidents.tie(desk, incident, case_id)
    alleged.tied(desk, case_id)
    return _shown(desk, case_id, incident)


def open_people(desk: Desk, case_id: str, body: dict[str, Any], place: str) -> PeopleOut:
    """Open a case for each person of the groups, with what the incident says, and tie all of them to it.

    Needs `case:create` beside the right to write on the case it starts from. Who the people are is told in each case.
    """
    permit(desk, WRITE, case_id, _WORD)
    must(desk, "case:create")
    said = validated(PeopleIn, body, CodeCheck(desk.policies), place, _UNFIT)
    incident = _incident(desk, case_id)
    if sum(group.people for group in said.groups) > MOST_PEOPLE:
        raise _wrong(f"{place}.groups", mark("Open cases for at most 50 people at a time."))
    shelter = cases_queries.office_kind(desk, desk.office_id) == "shelter"
    opened = []
    for group in said.groups:
        order = CaseIn(
            source=incident.source,
            **intake.first_seen(group),
            exploitation=incident.exploitation,
            channel="shelter" if shelter else "other",
        )
        for _ in range(group.people):
            case = intake.opened(desk, order)
            incidents.tie(desk, incident, case.id)
            opened.append(case.reference)
    return PeopleOut(incident=incident.reference, opened=opened)


def tell_offender(desk: Desk, case_id: str, body: dict[str, Any], place: str) -> IncidentOut:
    """Keep what is alleged of somebody who took part: sealed, and read only in the field group offenders."""
    permit(desk, WRITE, case_id, _WORD)
    fieldgroups.must_see(desk, FieldGroup.OFFENDERS)
    said = validated(OffenderIn, body, CodeCheck(desk.policies), place, _UNFIT)
    incident = _incident(desk, case_id)
    incidents.add_offender(desk, incident, said.role, said.names, said.words or "")
    alleged.named(desk, incident, said.role, said.names)
    incidents.tell(desk, case_id, "offender", incident)
    return _shown(desk, case_id, incident)


def _shown(desk: Desk, case_id: str, incident: Row[Any]) -> IncidentOut:
    offenders = None
    if fieldgroups.sees(desk, FieldGroup.OFFENDERS):
        offenders = [
            OffenderOut(id=each.id, role=each.role, names=list(each.names), words=each.words, added_at=each.added_at)
            for each in incidents.offenders_of(desk, incident)
        ]
        looked(desk, "offenders_read", "case", case_id, {"count": len(offenders)})
    return IncidentOut(
        reference=incident.reference,
        happened_on=incident.happened_on,
        place_kind=incident.place_kind,
        border_point=incident.border_point,
        sector=incident.sector,
        exploitation=incident.exploitation,
        source=incident.source,
        route=[code for code in incident.route.split(",") if code],
        cases=[IncidentCaseOut(**row._mapping) for row in queries.cases_of(desk, incident.id)],
        offenders=offenders,
    )


def _incident(desk: Desk, case_id: str) -> Row[Any]:
    incident = incidents.incident_of(desk, case_id)
    if incident is None:
        raise Conflict(mark("Record the incident of this case first."), code="no_incident")
    return incident


def _must_be_free(desk: Desk, case_id: str) -> None:
    if incidents.belongs_already(desk, case_id):
        raise Conflict(mark("This case belongs to an incident already."), code="incident_recorded")


def _check(desk: Desk, said: IncidentIn, place: str) -> None:
    if said.happened_on > desk.today:
        raise _wrong(f"{place}.happened_on", mark("Choose a day that is not in the future."), "IOM-3")
    points = {point.code for corridor in desk.policies.corridors.values() for point in corridor.border_points}
    if said.border_point is not None and said.border_point not in points:
        raise _wrong(f"{place}.border_point", mark("Choose one of the border crossings."))


def _wrong(field: str, sentence: str, source: str = "") -> Invalid:
    return Invalid(_UNFIT, extra=at_field(field, sentence, source))


_UNFIT: Final = mark("Some answers are missing or cannot be read.")
