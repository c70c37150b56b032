"""What the imports room takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.access.approval_shapes import ApprovalOut
from app.casework.job_shapes import JobOut
from app.casework.shapes import Id

Stage = Literal["check", "bring"]
_HEX: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class MappingOut(BaseModel):
    """A mapping that comes with the program."""

    name: Annotated[str, Field(examples=["example-table"])]
    version: Annotated[int, Field(examples=[1])]
    title: Annotated[str, Field(examples=["Register of a shelter, one row for each person"])]
    source_system: Annotated[str, Field(examples=["shelter-register"])]


class MappingsOut(BaseModel):
    """The mappings that come with the program."""

    items: list[MappingOut]


class ImportIn(BaseModel):
    """The fields beside the file."""

    model_config = ConfigDict(extra="forbid")

    mapping: Annotated[str, Field(max_length=60, description="A mapping of the house, by name; or send your own.")] = ""
    mapping_text: Annotated[str, Field(max_length=200_000, description="A mapping of your own, as YAML.")] = ""
    all_or_nothing: Annotated[bool, Field(description="Bring in every row, or none.")] = False


class StartIn(BaseModel):
    """Bring the cases in."""

    model_config = ConfigDict(extra="forbid", strict=True)

    why: Annotated[
        str,
        Field(
            min_length=10, max_length=1000, examples=["The register of 2024, before the shelter began with Waymark."],
            description="What this is, in your own words; kept sealed, read by the second person.",
        ),
    ]  # fmt: skip
    others: Annotated[
        list[Annotated[int, Field(ge=1)]],
        Field(
            max_length=1000, examples=[[14]],
            description="Lines about somebody who is not the person with a like name: you have looked.",
        ),
    ] = []  # fmt: skip


class ImportOut(BaseModel):
    """A file whose cases may come in: what was found in a trial run, and how far it is."""

    id: Id
    source_system: Annotated[str, Field(examples=["shelter-register"])]
    mapping: Annotated[str, Field(examples=["example-table"])]
    mapping_version: Annotated[int, Field(examples=[1])]
    mapping_digest: Annotated[str, Field(examples=[_HEX], description="SHA-256 of the mapping.")]
    file_digest: Annotated[str, Field(examples=[_HEX], description="SHA-256 of the file.")]
    rows: Annotated[int, Field(examples=[42])]
    all_or_nothing: bool
    state: Literal["checking", "checked", "waiting", "coming_in", "done", "none", "gone", "refused"]
    asked_at: datetime
    keep_until: Annotated[datetime, Field(description="Until then the rows are kept, sealed.")]
    rows_kept: Annotated[bool, Field(description="Whether the rows of the file are still kept, sealed.")]
    check: JobOut
    bring: JobOut | None = None
    approval: ApprovalOut | None = None


class ImportAskedOut(ImportOut):
    """The answer 202: so many rows need a second person."""

    answer_status: ClassVar[int] = 202


class FindingOut(BaseModel):
    """One thing found in one cell; never what stands in it."""

    column: Annotated[str, Field(examples=["Date of birth"], description="Empty for the row as a whole.")]
    rule: Annotated[str, Field(examples=["no_such_day"])]
    value_class: Annotated[str, Field(examples=["day"], description="What kind of value the cell holds.")]
    said: Annotated[str, Field(examples=[""], description="The rule as the form said it that refused the row.")]
    sentence: Annotated[str, Field(examples=["There is no such day in the calendar."])]


class LineOut(BaseModel):
    """What became of a line, or would."""

    line: Annotated[int, Field(examples=[14])]
    outcome: Annotated[str, Field(examples=["refused"])]
    findings: list[FindingOut]
    case_id: Id | None = None


class ReportOut(BaseModel):
    """Line by line; ``next``: the line after which the next page begins."""

    stage: Stage
    counts: Annotated[dict[str, int], Field(examples=[{"new": 40, "refused": 2}])]
    items: list[LineOut]
    next: int | None = None


# No file has a line beyond, and no column holds one.
MOST_LINES: Final = 2**31 - 1
FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "CSV, XLSX, ODS or a JSON list."},
                        "mapping": {"type": "string", "examples": ["example-table"]},
                        "mapping_text": {"type": "string", "description": "A mapping of your own, as YAML."},
                        "all_or_nothing": {"type": "boolean", "default": False},
                    },
                }
            }
        },
    }
}
