"""The verbs of the jobs room: list, look, stop, let go on."""

from __future__ import annotations

from typing import Final

from app.access.desk import Desk
from app.casework import jobs
from app.casework.job_shapes import JobOut, job_out
from app.jobs.schemas import JobsOut

RIGHT: Final = "job:follow"


def listed(desk: Desk) -> JobsOut:
    """The newest long work the actor asked for."""
    return JobsOut(items=[job_out(row) for row in jobs.mine(desk)])


def read(desk: Desk, job_id: str) -> JobOut:
    """How far one is; NotFound for somebody else's."""
    return job_out(jobs.found(desk, job_id))


def cancel(desk: Desk, job_id: str) -> JobOut:
    """Have it stop after the step it is in; Conflict (job_over) if it is over."""
    return job_out(jobs.cancel(desk, job_id))


def resume(desk: Desk, job_id: str) -> JobOut:
    """Let it go on where it was; Conflict (job_over) if it goes on already, or is done."""
    return job_out(jobs.resume(desk, job_id))
