"""What meetings of two countries take and give. References and codes alone; a decision has at most a few words."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import CountryCode, Id, Moment, RefusalOut, RoleCode

Code = Annotated[str, Field(max_length=40)]
Day = Annotated[date, Field(strict=False, examples=["2026-12-14"])]
ReferralNumber = Annotated[str, Field(max_length=40, examples=["TH-MM-2017-7F3K2Q"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ProposalIn(_In):
    """A meeting that is proposed to another country."""

    to_country: Annotated[str, Field(max_length=2, description="The other country.", examples=["MM"])]
    kind: Annotated[Code, Field(description="A code of meeting_kind in the agreement.", examples=["case_management"])]
    day: Day
    way: Annotated[Code, Field(description="A code of meeting_way.", examples=["border"])]
    host: Annotated[str, Field(max_length=2, description="Which of the two countries is the host.", examples=["TH"])]


class ActIn(_In):
    """What an act needs: a day and a way to move it, a reason to call it off, referrals to put down, a remark."""

    day: Day | None = None
    way: Annotated[Code, Field(examples=["line"])] | None = None
    reason: Annotated[Code, Field(description="A code of call_off_reason.", examples=[None])] | None = None
    referrals: Annotated[list[ReferralNumber], Field(max_length=50)] | None = None
    remark: Annotated[Code, Field(description="A code of minutes_remark.", examples=[None])] | None = None
    number: Annotated[int, Field(ge=1, le=200, examples=[None])] | None = None
    words: Annotated[str, Field(max_length=300, examples=[""])] = ""


class DecisionIn(_In):
    """What is done next for a referral on the agenda."""

    referral: ReferralNumber
    what: Annotated[Code, Field(description="A code of meeting_decision.", examples=["trace"])]
    by_country: Annotated[str, Field(max_length=2, examples=["MM"])]
    part: Annotated[Code, Field(examples=["case_manager"])]
    until: Day
    words: Annotated[str, Field(max_length=300, description="No name, no story.", examples=[""])] = ""


class MinutesIn(_In):
    """The minutes of a meeting."""

    held_on: Day
    decisions: Annotated[list[DecisionIn], Field(max_length=200)]


class StandingOut(BaseModel):
    """A standing meeting with a country: its rhythm, where that comes from, and when the next one is due."""

    country: CountryCode
    kind: Annotated[str, Field(examples=["case_management"])]
    every_months: Annotated[int | None, Field(examples=[8])]
    basis: Annotated[str, Field(examples=["sourced"])]
    sources: Annotated[list[str], Field(examples=[["MRW-2019"]])]
    note: Annotated[str, Field(examples=["The rhythm that the Thai side presented."])]
    conflicts: list[str]
    last_on: date | None
    convene_from: date | None
    next_by: date | None
    stands: Annotated[str, Field(description="planned, quiet, due or late.", examples=["due"])]


class ReasonOut(BaseModel):
    """Why one of the countries wants to discuss a referral; what is late of it, where the person agreed to that."""

    code: Annotated[str, Field(examples=["stuck"])]
    by: CountryCode
    task: Annotated[str, Field(examples=["answer_referral"])]
    since: date | None
    about: Annotated[str, Field(examples=[""])]


class AgendaItemOut(BaseModel):
    """One referral to discuss. bounded: without the person's consent nothing is told but number and reason."""

    reference: Annotated[str, Field(examples=["TH-MM-2017-7F3K2Q"])]
    referral_id: Annotated[str | None, Field(description="Our copy; null where there is none here.")]
    state: Annotated[str | None, Field(examples=["sent"])]
    reasons: list[ReasonOut]
    bounded: bool


class DecisionOut(BaseModel):
    """One decision of the minutes, and whether it is done."""

    number: int
    reference: Annotated[str, Field(examples=["TH-MM-2017-7F3K2Q"])]
    what: Annotated[str, Field(examples=["trace"])]
    by_country: CountryCode
    part: RoleCode
    until: date
    words: Annotated[str, Field(examples=[""])]
    done_at: Moment | None


class MinutesOut(BaseModel):
    """The minutes as they were proposed last. hidden: decisions about referrals that you may not see."""

    held_on: date
    decisions: list[DecisionOut]
    hidden: int


class ReturnedOut(BaseModel):
    """Why the minutes came back."""

    remark: Annotated[str, Field(examples=["day_wrong"])]
    number: int | None
    words: Annotated[str, Field(examples=[""])]


class ActOut(BaseModel):
    """An act that is your country's from here, with what blocks it."""

    name: Annotated[str, Field(examples=["accept_day"])]
    title: Annotated[str, Field(examples=["Agree to the day"])]
    allowed: bool
    refusals: list[RefusalOut]


class MeetingRowOut(BaseModel):
    """A meeting in a list."""

    id: Id
    reference: Annotated[str, Field(examples=["MM-TH-2026-M-7F3K2Q"])]
    country: CountryCode
    kind: Annotated[str, Field(examples=["case_management"])]
    day: date
    state: Annotated[str, Field(examples=["proposed"])]
    ours: Annotated[bool, Field(description="Whether your country has to do the next step.")]


class CorridorMeetingsOut(BaseModel):
    """The standing meetings of your country, and those that were proposed, the newest first."""

    standing: list[StandingOut]
    items: list[MeetingRowOut]


class CorridorMeetingOut(MeetingRowOut):
    """One meeting. prepared: what your country would send now; agenda: the joint one, once it is closed."""

    host: CountryCode
    way: Annotated[str, Field(examples=["border"])]
    proposed_by: CountryCode
    reason: Annotated[str | None, Field(examples=[None])]
    held_on: date | None
    sent: Annotated[bool, Field(description="Whether your country has sent its items.")]
    received: Annotated[bool, Field(description="Whether the other country has.")]
    prepared: list[AgendaItemOut]
    put_down: Annotated[list[str], Field(examples=[["TH-MM-2017-7F3K2Q"]])]
    theirs: list[AgendaItemOut]
    agenda: list[AgendaItemOut] | None
    hidden: Annotated[int, Field(description="Entries about referrals that you may not see.")]
    minutes: MinutesOut | None
    returned: ReturnedOut | None
    acts: list[ActOut]
    parts: Annotated[list[str], Field(description="Who can be given a decision.", examples=[["case_manager"]])]
