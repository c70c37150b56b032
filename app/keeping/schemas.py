"""What the keeping room takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, RefusalOut

Code = Annotated[str, Field(max_length=40)]
Reason = Annotated[
    str,
    Field(
        min_length=10,
        max_length=1000,
        description="In your own words; sealed in the history of the case.",
        examples=["The court of Tak hears the appeal in March."],
    ),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class HoldIn(_In):
    """Why everything of the person must be kept, and until which day at most."""

    why: Annotated[Code, Field(examples=["court_case"], description="A code of hold_reason.")]
    until: Annotated[
        date | None, Field(strict=False, examples=["2027-12-31"], description="The last day; none: until it is lifted.")
    ] = None
    reason: Reason


class LiftIn(_In):
    """Why the hold is no longer needed."""

    reason: Reason


class EraseIn(_In):
    """On which ground the person is to be erased."""

    ground: Annotated[Code, Field(examples=["time_over"], description="A code of erasure_ground.")]


class HoldOut(BaseModel):
    """A legal hold."""

    id: Id
    case_id: Annotated[str, Field(description="The case of the person at which it was set.")]
    why: Annotated[str, Field(examples=["court_case"])]
    until: Annotated[date | None, Field(examples=["2027-12-31"])]
    set_by: Annotated[str, Field(description="Account id.")]
    since: Moment
    lifted_at: Moment | None = None
    lifted_by: str | None = None
    stands: bool


class PartnerOut(BaseModel):
    """One country that may hold a copy of a person who was erased here: what it was asked, and what it answered."""

    country: Annotated[str, Field(examples=["MM"])]
    referral: Annotated[str, Field(examples=["TH-2017-K2QAB7F3"], description="Reference of the referral.")]
    asked: Annotated[Moment | None, Field(description="None: nothing was sent, because asylum is asked for.")]
    stored: Annotated[Moment | None, Field(description="When it arrived there, by its signed receipt.")]
    answer: Annotated[
        str,
        Field(description="Nothing while it waits; erased; or a code of erasure_decline_reason.", examples=["erased"]),
    ]
    answered: Moment | None
    due: Annotated[Moment | None, Field(description="By when the country has to answer, while it waits.")]
    late: bool
    held_back: bool


class TombstoneOut(BaseModel):
    """What stays of a person who was erased."""

    id: Id
    case_id: Annotated[str | None, Field(description="None: another country told of them, and they had no case here.")]
    referral_id: Annotated[str | None, Field(description="The copy that was erased where there was no case.")] = None
    reference: Annotated[
        str, Field(examples=["TH-2017-7F3K2QAB"], description="Of the case, or of the copy where there was none.")
    ]
    ground: Annotated[str, Field(examples=["time_over"])]
    asked_by: str
    agreed_by: str
    agreed_at: Moment
    erased_at: Annotated[Moment | None, Field(description="None: agreed, and about to be carried out.")]
    traces_gone_at: Annotated[
        Moment | None, Field(description="When no trace was left in the files of the database.")
    ]
    destroyed: Annotated[dict[str, int], Field(description="How many rows of each table.", examples=[{"record": 12}])]
    body: Annotated[str | None, Field(description="The very bytes that were signed, canonical JSON.")]
    signature: Annotated[str | None, Field(description="Ed25519 over the body by the country's key, hexadecimal.")]
    partners: Annotated[list[PartnerOut], Field(description="Every country that may hold a copy, and its answer.")]


class KeepingOut(BaseModel):
    """How long the data of the person of a case are kept, and what stands against erasing them."""

    case_id: Id
    reference: Annotated[str, Field(examples=["TH-2017-7F3K2QAB"])]
    ends_on: Annotated[
        date | None, Field(description="The last day they are kept; none while a case is open, or for ever.")
    ]
    cases: Annotated[int, Field(description="How many cases the person has here; all of them go together.")]
    joined: Annotated[int, Field(description="Joined records of the person that you see; each is erased by itself.")]
    holds: list[HoldOut]
    refusals: Annotated[list[RefusalOut], Field(description="What stands against erasing them on the ground asked.")]
    waiting: Annotated[str | None, Field(description="The approval that waits for a second person.")]
    tombstone: TombstoneOut | None


class DueOut(BaseModel):
    """A person whose time is over."""

    case_id: Id
    reference: Annotated[str, Field(examples=["TH-2017-7F3K2QAB"])]
    ended_on: Annotated[date, Field(description="The last day on which anything of them had to be kept.")]
    child: bool
    held: Annotated[bool, Field(description="A legal hold stands.")]
    waiting: Annotated[bool, Field(description="Somebody proposed it; a second person decides.")]


class ReviewOut(BaseModel):
    """Who is past their time, the longest first; nothing goes without two people's yes."""

    items: list[DueOut]


class ErasuresOut(BaseModel):
    """The register of erasures, the newest first."""

    items: list[TombstoneOut]


class AskedAbroadOut(BaseModel):
    """A request of another country that erased a person, and what there is of them here."""

    referral_id: Id
    reference: Annotated[str, Field(examples=["TH-2017-K2QAB7F3"])]
    country: Annotated[str, Field(description="Who asks.", examples=["TH"])]
    asked_on: date
    due: Annotated[Moment | None, Field(description="By when an answer is owed; none once it is given.")]
    late: bool
    answer: Annotated[str, Field(description="Nothing while it waits, erased, or a code of erasure_decline_reason.")]
    case_reference: Annotated[
        str | None, Field(description="The case of the person here, at which their erasure is proposed.")
    ]
    waiting: Annotated[str | None, Field(description="The approval that waits for a second person.")]


class AskedAbroadListOut(BaseModel):
    """What other countries ask, those that wait first."""

    items: list[AskedAbroadOut]
