"""The JSON door of the jobs room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.job_shapes import JobOut
from app.jobs import service
from app.jobs.schemas import JobsOut
from app.kit.errors import Conflict, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["jobs"])

Follower = Annotated[Door, Depends(needs(service.RIGHT))]


@router.get("/jobs", response_model=JobsOut, summary="List your long work")
def list_jobs(door: Follower) -> JobsOut:
    """The newest long work you have asked for, such as imports, with how far each is."""
    with door.read() as desk:
        return service.listed(desk)


@router.get("/jobs/{job_id}", response_model=JobOut, responses=documented(NotFound), summary="See how far it is")
def read_job(job_id: str, door: Follower) -> JobOut:
    """How far one is. Workers do it in small steps; each step is done whole and counted, or not at all."""
    with door.write() as desk:
        return service.read(desk, job_id)


@router.post(
    "/jobs/{job_id}/cancel", response_model=JobOut, responses=documented(NotFound, Conflict), summary="Stop it"
)
def cancel_job(job_id: str, door: Follower) -> Response:
    """Stop it after the step it is in. What was done stays done."""
    return door.once(lambda desk: service.cancel(desk, job_id))


@router.post(
    "/jobs/{job_id}/resume", response_model=JobOut, responses=documented(NotFound, Conflict), summary="Let it go on"
)
def resume_job(job_id: str, door: Follower) -> Response:
    """Let it go on where it was stopped, whether by you, by a rule or by a fault."""
    return door.once(lambda desk: service.resume(desk, job_id))
