"""Forms of the pages of a case: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.casework.forms import Form
from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from app.incidents import service
from app.incidents.schemas import IncidentIn, JoinIn, OffenderIn, PeopleIn
from app.models.case import Case
from app.models.task import Task
from tests.app.access.browser import Browser
from tests.app.documents import samples
from tests.factories import cases
from tests.factories.documents import put_document
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, desk_of
from tests.factories.towns import Town
from tests.inspect import reading

Fields = dict[str, Any]
Ready = tuple[str, Browser, Fields]


def path_of(town: Town, case_id: str) -> str:
    """The address of a case."""
    with reading(town.house.db) as session:
        return f"/cases/{session.execute(select(Case.reference).where(Case.id == case_id)).scalar_one()}"


def a_case(town: Town, point: str = "sheltered") -> str:
    """The address of a fresh case of the shelter, with a team."""
    return path_of(town, cases.bring_case(town.house, town.th, point))


def posted(town: Town, kind: str, **changes: Any) -> Fields:
    """What a page would post for the example of a kind."""
    found: Fields = {}
    for name, value in fields_for(inputs_of(KINDS[kind].form), form(town.house, kind, **changes)):
        found[name] = [*found[name], value] if name in found else [value]
    return found


def filled(town: Town, who: Worker, page: str, action: str, **typed: Any) -> Ready:
    """A browser of ``who`` that has filled in the form of ``page`` which posts to ``action``."""
    browser = browser_at(town, who)
    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.text)
    return action, browser, browser.form(action).fields | typed


def step(town: Town) -> Ready:
    """Take a step with its form."""
    path = f"{a_case(town, 'screening')}/steps/identification/presume"
    return filled(town, town.th["social_worker"], path, path, **posted(town, "screening"))


def matter_step(town: Town) -> Ready:
    """Take a step of a request for a service."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    worker = town.th["social_worker"]
    made = cases.take(town.house, worker, case_id, "request_service", form(town.house, "service_request"))
    path = f"{path_of(town, case_id)}/matters/{made.matter_id}/steps/accept_service"
    return filled(town, worker, path, path)


def record(town: Town) -> Ready:
    """File a record."""
    path = f"{a_case(town)}/records/new/wish"
    return filled(town, town.th["social_worker"], path, path, **posted(town, "wish"))


def correction(town: Town) -> Ready:
    """Correct a record."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    record_id = cases.add(town.house, town.th["social_worker"], case_id, "wish")
    path = f"{path_of(town, case_id)}/records/{record_id}/correct"
    return filled(town, town.th["social_worker"], path, path, **posted(town, "wish", wish="stay"))


def manager(town: Town) -> Ready:
    """Name the case manager."""
    path = f"{a_case(town)}/people"
    return filled(town, town.th["supervisor"], path, f"{path}/manager", manager=town.th["case_manager"].id)


def joining(town: Town) -> Ready:
    """Put a colleague on the team."""
    path, who = f"{a_case(town)}/people", f"{town.th['shelter_manager'].id}:shelter_manager"
    return filled(town, town.th["supervisor"], path, f"{path}/join", colleague=who)


def leaving(town: Town) -> Ready:
    """Take a colleague off the team."""
    path = f"{a_case(town)}/people"
    return filled(town, town.th["supervisor"], path, f"{path}/leave", user_id=town.th["health_officer"].id)


def note(town: Town) -> Ready:
    """Write a note."""
    path = f"{a_case(town)}/notes/new"
    return filled(town, town.th["social_worker"], path, path, note="Slept well.")


def asking(town: Town) -> Ready:
    """Tell a colleague that a step waits for them, from the page of a step that nobody but they can free."""
    case = a_case(town, "identified")
    return filled(town, town.th["social_worker"], f"{case}/steps/care/plan_return", f"{case}/ask")


def identity(town: Town) -> Ready:
    """Uncover an identity."""
    path = f"{a_case(town)}/identity"
    return filled(town, town.th["social_worker"], path, path, purpose="health")


def identity_written(town: Town) -> Ready:
    """Write down who somebody is."""
    path = f"{a_case(town)}/identity/write"
    return filled(town, town.th["social_worker"], path, path, given_names="Thida")


def rights_read(town: Town) -> Ready:
    """Record that the rights were read out."""
    path = f"{a_case(town)}/rights/my"
    return filled(town, town.th["social_worker"], path, path, understood="yes", answer="accepted")


def file_added(town: Town) -> Ready:
    """Add a file."""
    path = f"{a_case(town)}/documents/new"
    return filled(town, town.th["social_worker"], path, path, kind="court_paper", file=samples.pdf())


def file_wrong(town: Town) -> Ready:
    """Mark a file as entered in error."""
    case_id, who = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    path = f"{path_of(town, case_id)}/documents/{put_document(town.house, who, case_id)}"
    return filled(town, who, path, f"{path}/error", reason="wrong_file")
def clock(town: Town) -> Ready:
    """Stop the clock of a task."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    with reading(town.house.db) as session:
        wanted = (Task.case_id == case_id, Task.kind == "decide_identification")
        path = f"/tasks/{session.execute(select(Task.id).where(*wanted)).scalar_one()}/clock"
    return filled(town, town.th["supervisor"], path, path, cause="person_unwell")
def bed_asking(town: Town) -> Ready:
    """Ask a shelter for a bed."""
    keep_beds(town)
    path = f"{a_case(town)}/beds"
    return filled(town, town.th["social_worker"], path, path, shelter="th-shelter-tak", need="none", urgency="days")


def bed_withdrawing(town: Town) -> Ready:
    """Take a request for a bed back."""
    path, _ = asked_bed(town)
    return filled(town, town.th["social_worker"], f"{path}/beds", f"{path}/beds/withdraw")


def keep_beds(town: Town) -> str:
    """Beds for women in the shelter in Tak: the id of the group."""
    manager = town.th["shelter_manager"]
    body = {"sex": "F", "ages": "adult", "beds": 9}
    return str(town.post(manager, f"/shelters/{manager.office_id}/beds", body).json()["id"])


def asked_bed(town: Town) -> tuple[str, str]:
    """A case that has asked for a bed: its address, and the id of the request."""
    keep_beds(town)
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    body = {"shelter": "th-shelter-tak", "urgency": "days"}
    asked = town.post(town.th["social_worker"], f"/cases/{case_id}/bed-requests", body)
    return path_of(town, case_id), str(asked.json()["id"])


def beds_adding(town: Town) -> Ready:
    """Add beds."""
    manager = town.th["shelter_manager"]
    path = f"/shelters/{manager.office_id}/beds"
    return filled(town, manager, path, path, sex="F", ages="child", need="none", beds="2")


def beds_changing(town: Town) -> Ready:
    """Change how many beds there are."""
    manager = town.th["shelter_manager"]
    path = f"/shelters/{manager.office_id}/beds/{keep_beds(town)}"
    return filled(town, manager, path, path, beds="3")


def bed_confirming(town: Town) -> Ready:
    """Hold a bed."""
    path = f"/bed-requests/{asked_bed(town)[1]}"
    beds = keep_beds(town)
    return filled(town, town.th["shelter_manager"], path, f"{path}/confirm", beds_id=beds)


def bed_declining(town: Town) -> Ready:
    """Say that there is no bed."""
    path = f"/bed-requests/{asked_bed(town)[1]}"
    return filled(town, town.th["shelter_manager"], path, f"{path}/decline", why="full")
INCIDENT = {
    "happened_on": "2026-11-20", "place_kind": "workplace", "sector": "fishing", "exploitation": "ForcedLabour",
    "source": "police",
}  # fmt: skip


def of_sheet(sheet: type[Form], body: dict[str, Any]) -> Fields:
    """What a page of an incident would post for ``body``."""
    return dict(fields_for(inputs_of(sheet), body))


def with_incident(town: Town) -> str:
    """The address of a case whose incident is recorded."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    with desk_of(town.house, town.th["social_worker"]) as desk:
        service.begin(desk, case_id, INCIDENT, "record")
    return path_of(town, case_id)


def incident(town: Town) -> Ready:
    """Record the incident of a case."""
    path = f"{a_case(town)}/incident/new"
    return filled(town, town.th["social_worker"], path, path, **of_sheet(IncidentIn, INCIDENT))


def incident_joined(town: Town) -> Ready:
    """Tie a case to the incident of another one."""
    other = with_incident(town).rpartition("/")[2]
    path = f"{a_case(town)}/incident/join"
    return filled(town, town.th["social_worker"], path, path, **of_sheet(JoinIn, {"reference": other}))


def incident_people(town: Town) -> Ready:
    """Open cases for more people."""
    path = f"{with_incident(town)}/incident/people"
    group = {"people": 2, "sex": "M", "age_band": "18+", "nationality": "MM", "language": "my"}
    return filled(town, town.th["social_worker"], path, path, **of_sheet(PeopleIn, {"groups": [group]}))


def incident_offender(town: Town) -> Ready:
    """Tell of an alleged offender."""
    path = f"{with_incident(town)}/incident/offenders"
    body = {"role": "recruiter", "names": ["Somchai K."]}
    return filled(town, town.th["legal_officer"], path, path, **of_sheet(OffenderIn, body))


def same_person(town: Town) -> Ready:
    """Join two records as one person's."""
    other = path_of(town, cases.open_case(town.house, town.th["case_manager"])).removeprefix("/cases/")
    path = path_of(town, cases.open_case(town.house, town.th["case_manager"])) + "/same-person"
    return filled(town, town.th["case_manager"], path, path, reference=other, reason="She told us of her first stay.")


def two_people(town: Town) -> Ready:
    """Take two joined records apart."""
    path, browser, fields = same_person(town)
    browser.post(path, fields)
    browser.get(path)
    action = f"{path}/apart"
    return action, browser, browser.form(action).fields | {"reason": "The embassy knows them as two sisters."}


CASE_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/cases/{reference}/steps/{machine}/{step}": step,
    "/cases/{reference}/matters/{matter_id}/steps/{step}": matter_step,
    "/cases/{reference}/beds": bed_asking,
    "/cases/{reference}/beds/withdraw": bed_withdrawing,
    "/shelters/{shelter_id}/beds": beds_adding,
    "/shelters/{shelter_id}/beds/{beds_id}": beds_changing,
    "/bed-requests/{bed_request_id}/confirm": bed_confirming,
    "/bed-requests/{bed_request_id}/decline": bed_declining,
    "/cases/{reference}/records/new/{kind}": record,
    "/cases/{reference}/records/{record_id}/correct": correction,
    "/cases/{reference}/people/manager": manager,
    "/cases/{reference}/people/join": joining,
    "/cases/{reference}/people/leave": leaving,
    "/cases/{reference}/notes/new": note,
    "/cases/{reference}/documents/new": file_added,
    "/cases/{reference}/documents/{document_id}/error": file_wrong,
    "/cases/{reference}/ask": asking,
    "/cases/{reference}/identity": identity,
    "/cases/{reference}/identity/write": identity_written,
    "/cases/{reference}/same-person": same_person,
    "/cases/{reference}/same-person/apart": two_people,
    "/cases/{reference}/rights/{language}": rights_read,
    "/tasks/{task_id}/clock": clock,
    "/cases/{reference}/incident/new": incident,
    "/cases/{reference}/incident/join": incident_joined,
    "/cases/{reference}/incident/people": incident_people,
    "/cases/{reference}/incident/offenders": incident_offender,
}
