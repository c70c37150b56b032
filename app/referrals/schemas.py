"""What the referrals room takes and gives; no field anywhere holds a name, except what a reveal answers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.casework.shapes import (
    CountryCode,
    Id,
    Moment,
    NextStepOut,
    RoleCode,
    TimelineEntryOut,
    Version,
)
from app.referrals.wait_schemas import WaitOut

State = Annotated[str, Field(examples=["acknowledged"], description="Code list referral_state.")]
StepName = Annotated[str, Field(examples=["acknowledge"])]
Reference = Annotated[str, Field(examples=["TH-MM-2017-7F3K2Q"])]
BorderPoint = Annotated[str, Field(examples=["mae-sot-myawaddy"])]
Side = Annotated[str, Field(examples=["receiver"], description="sender or receiver")]
Officer = Annotated[str, Field(examples=["officer 8, Myawaddy"])]
KeyId = Annotated[str, Field(examples=["9c1f3a5be07d2468"])]
Hash = Annotated[
    str,
    Field(examples=["5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"], description="SHA-256, hex"),
]
Signature = Annotated[str, Field(examples=["0a1b" * 32], description="Ed25519, hex")]
Values = Annotated[dict[str, Any], Field(examples=[{"state": "handed_over", "custody": "sender", "child": False}])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Box(StrEnum):
    """How a desk sorts its referrals."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    ARRIVING = "arriving"
    TODAY = "today"
    CLOSED = "closed"


class ReferralIn(_In):
    """A referral to write about the person of a case."""

    to_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["MM"])]
    receiver_office: Annotated[
        str | None,
        Field(max_length=64, examples=["mm-dor"], description="Office code; the corridor's focal office if left out."),
    ] = None
    border_point: Annotated[
        str | None,
        Field(max_length=80, examples=["mae-sot-myawaddy"], description="A border point of the corridor."),
    ] = None
    note: Annotated[str | None, Field(max_length=4000, description="Your own words; kept sealed, never sent.")] = None


class RevealIn(_In):
    """Why the name has to be seen now; kept sealed in the timeline."""

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=10, max_length=1000),
        Field(examples=["Meeting the person at the bridge at ten."]),
    ]


class ClockOut(BaseModel):
    """The open task with the nearest due moment, and where that moment comes from."""

    id: Id
    task: Annotated[str, Field(examples=["answer_referral"])]
    role: RoleCode
    due_at: Moment
    overdue: bool
    stopped_for: Annotated[str | None, Field(description="Why it stands still (stop_cause).", examples=[None])]
    clock: Annotated[str, Field(examples=["acknowledge"])]
    basis: Annotated[str, Field(examples=["default"], description="sourced, practice or default")]
    sources: Annotated[list[str], Field(examples=[["WM-CLOCKS"]])]


class ReferralRow(BaseModel):
    """One referral in a list."""

    id: Id
    reference: Reference
    state: State
    state_label: Annotated[str, Field(examples=["Acknowledged"])]
    side: Side
    from_country: CountryCode
    to_country: CountryCode
    border_point: BorderPoint | None
    handover_on: Annotated[date | None, Field(examples=["2017-06-12"])]
    child: bool
    age_band: Annotated[str, Field(examples=["18+"])]
    pen: Annotated[
        str | None, Field(examples=["receiver"], description="the side whose turn it is; null when it has ended")
    ]
    our_turn: bool
    clock: ClockOut | None
    custody: Side
    responsible_country: CountryCode
    end_asked: bool
    hangs: Annotated[WaitOut | None, Field(description="what it waits for first; null when it waits for nothing")]
    unread: Annotated[int, Field(description="messages of the other country that nobody here has opened")]
    version: Version
    changed_at: Moment


class ReferralsOut(BaseModel):
    """One page, newest change first; ``next`` is the cursor of the following page."""

    items: list[ReferralRow]
    next: str | None = None


class ReceiptsOut(BaseModel):
    """How far our messages have come, and what of theirs is answered."""

    sent: int
    stored: int
    seen: int
    decided: int
    received: int
    unread: int


class ReferralOut(ReferralRow):
    """One referral as this country holds it, cut to the field groups of the asker's roles."""

    case_id: Annotated[Id | None, Field(description="the case here, if you may see it")]
    custody_sentence: Annotated[str, Field(examples=["Thailand is responsible for the person."])]
    facts: Values
    hidden: Annotated[list[str], Field(examples=[["tracing"]], description="facts that your roles do not show")]
    receipts: ReceiptsOut
    next_steps: list[NextStepOut]


class StepTakenOut(BaseModel):
    """What came of a step; ``version`` is the one to send with the next."""

    id: Id
    step: StepName
    state: State
    version: Version
    record_id: Id | None
    next_steps: list[NextStepOut]


class NextStepsOut(BaseModel):
    """Every step the asker's role could take from here."""

    version: Version
    next_steps: list[NextStepOut]


class TimelineOut(BaseModel):
    """One page of a copy's history, oldest first."""

    items: list[TimelineEntryOut]
    next: str | None = None


class ReceiptOut(BaseModel):
    """A signed receipt, with everything needed to verify it on paper."""

    level: Annotated[str, Field(examples=["decided"], description="stored, seen or decided")]
    by: CountryCode
    at: Moment
    outcome: Annotated[dict[str, Any], Field(examples=[{"step": "acknowledge", "state": "acknowledged", "reason": ""}])]
    content: Annotated[str, Field(examples=['{"by":"MM",...}'], description="the exact text that was signed")]
    hash: Hash
    signature: Signature
    key: KeyId
    answers_this_message: bool
    genuine: bool


class MessageOut(BaseModel):
    """One message: who to whom, in which order, which groups of data it carried (never the data)."""

    id: Id
    direction: Annotated[str, Field(examples=["in"], description="in or out")]
    header: Annotated[dict[str, Any], Field(examples=[{"from": "TH", "to": "MM", "seq": 1, "type": "send"}])]
    type: StepName
    groups: Annotated[list[str], Field(examples=[["age_band", "language", "needs"]])]
    taken_back: Annotated[
        list[str], Field(examples=[["contact"]], description="data groups that may not be used any more")
    ]
    form: Annotated[str | None, Field(examples=["family_tracing"])]
    digest: Hash
    signature: Signature
    genuine: bool
    delivered: bool
    receipts: list[ReceiptOut]


class MessagesOut(BaseModel):
    """Both directions of a conversation, in the order they were written or taken in here."""

    items: list[MessageOut]
    next: str | None = None


class SignedActOut(BaseModel):
    """One signature of the handover: the message as it was signed, and its receipts."""

    act: Annotated[str, Field(examples=["handover"], description="handover or receipt")]
    by: CountryCode
    at: Moment
    message: Id
    signed_text: Annotated[str, Field(examples=['{"from":"TH",...}'], description="the exact text that was signed")]
    hash: Hash
    signature: Signature
    key: KeyId
    public_key: Hash
    genuine: bool
    receipts: list[ReceiptOut]


class HandoverOut(BaseModel):
    """Everything about the meeting at the border, ready to be printed and verified."""

    reference: Reference
    border_point: BorderPoint | None
    border_point_names: Annotated[dict[str, str], Field(examples=[{"TH": "Mae Sot", "MM": "Myawaddy"}])]
    on: Annotated[date | None, Field(examples=["2017-06-12"])]
    time: Annotated[str | None, Field(examples=["10:00"])]
    sending_officer: Officer | None
    receiving_officer: Officer | None
    handed_over: Annotated[dict[str, Any] | None, Field(examples=[{"reconfirmed_on": "2017-06-12"}])]
    received: Annotated[dict[str, Any] | None, Field(examples=[{"person_present": True}])]
    custody: Side
    custody_sentence: Annotated[str, Field(examples=["Thailand is responsible for the person."])]
    signatures: list[SignedActOut]


class DisclosedOut(BaseModel):
    """What the other country has told about the person, by data group, as far as the role may see it."""

    referral_id: Id
    groups: Annotated[dict[str, Any], Field(examples=[{"identity": {"given_names": "A."}}])]
    withheld: Annotated[
        list[str], Field(examples=[["health"]], description="groups that were told but that your roles do not show")
    ]
