"""What two countries tell each other of a meeting, and what each keeps of it sealed: numbers, codes, days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.correspondence import Said
from workflows.corridor_agenda import Item, Reason

__all__ = [
    "AgendaBody", "CalledOffBody", "Contents", "DecisionBody", "DoneBody", "ItemBody", "MinutesBody", "ProposalBody",
    "ReturnedBody", "items_from", "items_told",
]  # fmt: skip

_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
_Shared = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
_Day = Annotated[date, Field(strict=False)]
_Number = Annotated[int, Field(ge=1, le=200)]
_Words = Annotated[str, Field(max_length=300)]
MOST_ITEMS = 200


class _Part(BaseModel):
    # A partner may say more than we know; what we do know has to be of its type.
    model_config = ConfigDict(extra="ignore", strict=True)


class ProposalBody(Said):
    """A day and a place. On an answer kind and host are those of the meeting."""

    kind: _Code
    host: _Country
    way: _Code
    day: _Day


class CalledOffBody(Said):
    """Why there is no meeting."""

    reason: _Code


class ReasonBody(_Part):
    """Why somebody wants to discuss a referral, and what is late of it as far as it may be told."""

    code: _Code
    by: _Country
    task: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,40}$")] = ""
    since: _Day | None = None
    about: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_-]{0,60}$")] = ""


class ItemBody(_Part):
    """One referral to discuss."""

    referral: _Shared
    reference: _Name
    reasons: Annotated[list[ReasonBody], Field(max_length=60)]
    bounded: bool


class AgendaBody(Said):
    """What one country wants to discuss, or the agenda of both."""

    items: Annotated[list[ItemBody], Field(max_length=2 * MOST_ITEMS)]


class DecisionBody(_Part):
    """What is done next for a referral, by whom of which country, until when."""

    number: _Number
    referral: _Shared
    what: _Code
    by_country: _Country
    part: _Code
    until: _Day
    words: _Words = ""


class MinutesBody(Said):
    """What was decided on which day."""

    held_on: _Day
    decisions: Annotated[list[DecisionBody], Field(max_length=200)]


class ReturnedBody(Said):
    """Why the minutes come back, and at which decision (none: all of them)."""

    remark: _Code
    number: _Number | None = None
    words: _Words = ""


class DoneBody(Said):
    """A decision that is done."""

    number: _Number


class Contents(_Part):
    """What a country keeps of a meeting, sealed. by_hand: the referrals that a focal point here has put down."""

    by_hand: list[str] = Field(default_factory=list)
    ours: list[ItemBody] | None = None
    theirs: list[ItemBody] | None = None
    agenda: list[ItemBody] | None = None
    minutes: MinutesBody | None = None
    returned: ReturnedBody | None = None


def items_told(items: tuple[Item, ...]) -> list[ItemBody]:
    """The items of an agenda as they are kept and sent."""
    return [
        ItemBody(
            referral=each.referral, reference=each.reference, bounded=each.bounded,
            reasons=[
                ReasonBody(code=one.code, by=one.by, task=one.task, since=one.since, about=one.about)
                for one in each.reasons
            ],
        )
        for each in items
    ]  # fmt: skip


def items_from(bodies: list[ItemBody]) -> tuple[Item, ...]:
    """The items as rules know them."""
    return tuple(
        Item(
            each.referral, each.reference,
            tuple(Reason(one.code, one.by, one.task, one.since, one.about) for one in each.reasons), each.bounded,
        )
        for each in bodies
    )  # fmt: skip
