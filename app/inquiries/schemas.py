"""What the inquiries room takes and gives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.casework.forms import Coded, Form
from app.casework.shapes import Id, Moment, OfficeCode
from app.kit.words import mark


class CannotIn(Form):
    """Why there is no answer."""

    reason: Annotated[str, Coded("inquiry_cannot_reason")] = Field(title=mark("Why?"), examples=["too_little"])


class DeclineIn(Form):
    """Why the office does not answer."""

    reason: Annotated[str, Coded("inquiry_decline_reason")] = Field(title=mark("Why?"), examples=["not_competent"])


class InquiryRowOut(BaseModel):
    """A question of another country in the list: codes and days, and no name."""

    id: Id
    reference: Annotated[str, Field(examples=["TH-Q-7F3K2QHM"])]
    from_country: Annotated[str, Field(examples=["TH"])]
    office: OfficeCode
    subject: Annotated[str, Field(examples=["nationality_and_residence"], description="A code of inquiry_subject.")]
    state: Annotated[str, Field(examples=["asked"], description="A code of inquiry_state.")]
    late: bool
    asked_at: Moment
    answer_by: Moment
    ended_at: Moment | None
    forgotten: Annotated[bool, Field(description="Whether question and answer were destroyed.")]


class InquiriesOut(BaseModel):
    """What the reader's office is asked; what is open first, by when it has to be answered."""

    items: list[InquiryRowOut]


class PersonOut(BaseModel):
    """By what somebody is looked up; what the other country did not say is None."""

    given_names: Annotated[str | None, Field(examples=["Nilar"])] = None
    family_name: Annotated[str | None, Field(examples=[None])] = None
    other_names: list[str] = []
    birth_date: Annotated[str | None, Field(examples=["2001-04-11"])] = None
    birth_year: Annotated[int | None, Field(examples=[2001])] = None
    sex: Annotated[str | None, Field(examples=["F"], description="A code of sex.")] = None
    place_of_origin: Annotated[str | None, Field(examples=["Hpa-An"])] = None
    registered_at: Annotated[str | None, Field(examples=[None])] = None


class TracingOut(BaseModel):
    """Whom to look for and how; unless ``may_say_why`` the relatives are not told why."""

    look_for: Annotated[str, Field(examples=["The grandmother, in the village by the monastery."])]
    approach: Annotated[str, Field(examples=["A visit by a woman, without uniform."])]
    never_say: Annotated[str | None, Field(examples=[None])] = None
    may_say_why: bool = False


class InquiryOut(InquiryRowOut):
    """One question with what it says, and the answer that was given; both None once they were destroyed."""

    person: PersonOut | None
    tracing: TracingOut | None
    answer: Annotated[dict[str, Any] | None, Field(examples=[None], description="A form of the kind inquiry_answer.")]
    reason: Annotated[str | None, Field(examples=[None], description="Why there is no answer.")]
    answered_by: Annotated[str | None, Field(examples=[None], description="The account that has answered.")]
    taken_up_at: Moment | None
    kept_until: Moment | None
