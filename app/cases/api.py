"""The JSON door of the cases room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.cases import intake, service
from app.cases.entitlements_api import router as entitlements_router
from app.cases.filing_api import router as filing_router
from app.cases.matters_api import router as matters_router
from app.cases.notes_api import router as notes_router
from app.cases.recipients_api import router as recipients_router
from app.cases.saved_api import router as saved_router
from app.cases.schemas import (
    CaseIn,
    CaseNextStepsOut,
    CaseOut,
    CasePageOut,
    CasesCountOut,
    CasesOut,
    CaseTimelineOut,
    LeaveIn,
    ManagerIn,
    TeamIn,
)
from app.casework import timeline
from app.casework.case_list import Filter
from app.casework.seen import IF_MATCH, seen_version
from app.casework.shapes import StepIn
from app.casework.stages import Stage
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.paging import ask
from app.kit.problems import documented
from workflows.care import Care
from workflows.identification import Identification

router = APIRouter(tags=["cases"])

Opener = Annotated[Door, Depends(needs("case:create"))]
Reader = Annotated[Door, Depends(needs("case:read"))]
Assigner = Annotated[Door, Depends(needs("case:assign"))]
Historian = Annotated[Door, Depends(needs("timeline:read"))]
Limit = Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]
CHANGES: Final = documented(Invalid, Forbidden, NotFound, StaleVersion, Conflict, PreconditionMissing)


@router.post(
    "/cases", status_code=201, response_model=CaseOut, responses=documented(Invalid, Conflict), summary="Open a case"
)
def open_case(body: CaseIn, door: Opener) -> Response:
    """Open a case in your own office. You join its team.

    With `previous_case_id` the new case belongs to the same person as an earlier one: its manager gets a task,
    and a return that failed is remembered.

    Where a case within your reach is about somebody with a like name, the answer is 409 `may_be_known` with the
    references in `candidates`; each comparison is noted. Name the case in `previous_case_id`, or say `new_person`.
    """
    return door.once(lambda desk: intake.opened_unless_known(desk, body), status=201)


def narrowed(
    identification: Annotated[Identification | None, Query(description="State of the identification.")] = None,
    care: Annotated[Care | None, Query(description="State of the care.")] = None,
    stage: Annotated[Stage | None, Query(description="One of the five stages.")] = None,
    child: Annotated[bool | None, Query(description="Only children, or only adults.")] = None,
    nationality: Annotated[
        str | None, Query(pattern=r"^([A-Z]{2}|stateless|unknown)$", description="ISO code.", examples=["MM"])
    ] = None,
    mine: Annotated[bool, Query(description="Only those on whose team you are, or somebody you stand in for.")] = False,
    reference: Annotated[
        str | None,
        Query(pattern="^[A-Za-z0-9-]{1,40}$", description="The whole reference.", examples=["TH-2017-7F3K2QAB"]),
    ] = None,
    flag: Annotated[
        str | None,
        Query(pattern="^[a-z_]{1,40}$", description="Only those with this flag (flag_kind) up, or `any`."),
    ] = None,
    reopened: Annotated[bool, Query(description="Only those that were closed once and opened again.")] = False,
    finding: Annotated[
        str | None,
        Query(
            pattern="^[a-z_]{1,40}$", examples=["smuggled"],
            description="What was found instead of trafficking: a code of the list other_finding.",
        ),
    ] = None,
) -> Filter:
    """What a list of cases, or its count, is narrowed to."""
    return Filter(
        identification.value if identification else None, care.value if care else None, stage, child, nationality,
        mine, reference, flag=flag, reopened=reopened, finding=finding,
    )  # fmt: skip


Wanted = Annotated[Filter, Depends(narrowed)]


@router.get("/cases", response_model=CasesOut, responses=documented(Invalid), summary="List cases")
def list_cases(door: Reader, wanted: Wanted, limit: Limit = None, cursor: Cursor = None) -> CasesOut:
    """The cases within your reach, newest first. No names; the look is noted with filter and count."""
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return service.listed(desk, wanted, asked)


@router.get("/cases/count", response_model=CasesCountOut, responses=documented(Invalid), summary="Count cases")
def count_cases(door: Reader, wanted: Wanted) -> CasesCountOut:
    """How many cases the list with the same filters holds, within your reach."""
    with door.write() as desk:
        return service.counted(desk, wanted)


@router.get(
    "/cases/{case_id}", response_model=CasePageOut, responses=documented(NotFound), summary="Open the page of a case"
)
def read_case(case_id: str, door: Reader, response: Response) -> CasePageOut:
    """Facts within your field groups, team, open tasks, referrals, next steps; its version as ETag.

    `chain` says how much of the history was just checked against its hashes (the newest entries; the audit
    checks all of them).
    """
    with door.write() as desk:
        found = service.read(desk, case_id)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.post(
    "/cases/{case_id}/steps/{step}",
    response_model=CaseOut,
    responses=CHANGES,
    openapi_extra=IF_MATCH,
    summary="Take a step of identification or care",
)
def take_step(case_id: str, step: str, body: StepIn, door: Reader) -> Response:
    """Take a step. It needs the step's own permission as well; GET next-steps tells which are yours.

    A step that is blocked answers 409 with every reason, its source and who can mend it; a step of another
    role answers 403. Both change nothing and stay in the timeline as attempts.
    """
    return door.once(lambda desk: service.take_step(desk, case_id, step, body, seen_version(door, body.seen_version)))


@router.get(
    "/cases/{case_id}/next-steps",
    response_model=CaseNextStepsOut,
    responses=documented(NotFound),
    summary="See what can be done next",
)
def read_next_steps(case_id: str, door: Reader) -> CaseNextStepsOut:
    """Every step your role could take from here, allowed or blocked with all its reasons."""
    with door.write() as desk:
        return service.steps(desk, case_id)


@router.post(
    "/cases/{case_id}/case-manager",
    response_model=CaseOut,
    responses=CHANGES,
    openapi_extra=IF_MATCH,
    summary="Name the case manager",
)
def name_manager(case_id: str, body: ManagerIn, door: Assigner) -> Response:
    """Name the case manager, who joins the team."""
    return door.once(lambda desk: service.assign(desk, case_id, body, seen_version(door, body.seen_version)))


@router.post(
    "/cases/{case_id}/team",
    response_model=CaseOut,
    responses=CHANGES,
    openapi_extra=IF_MATCH,
    summary="Put a colleague on the team",
)
def join_team(case_id: str, body: TeamIn, door: Assigner) -> Response:
    """Put a colleague on the team, for a time if you like: need-to-know, one case at a time."""
    return door.once(lambda desk: service.join(desk, case_id, body, seen_version(door, body.seen_version)))


@router.post(
    "/cases/{case_id}/team/leave",
    response_model=CaseOut,
    responses=CHANGES,
    openapi_extra=IF_MATCH,
    summary="Take somebody off the team",
)
def leave_team(case_id: str, body: LeaveIn, door: Assigner) -> Response:
    """Take somebody off the team; the case leaves their sight with the next request, unless their role reaches it."""
    return door.once(lambda desk: service.leave(desk, case_id, body, seen_version(door, body.seen_version)))


@router.get(
    "/cases/{case_id}/timeline",
    response_model=CaseTimelineOut,
    responses=documented(NotFound, Invalid),
    summary="Read the timeline of a case",
)
def read_timeline(
    case_id: str,
    door: Historian,
    newest_first: Annotated[bool, Query(description="Newest entries first; a cursor keeps its direction.")] = False,
    limit: Limit = None,
    cursor: Cursor = None,
) -> CaseTimelineOut:
    """The history of the case and of its referrals, both countries in one line.

    Refused attempts are shown to those who hold `attempt:read`, opened notes to those who see the field group
    narrative.
    """
    asked = ask(limit, cursor, timeline.SHAPE)
    with door.write() as desk:
        return service.history(desk, case_id, asked, newest_first)


router.include_router(matters_router)
router.include_router(entitlements_router)
router.include_router(filing_router)
router.include_router(notes_router)
router.include_router(recipients_router)
router.include_router(saved_router)
