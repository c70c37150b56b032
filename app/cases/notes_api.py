"""The JSON door for notes; they are read in the timeline, by those they were written for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.desk import Desk
from app.access.door import Door, needs
from app.cases import notes
from app.cases.schemas import Happened
from app.casework.audience import EVERYBODY
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["cases"])

Writer = Annotated[Door, Depends(needs("record:write"))]
Seq = Annotated[int, Field(ge=1, le=999_999_999)]


class NoteIn(BaseModel):
    """A note, for whom it is, and which note it corrects, if one."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"note": "Slept well.", "audience": "team"}}
    )

    note: Annotated[str, Field(min_length=1, max_length=4000, description="Kept sealed in the history.")]
    audience: Annotated[
        str, Field(max_length=20, description="everybody, team, office, or a field group: health, legal, risk.")
    ] = EVERYBODY
    corrects: Annotated[Seq | None, Field(description="Number (`seq`) of the note it corrects, which stays.")] = None
    happened_at: Happened | None = None


class NoteOut(BaseModel):
    """The note as it stands in the timeline of the case."""

    seq: Annotated[int, Field(description="Its number in the timeline.", examples=[14])]
    audience: Annotated[str, Field(examples=["team"])]
    corrects: int | None


@router.post(
    "/cases/{case_id}/notes",
    status_code=201,
    response_model=NoteOut,
    responses=documented(Invalid, Forbidden, NotFound),
    summary="Write a note",
)
def write_note(case_id: str, body: NoteIn, door: Writer) -> Response:
    """Add a note to the history. It is read by those who see what people tell and are of its audience."""

    def act(desk: Desk) -> NoteOut:
        seq = notes.write(desk, case_id, body.note, body.happened_at, body.audience, body.corrects)
        return NoteOut(seq=seq, audience=body.audience, corrects=body.corrects)

    return door.once(act, status=201)
