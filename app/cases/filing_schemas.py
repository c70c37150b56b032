"""What records look like at the JSON door; the form itself is checked by its own kind."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.cases.schemas import Happened, Note, SeenVersion
from app.casework.shapes import Id, Moment, NextStepOut, Version


class RecordIn(BaseModel):
    """A form to file, or the correction of one: the corrected record stays and is pointed to."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "example": {"record": {"wish": "return", "voluntary": True, "options_explained": True}, "seen_version": 7}
        },
    )

    record: Annotated[dict[str, Any], Field(description="The form; GET /record-kinds/{kind} gives its schema.")]
    seen_version: SeenVersion | None = None
    corrects: Annotated[str, Field(max_length=36, description="Id of the record this one corrects.")] | None = None
    note: Note | None = None
    happened_at: Happened | None = None


class RecordOut(BaseModel):
    """A record: what it is and who filed it; ``body`` only where the reader sees the kind's field group."""

    id: Id
    kind: Annotated[str, Field(examples=["wish"])]
    title: Annotated[str, Field(examples=["The person's wish"])]
    group: Annotated[str, Field(examples=["facts"])]
    kind_version: int
    seq: Annotated[int, Field(description="Number of the history entry that tells of it.")]
    created_by: Id
    happened_at: Moment
    recorded_at: Moment
    corrects: Id | None
    digest: Annotated[str, Field(examples=["9049ed9116bea80f2a038624b21700185a1fa09ca51386724e942dc42ac6651d"])]
    body: Annotated[dict[str, Any] | None, Field(examples=[{"wish": "return", "voluntary": True}])] = None


class RecordFiledOut(BaseModel):
    """The record as filed, with the new version of the case and what can be done next."""

    version: Version
    record: RecordOut
    next_steps: list[NextStepOut]


class RecordsOut(BaseModel):
    """One page of the records of a case, oldest first."""

    items: list[RecordOut]
    next: str | None = None


class KindOut(BaseModel):
    """A kind of record."""

    kind: Annotated[str, Field(examples=["wish"])]
    title: Annotated[str, Field(examples=["The person's wish"])]
    group: Annotated[str, Field(description="The field group a role must see to read or file it.")]
    permission: Annotated[str, Field(description="What filing it outside a step needs.")]
    version: int
    filed_by: Annotated[list[str], Field(description="Steps that take it as their form.")]
    only_with_step: bool


class KindDetailOut(KindOut):
    """A kind of record with its form as JSON schema (x-code-list names the code list of a field)."""

    form: Annotated[dict[str, Any], Field(description="JSON schema of `record`.")]
    example: dict[str, Any]


class KindsOut(BaseModel):
    """All kinds of records, by name."""

    items: list[KindOut]
