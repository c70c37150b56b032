"""What the exports room takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.access.approval_shapes import ApprovalOut
from app.casework.case_list import Filter
from app.casework.shapes import Id
from app.casework.stages import Stage
from app.exports.files import Format
from workflows.care import Care
from workflows.identification import Identification

Loose = Field(default=None, strict=False)
State = Literal["waiting", "ready", "refused", "withdrawn", "expired", "used_up"]


class FiltersIn(BaseModel):
    """What the list is narrowed to, as in GET /cases."""

    model_config = ConfigDict(extra="forbid", strict=True)

    identification: Annotated[Identification | None, Loose]
    care: Annotated[Care | None, Loose]
    stage: Annotated[Stage | None, Loose]
    child: bool | None = None
    nationality: Annotated[str | None, Field(pattern=r"^([A-Z]{2}|stateless|unknown)$", examples=["MM"])] = None
    mine: bool = False
    reference: Annotated[str | None, Field(pattern="^[A-Za-z0-9-]{1,40}$", examples=["TH-2017-7F3K2QAB"])] = None

    def wanted(self) -> Filter:
        """The filter of the list."""
        return Filter(
            self.identification.value if self.identification else None,
            self.care.value if self.care else None,
            self.stage,
            self.child,
            self.nationality,
            self.mine,
            self.reference,
        )


class ExportIn(BaseModel):
    """A list of cases that shall leave the program."""

    model_config = ConfigDict(extra="forbid", strict=True)

    purpose: Annotated[str, Field(max_length=40, examples=["ministry_report"], description="Code list export_purpose.")]
    note: Annotated[
        str,
        Field(
            min_length=10,
            max_length=1000,
            examples=["Quarterly report to the national committee, due on Friday."],
            description="What for and for whom, in your own words; kept sealed, read by the second person.",
        ),
    ]
    filters: FiltersIn = Field(default_factory=lambda: FiltersIn.model_validate({}))
    format: Annotated[
        Format,
        Field(examples=["htcds_json"], description="The plain list, or records of HTCDS 2.0 (IOM, CC BY 4.0)."),
    ] = "csv"
    identity: Annotated[
        bool,
        Field(
            description=(
                "HTCDS only: say who people are, where all seven points of consent were explained and the person agreed"
                " to this purpose. A second person always has to agree."
            )
        ),
    ] = False


class ExportOut(BaseModel):
    """A list that may be taken, or waits for a second person."""

    id: Id
    purpose: Annotated[str, Field(examples=["ministry_report"])]
    filters: Annotated[dict[str, Any], Field(examples=[{"care": "sheltered"}])]
    rows: Annotated[int, Field(examples=[42], description="Cases when it was asked for; the file holds those of then.")]
    columns: Annotated[list[str], Field(examples=[["reference", "office", "care"]])]
    format: Annotated[Format, Field(examples=["csv"])]
    identity: Annotated[bool, Field(description="Whether it says who people are, where they have agreed to that.")]
    state: State
    asked_at: datetime
    expires_at: datetime
    downloads_left: int
    approval: ApprovalOut | None = None


class ExportAskedOut(ExportOut):
    """The answer 202: so many rows need a second person."""

    answer_status: ClassVar[int] = 202
