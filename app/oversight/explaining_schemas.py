"""What the explanation of access gives: who could open a case and why, who is kept out, who has opened it lately."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import Id, Moment, OfficeCode, Reference, RoleCode

Name = Annotated[str, Field(description="Of the worker.", examples=["Nok Srisai"])]
Permissions = Annotated[list[str], Field(examples=[["case:read", "record:read"]])]


class Why(StrEnum):
    """What lets somebody in: a word of roles.yaml, somebody they stand in for, an emergency, or a referral."""

    OWN = "own"
    ASSIGNED = "assigned"
    OFFICE = "office"
    ORGANISATION = "organisation"
    COUNTRY = "country"
    PARTY = "party"
    DEPUTY = "deputy"
    EMERGENCY = "emergency"
    REFERRAL = "referral"


class ReasonOut(BaseModel):
    """One reason why somebody could open it, and which permissions it carries."""

    why: Annotated[Why, Field(examples=["assigned"])]
    opens: Permissions
    role: Annotated[RoleCode | None, Field(description="assigned: in which part.")] = None
    of: Annotated[Id | None, Field(description="deputy: whom they stand in for.")] = None
    since: Moment | None = None
    until: Moment | None = None


class CouldOut(BaseModel):
    """One account that could open the case or a referral of it at this moment."""

    user_id: Id
    name: Name
    office: OfficeCode
    roles: Annotated[list[str], Field(examples=[["social_worker"]])]
    opens: Permissions
    reasons: list[ReasonOut]


class KeptOutOut(BaseModel):
    """One account whose rights would reach the case, were there no wall."""

    user_id: Id
    name: Name
    office: OfficeCode
    walls: Annotated[
        list[str], Field(description="user, organisation, country: blocked. seal: not named.", examples=[["seal"]])
    ]


class LatelyOut(BaseModel):
    """One account that has looked at the case in the last thirty days."""

    user_id: Id
    name: Annotated[str | None, Field(examples=["Nok Srisai"])]
    office: OfficeCode | None
    times: Annotated[int, Field(examples=[4])]
    last: Moment


class AccessOut(BaseModel):
    """Who could open the case and why. ``next`` continues ``accounts``; the other lists show their first hundred."""

    case_id: Id
    reference: Reference
    sealed: bool
    count: Annotated[int, Field(description="How many accounts could open it.", examples=[7])]
    accounts: list[CouldOut]
    kept_out_count: Annotated[int, Field(examples=[1])]
    kept_out: list[KeptOutOut]
    opened_lately: list[LatelyOut]
    next: str | None = None
