"""What the day at a border point takes and gives: references and codes, never a name."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.casework.shapes import CountryCode, Id, Moment, RefusalOut, Version
from app.referrals.schemas import BorderPoint, Officer, Reference, Side

Group = Annotated[str, Field(examples=["G-12"], description="the code of those who travel together; empty for one")]
BridgeState = Annotated[str, Field(examples=["confirmed"], description="Code list bridge_state.")]


class BridgeStep(StrEnum):
    """The steps that one act can take for several people of a day."""

    SCHEDULE = "schedule_handover"
    AGAIN = "reschedule"
    CONFIRM = "confirm_handover"
    GIVE = "sign_handover"
    TAKE = "sign_receipt"
    OFF = "postpone"
    NOT_RECEIVED = "report_not_received"


class DayRowOut(BaseModel):
    """One person expected on the day. ``leaves``: from here; else they arrive here."""

    id: Id
    reference: Reference
    side: Side
    leaves: bool
    from_country: CountryCode
    to_country: CountryCode
    border_point: BorderPoint | None
    time: Annotated[str | None, Field(examples=["10:00"])]
    group: Group
    travels_with: Annotated[str, Field(description="the referral of who goes along; empty for nobody", examples=[""])]
    child: bool
    age_band: Annotated[str, Field(examples=["18+"])]
    state: BridgeState
    reason: Annotated[str, Field(examples=[""], description="Why nobody crossed (postpone_reason); empty otherwise.")]
    since: Annotated[Moment | None, Field(description="since when one side has signed alone")]
    new_day: Annotated[date | None, Field(description="after a day that came to nothing: the next one that was agreed")]
    sending_officer: Officer | None
    receiving_officer: Officer | None
    transport: Annotated[str | None, Field(examples=["van of the shelter"])]
    interpreter: Annotated[str | None, Field(examples=["from the partner organisation"])]
    medicine: Annotated[str | None, Field(description="Null where your roles do not see it, or it may not travel.")]
    phone: Annotated[str | None, Field(examples=["+66 55 000 000"])]
    other_phone: Annotated[str | None, Field(examples=["+95 58 000 000"])]
    version: Version


class GroupOut(BaseModel):
    """Those who travel together on the day, as far as you may see them: how many, and how far each is."""

    group: Group
    expected: Annotated[int, Field(examples=[7])]
    received: Annotated[int, Field(examples=[5])]
    called_off: Annotated[int, Field(examples=[1])]
    waiting: Annotated[int, Field(examples=[1])]


class PostOut(BaseModel):
    """A border point at which this country has an office."""

    code: BorderPoint
    names: Annotated[dict[str, str], Field(examples=[{"TH": "Mae Sot", "MM": "Myawaddy"}])]


class DayOut(BaseModel):
    """Everybody whom you may see and who was expected on a day, both ways, by time."""

    on: Annotated[date, Field(examples=["2017-06-12"])]
    post: Annotated[str, Field(examples=["mae-sot-myawaddy"], description="empty: every border point")]
    posts: list[PostOut]
    before: date
    after: date
    items: list[DayRowOut]
    groups: list[GroupOut]
    left_off: Annotated[int, Field(description="how many more there are than one answer holds", examples=[0])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChosenIn(_In):
    """One person of several: the referral, the version you saw, and what is theirs alone."""

    referral_id: Annotated[str, Field(max_length=36, examples=["01890a5d-ac96-774b-bcce-b302099a8057"])]
    seen_version: Annotated[int, Field(ge=1, le=999_999_999, examples=[7])]
    record: Annotated[dict[str, Any], Field(description="answers of the form that differ from those for all")] = {}


class SeveralIn(_In):
    """One step for several people of a day: the same form and the same inputs, each person by themselves."""

    step: BridgeStep
    items: Annotated[list[ChosenIn], Field(max_length=200)]
    record: Annotated[
        dict[str, Any] | None,
        Field(description="the form of the step, for all", examples=[{"receiver_officer": "officer 8, Myawaddy"}]),
    ] = None
    given: Annotated[dict[str, str], Field(examples=[{}])] = {}
    happened_at: Annotated[AwareDatetime | None, Field(description="when it was signed on paper", examples=[None])] = (
        None
    )


class BecameOut(BaseModel):
    """What became of one of them. outcome: done, or why not; refusals: every reason of a step that was refused."""

    referral_id: Id
    reference: Annotated[Reference | None, Field(description="Null where you cannot see the referral.")]
    outcome: Annotated[str, Field(examples=["done"])]
    sentence: Annotated[str, Field(examples=["Done."])]
    refusals: list[RefusalOut]


class SeveralOut(BaseModel):
    """One act for several people of a day, person by person."""

    id: Id
    step: BridgeStep
    done: Annotated[int, Field(examples=[5])]
    stayed: Annotated[int, Field(examples=[2])]
    items: list[BecameOut]


class CodeIn(_In):
    """A check code as it was heard from the other officer, or read from their paper."""

    code: Annotated[str, Field(min_length=1, max_length=20, examples=["7K4-P9D"])]


class CodeOut(BaseModel):
    """The code fits: both sides hold the same signed text."""

    fits: Annotated[bool, Field(examples=[True])]
    wrong_before: Annotated[int, Field(examples=[0], description="how often a wrong code was given here before")]
