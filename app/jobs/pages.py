"""The HTML door of the jobs room: how far long work is, stop it, let it go on."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.page_door import Page, opens
from app.casework import jobs
from app.casework.job_shapes import JobOut
from app.jobs import service

router = APIRouter()

Follower = Annotated[Page, Depends(opens(service.RIGHT))]
LIST: Final = "/reports/jobs"
# Kind of work -> where what it is about is shown.
ABOUT: Final = {"import_check": "/reports/imports", "import_cases": "/reports/imports"}
# The same of work whose page is not one of its own.
SHOWN_AT: Final = {"make_microdata": "/reports/microdata"}


@router.get(LIST)
def jobs_page(page: Follower) -> Response:
    """The newest long work of one's own."""
    with page.read() as desk:
        found = service.listed(desk)
    return page.show("jobs/list.html", here="cases", found=found.items, **_words())


@router.get(LIST + "/{job_id}")
def job_page(job_id: str, page: Follower) -> Response:
    """How far it is; the page looks again by itself while it can be seen."""
    with page.write() as desk:
        found = service.read(desk, job_id)
    return page.show("jobs/one.html", here="cases", found=found, about=_about(found), **_words())


@router.post(LIST + "/{job_id}/cancel")
def cancel(job_id: str, page: Follower) -> Response:
    """Stop it after the step it is in."""
    with page.read() as desk:
        found = service.read(desk, job_id)
    page.again("jobs/one.html", here="cases", found=found, about=_about(found), **_words())
    return page.act(lambda desk: _acted(service.cancel(desk, job_id).id), then=LIST)


@router.post(LIST + "/{job_id}/resume")
def resume(job_id: str, page: Follower) -> Response:
    """Let it go on where it was."""
    with page.read() as desk:
        found = service.read(desk, job_id)
    page.again("jobs/one.html", here="cases", found=found, about=_about(found), **_words())
    return page.act(lambda desk: _acted(service.resume(desk, job_id).id), then=LIST)


def _about(found: JobOut) -> str | None:
    """Where what a piece of work is about is shown: on a page of its own, or on one of all of its kind."""
    if found.kind in ABOUT:
        return f"{ABOUT[found.kind]}/{found.subject_id}"
    return SHOWN_AT.get(found.kind)


def _acted(job_id: str) -> str:
    return f"{LIST}/{job_id}"


def _words() -> dict[str, Any]:
    return {
        "titles": {name: kind.title for name, kind in jobs.KINDS.items()},
        "states": jobs.STATES,
        "looks": {
            "waiting": "wait", "running": "wait", "done": "done", "cancelled": "blocked", "stopped": "blocked",
            "failed": "bad",
        },
    }  # fmt: skip
