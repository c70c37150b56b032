"""The JSON door of the statistics room."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.approval_shapes import ApprovalAskedOut
from app.access.door import Door, needs
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.kit.words import mark
from app.statistics import board, release, service
from app.statistics.board_shapes import BoardOut
from app.statistics.microdata.overview import overview
from app.statistics.microdata.shapes import MicrodataOut
from app.statistics.schemas import ReleaseIn, ReleasesOut, ReportsOut, TableOut
from app.statistics.working_out import work_out

router = APIRouter(prefix="/statistics", tags=["statistics"])

Reader = Annotated[Door, Depends(needs(service.READ))]
Releaser = Annotated[Door, Depends(needs(release.RELEASE))]
PeriodText = Annotated[
    str | None,
    Query(
        min_length=4, max_length=20, pattern=r"^[0-9Q.-]+$", examples=["2017"],
        description="2017, 2015..2018 where the table tells years apart, 2017-Q3 or 2017-06-30: as the report counts.",
    ),
]  # fmt: skip
Year = Annotated[int | None, Query(ge=1990, le=2100, examples=[2017], description="The same as a period of one year.")]
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The table as released; or the file of synthetic records.",
    }
}


@router.get("", response_model=ReportsOut)
def list_reports(door: Reader) -> ReportsOut:
    """Which tables there are."""
    with door.read() as desk:
        return service.reports(desk)


@router.get("/board", response_model=BoardOut)
def read_board(door: Reader) -> BoardOut:
    """What supervision looks at: late duties by office and corridor, days to answer, trace and return, declines.

    Also blocked attempts, exceptions, emergencies, and what open cases do not say. Workers are never compared.
    """
    with door.write() as desk:
        return board.board(desk)


@router.get("/microdata", response_model=MicrodataOut, summary="See files of synthetic records and their budgets")
def read_microdata(door: Reader, year: Year = None) -> MicrodataOut:
    """Which files of synthetic records may be made, and what was told of the people of each year.

    The budget of a year is for all files about its people and is never renewed. How far a file is from the truth is
    told to those who may release.
    """
    with door.read() as desk:
        return overview(desk, str(year) if year else None, release.RELEASE)


@router.get("/releases", response_model=ReleasesOut, summary="List what was given to the public")
def list_releases(door: Reader) -> ReleasesOut:
    """The releases of the country, the newest first, each with the SHA-256 of its bytes."""
    with door.read() as desk:
        return release.listed(desk)


@router.post(
    "/releases",
    status_code=202,
    response_model=ApprovalAskedOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict),
    summary="Ask for a table to become public",
)
def ask_for_release(body: ReleaseIn, door: Releaser) -> Response:
    """Ask for a table of a period that is over to become public; a second person agrees (see /approvals).

    It is counted now, hidden beside what is public already, and served as stored ever after; it is refused where the
    tables of the same people would together tell of a few. A file of synthetic records (see /statistics/microdata)
    becomes long work of who asked (see /jobs), and takes its part of the year's privacy budget. A later release of the
    same period says what is corrected, and is refused where the two, compared, would tell of a few people.
    """
    worked = work_out(door, body)
    return door.once(lambda desk: release.ask(desk, body, worked), status=202)


@router.get(
    "/releases/{report}/{period}",
    response_class=Response,
    responses={**FILE, **documented(NotFound)},
    summary="Read a release",
)
def read_release(
    report: str, period: str, door: Reader, number: Annotated[int | None, Query(ge=1, le=1000)] = None
) -> Response:
    """The bytes as they were released, the newest unless ``number`` says which; `Content-Digest` is their SHA-256."""
    with door.write() as desk:
        found, content = release.released(desk, report, period, number)
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode("ascii")
    return Response(content, headers={"Content-Digest": f"sha-256=:{digest}:"}, media_type=found.media)


@router.get(
    "/drafts/{draft_id}", response_model=TableOut, responses=documented(NotFound),
    summary="Read a table that waits for a second person",
)  # fmt: skip
def read_draft(draft_id: str, door: Releaser) -> TableOut:
    """The very table that becomes public if a second person agrees, for those who asked or could decide.

    ``draft_id`` is the id of the approval.
    """
    with door.write() as desk:
        table, _ = release.draft(desk, draft_id)
    return table


@router.get("/{report}", response_model=TableOut, responses=documented(Invalid, Forbidden, NotFound))
def read_report(report: str, door: Reader, period: PeriodText = None, year: Year = None) -> TableOut:
    """One table of a period. Who may not open the cases themselves sees no figure of too few people."""
    if period is None and year is None:
        raise Invalid(
            mark("Say for which period."), extra={"errors": [{"field": "period", "rule": "required, such as 2017"}]}
        )
    with door.write() as desk:
        return service.table(desk, report, period or str(year))
