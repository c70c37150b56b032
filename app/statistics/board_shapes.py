"""What the board of supervision gives. A figure that is null would tell of too few people."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import CountryCode, Moment

Shown = Annotated[
    int | None,
    Field(
        description="null where it, or what it leaves of another, would tell of fewer people than smallest_group",
        examples=[42],
    ),
]
Days = Annotated[float | None, Field(description="null where so many have not finished yet", examples=[3.5])]


class LateOut(BaseModel):
    """Open duties of one office, or towards one country: how many, and how many are past their time."""

    by: Annotated[str, Field(examples=["office"], description="office or corridor")]
    place: Annotated[str, Field(examples=["th-shelter-tak"], description="the office's code, or the other country's")]
    open: Shown
    late: Shown


class CorridorTimeOut(BaseModel):
    """How long one stage of referrals with one country takes, open ones counted as still waiting (Kaplan and Meier)."""

    stage: Annotated[str, Field(examples=["answer"])]
    title: Annotated[str, Field(examples=["Answer to a referral"])]
    other_country: CountryCode
    count: int
    half_days: Days
    most_days: Days
    open: Shown
    late: Shown
    limited: Annotated[bool, Field(description="whether one clock limits the whole of it")]


class DeclinedOut(BaseModel):
    """Referrals that one country declined for one reason; other_country: the other end of the corridor."""

    by_country: CountryCode
    other_country: CountryCode
    reason: Annotated[str, Field(examples=["not_our_national"], description="A code of decline_reason, as it came.")]
    count: Shown


class BlockedOut(BaseModel):
    """How often one rule stopped somebody, on how many cases and referrals. A refusal is no fault."""

    code: Annotated[str, Field(examples=["rights_were_read"])]
    missing: str
    times: Shown
    subjects: Shown


class ExceptedOut(BaseModel):
    """Reasoned exceptions from one rule: ever granted, and in force today."""

    code: Annotated[str, Field(examples=["needs_are_assessed"])]
    missing: str
    granted: Shown
    in_force: Shown


class EmergenciesOut(BaseModel):
    """Emergency accesses (break-glass) of the period and what the reviews said."""

    opened: Shown
    open: Shown
    to_review: Shown
    past_review: Shown
    verdicts: Annotated[dict[str, int | None], Field(examples=[{"justified": 4}])]


class KnownOut(BaseModel):
    """One thing that open cases should say by now: of how many it is asked, and how many say it."""

    fact: Annotated[str, Field(examples=["nationality"])]
    cases: Shown
    known: Shown


class BoardOut(BaseModel):
    """The board: the last year, and how things stand now."""

    country: CountryCode
    since: Moment
    as_of: Moment
    smallest_group: Annotated[int, Field(examples=[1], description="1: the reader may open every case counted here")]
    late: list[LateOut]
    times: list[CorridorTimeOut]
    declined: list[DeclinedOut]
    blocked: list[BlockedOut]
    exceptions: list[ExceptedOut]
    emergencies: EmergenciesOut
    known: list[KnownOut]
