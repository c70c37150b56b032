"""What the readiness room takes and gives. The forms serve both doors: their titles are the questions of the pages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.casework.forms import Coded, Form, From, Language, Long, Short, Words
from app.casework.shapes import Id, Moment, OfficeCode, RefusalOut
from app.kit.words import mark


class ExpectedRow(Form):
    """So many people of whom the same is expected."""

    people: Annotated[int, Field(ge=1, le=200)] = Field(title=mark("How many people?"), examples=[6])
    sex: Annotated[str, Coded("sex")] = Field(title=mark("Sex"), examples=["M"])
    age_band: Annotated[str, Coded("age_band")] = Field(
        title=mark("Age"),
        description=mark("In doubt the person is treated as a child until shown otherwise."),
        examples=["18+"],
    )
    language: Language = Field(title=mark("Language"), examples=["my"])


class OperationIn(Form):
    """A planned operation: when, what kind of place, who is expected there, and where for those who plan it."""

    planned_on: Annotated[date, Field(strict=False)] = Field(
        title=mark("On which day is it planned?"), examples=["2027-01-20"]
    )
    place_kind: Annotated[str, Coded("incident_place")] = Field(
        title=mark("At what kind of place?"), examples=["workplace"]
    )
    sector: Annotated[str, Coded("incident_sector")] = Field(title=mark("In which sector?"), examples=["fishing"])
    where: Long = Field(
        title=mark("Where, and how?"),
        description=mark("Only your office reads this. Offices that are asked for help do not."),
        examples=["Two boats at the third pier, before dawn."],
    )
    expected: Annotated[tuple[ExpectedRow, ...], Field(strict=False, min_length=1, max_length=12)] = Field(
        title=mark("Who is expected there?"), description=mark("One entry for all of whom the same is expected.")
    )


class ReserveIn(Form):
    """What an office is asked to keep ready."""

    kind: Annotated[str, Coded("reserve_kind")] = Field(title=mark("What is needed?"), examples=["beds"])
    office: Annotated[Short, From("office")] = Field(title=mark("Which office?"), examples=["th-shelter-tak"])
    people: Annotated[int, Field(ge=1, le=200)] | None = Field(
        default=None, title=mark("Beds: for how many people?"), examples=[6]
    )
    sex: Annotated[str, Coded("bed_sex")] | None = Field(default=None, title=mark("Beds: for whom?"), examples=["M"])
    ages: Annotated[
        Literal["adult", "child"] | None, Words({"adult": mark("Adults"), "child": mark("Children")})
    ] = Field(default=None, title=mark("Beds: for adults or for children?"), examples=["adult"])
    language: Language | None = Field(default=None, title=mark("Interpreter: of which language?"), examples=[None])


class AnswerIn(Form):
    """What an office answers. A shelter that keeps its beds here names the group that is kept."""

    answer: Annotated[
        Literal["hold", "decline", "give_back"],
        Words({"hold": mark("Yes, it is kept ready"), "decline": mark("No"), "give_back": mark("Give it back")}),
    ] = Field(title=mark("What do you answer?"), examples=["hold"])
    beds_id: Annotated[str, Field(max_length=36)] | None = Field(default=None, title=mark("Which beds?"))


class EndIn(Form):
    """How an operation ended."""

    ended: Annotated[
        Literal["over", "called_off"], Words({"over": mark("It is over"), "called_off": mark("It was called off")})
    ] = Field(title=mark("How did it end?"), examples=["over"])


class ExpectedOut(BaseModel):
    """So many people of whom the same is expected."""

    people: Annotated[int, Field(examples=[6])]
    sex: Annotated[str, Field(examples=["M"])]
    age_band: Annotated[str, Field(examples=["18+"])]
    language: Annotated[str, Field(examples=["my"])]


class NeedOut(BaseModel):
    """How much of something is needed, and how much is confirmed."""

    kind: Annotated[str, Field(examples=["beds"])]
    needed: Annotated[int, Field(examples=[6])]
    confirmed: Annotated[int, Field(examples=[4])]
    met: bool
    sex: Annotated[str, Field(examples=["M"])]
    ages: Annotated[str, Field(examples=["adult"])]
    language: Annotated[str, Field(examples=[""])]


class ReserveOut(BaseModel):
    """What an office was asked to keep ready, as both sides see it."""

    id: Id
    office: OfficeCode
    by_office: OfficeCode
    planned_on: date
    kind: Annotated[str, Field(examples=["beds"])]
    people: Annotated[int, Field(examples=[6])]
    sex: Annotated[str, Field(examples=["M"])]
    ages: Annotated[str, Field(examples=["adult"])]
    language: Annotated[str, Field(examples=[""])]
    state: Annotated[str, Field(examples=["asked"])]
    answered_at: Moment | None


class ReservesOut(BaseModel):
    """What your office was asked to keep ready, what waits for an answer first."""

    items: list[ReserveOut]


class OperationRowOut(BaseModel):
    """A planned operation in a list: without the place."""

    id: Id
    reference: Annotated[str, Field(examples=["TH-2026-O-7F3K2Q"])]
    planned_on: date
    office: OfficeCode
    state: Annotated[str, Field(examples=["planned"])]
    people: Annotated[int, Field(examples=[14])]


class OperationsOut(BaseModel):
    """The planned operations within your reach, the next one first."""

    items: list[OperationRowOut]


class OperationOut(OperationRowOut):
    """A planned operation with what is needed and what speaks against its release now."""

    place_kind: Annotated[str, Field(examples=["workplace"])]
    sector: Annotated[str, Field(examples=["fishing"])]
    where: Annotated[str, Field(examples=["Two boats at the third pier."])]
    expected: list[ExpectedOut]
    needs: list[NeedOut]
    reserves: list[ReserveOut]
    refusals: list[RefusalOut]
