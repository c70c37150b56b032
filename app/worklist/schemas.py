"""What the worklist room takes and gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, OfficeCode, RoleCode


class TaskState(StrEnum):
    """Which tasks a list shows."""

    OPEN = "open"
    STOPPED = "stopped"
    DONE = "done"
    ALL = "all"


class StopOut(BaseModel):
    """Why the clock of a task stands still."""

    cause: Annotated[str, Field(description="Of the code list stop_cause.", examples=["person_unwell"])]
    since: Moment
    by: Annotated[str, Field(description="The account that stopped it, or system.", examples=["system"])]
    ends_at: Annotated[Moment | None, Field(description="When it runs again by itself; none: when a record says so.")]


class TaskOut(BaseModel):
    """A duty of a role in an office, with where its due moment comes from."""

    id: Id
    kind: Annotated[str, Field(examples=["end_of_reflection"])]
    role: RoleCode
    office: OfficeCode
    case_id: Id | None
    referral_id: Id | None
    opened_at: Moment
    due_at: Moment
    late: Annotated[bool, Field(description="Still open after the moment it was due.")]
    clock: Annotated[str, Field(description="The clock of the policies that set the moment.")]
    basis: Annotated[str, Field(description="sourced, practice or default: how sure the clock is.")]
    sources: Annotated[list[str], Field(examples=[["OHCHR-G6.2"]])]
    state: Annotated[str, Field(examples=["open"])]
    done_at: Moment | None
    done_by: Id | None
    missed_at: Moment | None
    rung: Annotated[str | None, Field(description="The last rung of its ladder that rang.", examples=["reminder"])]
    stop: StopOut | None
    priority: Annotated[str, Field(description="A code of task_priority.", examples=["normal"])]
    assignee: Annotated[Id | None, Field(description="One colleague alone; null: whoever has the role.")]
    record_id: Annotated[Id | None, Field(description="The record that says what to do, where somebody made it.")]
    closed_by: Annotated[list[str], Field(description="What ends it, as machine.step or record.kind; empty: by hand.")]


class TasksOut(BaseModel):
    """One page of tasks, due first; ``next`` is the cursor of the following page."""

    items: list[TaskOut]
    next: str | None = None


class DoneIn(BaseModel):
    """What was done, in your own words."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"note": "Guardian appointed by the court today."}}
    )

    note: Annotated[str, Field(min_length=1, max_length=4000, description="Kept sealed in the history.")] | None = None


class ResumeIn(BaseModel):
    """Why the clock runs again, in your own words if you like."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"note": "Well again."}})

    note: Annotated[str, Field(min_length=1, max_length=4000, description="Kept sealed in the history.")] | None = None


class StopIn(ResumeIn):
    """Why a clock stands still, or its time is extended: a coded cause, and your own words if you like."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"cause": "person_unwell", "note": "In hospital."}}
    )

    cause: Annotated[str, Field(min_length=1, max_length=40, description="Of the code list stop_cause.")]


class PriorityIn(BaseModel):
    """How pressing a task is."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"priority": "urgent"}})

    priority: Annotated[str, Field(max_length=60, description="A code of task_priority.")]


class NoticeOut(BaseModel):
    """One notice to you, in ids, codes and counts: a notice is read on screens that other people pass."""

    id: Id
    kind: Annotated[str, Field(examples=["emergency_opened"])]
    subject: Annotated[str, Field(description="What it is about.", examples=["case"])]
    subject_id: Annotated[str, Field(examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
    detail: Annotated[dict[str, Any], Field(examples=[{"until": "2017-03-02T09:00:00+00:00"}])]
    at: Moment
    read_at: Moment | None


class NoticesOut(BaseModel):
    """One page of your notices, unread ones first, then the newest; ``next`` is the cursor of the following page."""

    items: list[NoticeOut]
    unread: Annotated[int, Field(description="How many are unread in all.", examples=[2])]
    next: str | None = None


class NoticeReadIn(BaseModel):
    """Whether a notice counts as read."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"read": True}})

    read: bool
