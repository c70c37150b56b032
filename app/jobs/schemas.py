"""What the jobs room gives."""

from __future__ import annotations

from pydantic import BaseModel

from app.casework.job_shapes import JobOut


class JobsOut(BaseModel):
    """The newest of one's own."""

    items: list[JobOut]
