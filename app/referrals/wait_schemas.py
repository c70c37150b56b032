"""What a referral waits for, and what happened at both ends: codes, roles and moments, never a name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import CountryCode, Id, Moment, RoleCode

Rung = Annotated[str, Field(examples=["deputy"], description="Code list escalation_step.")]
Hash = Annotated[
    str,
    Field(examples=["5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"], description="SHA-256, hex"),
]


class On(StrEnum):
    """On whom it waits. The line and their machine are told apart by whether anything answered there."""

    OUR_WORKER = "our_worker"
    LINE = "line"
    THEIR_MACHINE = "their_machine"
    THEIR_DESK = "their_desk"
    THEIR_DECISION = "their_decision"
    OUR_DESK = "our_desk"


class RungOut(BaseModel):
    """One rung of the ladder: which, when it rang (or rings), which roles it is for, and how many were told."""

    rung: Rung
    at: Moment | None
    roles: Annotated[
        list[RoleCode], Field(examples=[["national_focal_point"]], description="empty: whoever has to act")
    ]
    told: Annotated[int | None, Field(examples=[2], description="null while nobody was told yet")] = None


class WaitOut(BaseModel):
    """One thing that a referral waits for: on whom, since when, until when, who was told and who is told next."""

    on: On
    since: Moment
    message: Annotated[Id | None, Field(description="the message it is about, if it is about one")]
    type: Annotated[str, Field(examples=["send"], description="what that message says was done; may be empty")]
    clock: Annotated[str | None, Field(examples=["seen"])]
    due_at: Moment | None
    late: bool
    task: Annotated[str | None, Field(examples=["await_seen"], description="the duty that watches it (task_kind)")]
    tries: Annotated[int, Field(description="how often it was tried to bring it there")] = 0
    error: Annotated[str | None, Field(examples=["partner_away"], description="what the last try ended with")] = None
    rung: Annotated[RungOut | None, Field(description="the last rung that rang")] = None
    next: Annotated[RungOut | None, Field(description="the rung that rings next, if nothing comes before")] = None
    rungs: Annotated[list[RungOut], Field(description="every rung that rang; only with one referral")] = []


class SignatureOut(BaseModel):
    """Whether the signature under an act holds, and by which key; `print` names the key, `checked` is false where the
    person was erased and with them what was signed."""

    checked: bool
    fits: bool
    print: Annotated[str, Field(examples=["9c1f3a5be07d2468"], description="first 16 hex digits of the key's SHA-256")]
    since: Annotated[datetime | None, Field(examples=["2026-01-05T02:00:00Z"], description="since when the key signs")]
    until: Annotated[datetime | None, Field(examples=[None], description="until when it counts; null: it counts now")]
    counted: Annotated[bool, Field(description="whether the key counted on that day")]


class EndOut(BaseModel):
    """One act at either end. ``what``: sent, stored (a machine's receipt), seen (a desk's) or decided."""

    what: Annotated[str, Field(examples=["seen"])]
    at: Moment
    country: CountryCode
    ours: bool
    office: Annotated[str, Field(examples=["mm-dor"], description="the office that spoke; empty for a receipt")]
    roles: Annotated[list[str], Field(examples=[["border_focal_point"]], description="of whoever opened it")]
    message: Id
    number: Annotated[int, Field(examples=[1], description="of the message in its direction")]
    type: Annotated[str, Field(examples=["send"])]
    step: Annotated[str, Field(examples=["acknowledge"], description="of a decision: what was decided")]
    reason: Annotated[str, Field(examples=["not_competent"], description="the coded reason, where one was given")]
    reason_list: Annotated[str, Field(examples=["decline_reason"], description="the code list of the reason")]
    result: Annotated[str, Field(examples=["applied"], description="of a machine's receipt: what became of it")]
    hash: Hash
    signature: SignatureOut


class BothEndsOut(BaseModel):
    """Everything that happened at both ends, in the order in which it happened, and what is waited for now.

    ``left_out``: how many acts of the oldest messages are not in this list; the proof holds them all.
    """

    reference: Annotated[str, Field(examples=["TH-MM-2017-7F3K2Q"])]
    items: list[EndOut]
    left_out: int
    waiting: list[WaitOut]
    verified: Annotated[int, Field(description="how many of the signatures hold")]
    signatures: int
