"""A piece of long work as its room and the rooms that ask for it show it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Row

from app.casework import jobs
from app.casework.shapes import Id

__all__ = ["JobOut", "job_out"]

State = Literal["waiting", "running", "done", "cancelled", "stopped", "failed"]


class JobOut(BaseModel):
    """A piece of long work and how far it is."""

    id: Id
    kind: Annotated[str, Field(examples=["import_cases"])]
    subject_id: Annotated[str, Field(examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
    state: State
    why: Annotated[str | None, Field(examples=[None], description="What stopped it, as a code.")] = None
    done: Annotated[int, Field(examples=[20])]
    total: Annotated[int, Field(examples=[42])]
    faults: Annotated[int, Field(examples=[1])]
    counts: Annotated[dict[str, int], Field(examples=[{"opened": 19, "refused": 1}])]
    asked_at: datetime
    started_at: datetime | None = None
    changed_at: datetime
    ended_at: datetime | None = None
    can_cancel: bool
    can_resume: bool


def job_out(row: Row[Any]) -> JobOut:
    """A row of the table as it is shown."""
    return JobOut(
        id=row.id,
        kind=row.kind,
        subject_id=row.subject_id,
        state=row.state,
        why=row.why,
        done=row.done,
        total=row.total,
        faults=row.faults,
        counts=json.loads(row.result),
        asked_at=row.asked_at,
        started_at=row.started_at,
        changed_at=row.changed_at,
        ended_at=row.ended_at,
        can_cancel=row.state in jobs.OPEN,
        can_resume=row.state in jobs.OVER,
    )
