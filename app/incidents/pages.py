"""The HTML door of the incidents room: the incident of a case, and the forms that record, join, and add to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework import fieldgroups, posted
from app.casework.forms import Form
from app.casework.inputs import RECORD, SILENCES, inputs_of
from app.casework.offers import offered
from app.casework.reach import permit
from app.incidents import service
from app.incidents.schemas import IncidentIn, JoinIn, OffenderIn, PeopleIn
from app.kit.errors import AppError, Invalid
from app.kit.typed import Typed
from app.kit.words import mark
from app.overview import form_page
from app.overview.case_frame import open_case
from policies.model import FieldGroup

router = APIRouter()

Looker = Annotated[Page, Depends(opens("case:read"))]
Writer = Annotated[Page, Depends(opens("record:write"))]
Done = Annotated[str, Query(max_length=20)]

PAGE: Final = "incidents/incident.html"
FORM: Final = "incidents/form.html"
DONE: Final = {
    "begun": mark("The incident is recorded."),
    "people": mark("The cases are open."),
    "offender": mark("Saved."),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form of an incident: its fields, title, button, what it does, and what the next page says."""

    name: str
    form: type[Form]
    title: str
    button: str
    act: Callable[[Desk, str, dict[str, Any], str], Any]
    done: str
    hint: str = ""


NEW: Final = Sheet("new", IncidentIn, mark("Record the incident"), mark("Record"), service.begin, "begun")
JOIN: Final = Sheet("join", JoinIn, mark("Join a recorded incident"), mark("Join"), service.join, "begun")
PEOPLE: Final = Sheet(
    "people", PeopleIn, mark("Open cases for more people"), mark("Open the cases"), service.open_people, "people",
    mark("A case of its own is opened for each person at once."),
)  # fmt: skip
OFFENDERS: Final = Sheet(
    "offenders", OffenderIn, mark("Tell of an alleged offender"), mark("Save"), service.tell_offender, "offender",
    mark("An allegation, not a finding. Only those who work with the law on a case read it."),
)  # fmt: skip


@router.get("/cases/{reference}/incident")
def incident(reference: str, page: Looker, done: Done = "") -> Response:
    """What happened, the cases of it within reach, and for those who may read it who is alleged to have taken part."""
    with page.write() as desk:
        opened = open_case(desk, reference)
        writes = opened.reach(service.WRITE)
        context: dict[str, Any] = {
            "case": opened,
            "found": service.read(desk, opened.id).incident,
            "writes": writes,
            "opens": writes and permitted(desk, "case:create"),
            "accuses": writes and fieldgroups.sees(desk, FieldGroup.OFFENDERS),
            "points": _points(desk),
        }
    return page.show(PAGE, here="cases", section="incident", said=DONE.get(done, ""), **context)


@router.get("/cases/{reference}/incident/new")
def new_page(reference: str, page: Writer) -> Response:
    """The form that records an incident."""
    return _asked(page, reference, NEW)


@router.post("/cases/{reference}/incident/new")
def new(reference: str, page: Writer) -> Response:
    """Record an incident."""
    return _done(page, reference, NEW)


@router.get("/cases/{reference}/incident/join")
def join_page(reference: str, page: Writer) -> Response:
    """The form that names another case of the same incident."""
    return _asked(page, reference, JOIN)


@router.post("/cases/{reference}/incident/join")
def join(reference: str, page: Writer) -> Response:
    """Join a recorded incident."""
    return _done(page, reference, JOIN)


@router.get("/cases/{reference}/incident/people")
def people_page(reference: str, page: Writer) -> Response:
    """The form that opens cases for more people of the incident."""
    return _asked(page, reference, PEOPLE)


@router.post("/cases/{reference}/incident/people")
def people(reference: str, page: Writer) -> Response:
    """Open the cases."""
    return _done(page, reference, PEOPLE)


@router.get("/cases/{reference}/incident/offenders")
def offenders_page(reference: str, page: Writer) -> Response:
    """The form that tells of an alleged offender."""
    return _asked(page, reference, OFFENDERS)


@router.post("/cases/{reference}/incident/offenders")
def offenders(reference: str, page: Writer) -> Response:
    """Keep what is alleged."""
    return _done(page, reference, OFFENDERS)


def _asked(page: Page, reference: str, sheet: Sheet) -> Response:
    with page.write() as desk:
        context = _context(desk, reference, sheet)
    return page.show(FORM, **context)


def _done(page: Page, reference: str, sheet: Sheet) -> Response:
    typed = page.typed_form()
    if form_page.wants_rows(typed):
        with page.write() as desk:
            context = _context(desk, reference, sheet, typed)
        return page.show(FORM, typed=typed, **context)

    def act(desk: Desk) -> None:
        opened = open_case(desk, reference)
        got = posted.gathered(inputs_of(sheet.form), typed)
        got.must_be_whole()
        try:
            sheet.act(desk, opened.id, got.body, RECORD)
        except Invalid as error:
            raise posted.at_fields(error) from None

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, reference, sheet, typed)

    return page.act_or_show(act, f"/cases/{reference}/incident?done={sheet.done}", FORM, again)


def _context(desk: Desk, reference: str, sheet: Sheet, typed: Typed | None = None) -> dict[str, Any]:
    opened = open_case(desk, reference, look="incident_read")
    if typed is None:
        # Who may not is told so before anything is typed.
        permit(desk, service.WRITE, opened.id, "incident")
        if sheet is OFFENDERS:
            fieldgroups.must_see(desk, FieldGroup.OFFENDERS)
    inputs = offered(desk.policies, inputs_of(sheet.form))
    return {
        "here": "cases",
        "section": "incident",
        "case": opened,
        "sheet": sheet,
        "path": f"{opened.path}/incident/{sheet.name}",
        "inputs": inputs,
        "rows": form_page.rows_for(inputs, typed),
        "silences": SILENCES,
    }


def _points(desk: Desk) -> dict[str, str]:
    """Code of a border crossing -> its names."""
    return {
        point.code: " · ".join(dict.fromkeys(point.names.values()))
        for corridor in desk.policies.corridors.values()
        for point in corridor.border_points
    }
