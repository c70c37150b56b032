"""What the transfers room takes and gives: codes and days, and no name except what a reveal answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, OfficeCode, RefusalOut

Code = Annotated[str, Field(min_length=1, max_length=40)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TransferOut(BaseModel):
    """What is asked, as both offices see it: what one must know to answer, and nothing that leads to the person.

    shared: what the reader's office may see now of the case, by group of data; the rest of ``groups`` needs a reason.
    case_reference: only for those who may open the case.
    """

    id: Id
    number: Annotated[str, Field(examples=["T-7F3K2Q"])]
    ours: Annotated[bool, Field(description="Whether the reader's office is the one that is asked.")]
    from_office: OfficeCode
    to_office: OfficeCode
    what: Annotated[str, Field(examples=["take_over"], description="A code of transfer_what.")]
    why: Annotated[str, Field(examples=["person_moves"], description="A code of transfer_reason.")]
    urgency: Annotated[str, Field(examples=["days"], description="A code of transfer_urgency.")]
    age_band: Annotated[str, Field(examples=["18+"])]
    child: bool
    sex: Annotated[str, Field(examples=["F"])]
    language: Annotated[str, Field(examples=["my"])]
    needs: Annotated[list[str], Field(examples=[["health"]])]
    groups: Annotated[list[str], Field(examples=[["language", "needs"]])]
    state: Annotated[str, Field(examples=["asked"], description="A code of transfer_state.")]
    late: bool
    asked_at: Moment
    answer_by: Moment
    question: Annotated[str | None, Field(examples=[None], description="A code of transfer_question.")]
    reason: Annotated[str | None, Field(examples=[None])]
    suggestion: Annotated[str | None, Field(examples=[None], description="A code of transfer_suggestion.")]
    answered_at: Moment | None
    ended_at: Moment | None
    sight_until: Moment | None
    case_reference: Annotated[str | None, Field(examples=[None])]
    shared: dict[str, Any]


class TransfersOut(BaseModel):
    """What the reader's office is asked, and what it has asked of others; the most pressing first."""

    asked_of_us: list[TransferOut]
    sent: list[TransferOut]


class TakeOverIn(_In):
    """Who carries the case in the office that takes it over; the one who answers, if nobody is named."""

    user_id: Annotated[str | None, Field(max_length=36, examples=[None])] = None


class TakenOverOut(BaseModel):
    """The case that changed hands."""

    case_id: Id
    reference: Annotated[str, Field(examples=["TH-2026-7F3K2Q"])]


class TransferDeclineIn(_In):
    """Why the office declines, and what it suggests."""

    reason: Annotated[Code, Field(examples=["no_capacity"], description="A code of transfer_decline_reason.")]
    suggestion: Annotated[Code, Field(examples=["none"], description="A code of transfer_suggestion.")] = "none"


class TransferQuestionIn(_In):
    """What the office wants to know before it answers."""

    question: Annotated[Code, Field(examples=["needs"], description="A code of transfer_question.")]


class AnswersIn(_In):
    """Several requests, and the one answer to them."""

    transfers: Annotated[
        list[Annotated[str, Field(max_length=36)]],
        Field(max_length=200, examples=[["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"]]),
    ]
    answer: Annotated[str, Field(max_length=20, examples=["agree"], description="agree or decline.")]
    user_id: Annotated[
        str | None, Field(max_length=36, examples=[None], description="Who carries what is taken over; or you.")
    ] = None
    reason: Annotated[
        Code | None, Field(examples=[None], description="To decline: a code of transfer_decline_reason.")
    ] = None
    suggestion: Annotated[Code, Field(examples=["none"], description="A code of transfer_suggestion.")] = "none"


class AnsweredOut(BaseModel):
    """What became of one request. outcome: taken_over, shared, declined, or why not."""

    transfer_id: Id
    number: Annotated[str | None, Field(examples=["T-7F3K2Q"], description="Null where you cannot see the request.")]
    outcome: Annotated[str, Field(examples=["taken_over"])]
    sentence: Annotated[str, Field(examples=["Your office holds the case now."])]
    refusals: list[RefusalOut]
    case_reference: Annotated[str | None, Field(examples=[None])]


class AnswersOut(BaseModel):
    """One act that answered several requests, one by one."""

    id: Id
    done: Annotated[int, Field(examples=[12])]
    refused: Annotated[int, Field(examples=[1])]
    requests: list[AnsweredOut]


class SharedRevealIn(_In):
    """Why somebody of the other office has to read it."""

    reason: Annotated[
        str,
        Field(
            min_length=10, max_length=1000, examples=["We meet the person at the bus station."],
            description="In your own words; sealed in the history of the case.",
        ),
    ]


class SharedOut(BaseModel):
    """What the person agreed that this office may read: group of data -> content."""

    groups: Annotated[list[str], Field(examples=[["contact", "needs"]])]
    shared: Annotated[dict[str, Any], Field(examples=[{"needs": {"level": "medium", "services": ["health"]}}])]
