"""The JSON door to who abroad got data of a person, and what they were told when a consent ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from app.access.door import Door, needs
from app.access.log import looked
from app.access.may import visible_case
from app.casework import recipients
from app.casework.shapes import CountryCode, Moment, Reference
from app.kit.errors import Forbidden, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["cases"])

READ = "case:read"
Reader = Annotated[Door, Depends(needs(READ))]
Codes = Annotated[list[str], Field(examples=[["identity", "nationality"]])]


class TellingOut(BaseModel):
    """That a consent has ended, as it was told once, and how far it came."""

    at: Moment
    groups: Annotated[Codes, Field(description="data groups that may not be used any more")]
    purposes: Annotated[Codes, Field(description="purposes to which the person does not agree any more")]
    stored: Annotated[Moment | None, Field(description="when the other country had it")]
    seen: Annotated[Moment | None, Field(description="when somebody there opened it")]
    confirmed: Annotated[Moment | None, Field(description="when they confirmed that nothing more is kept or used")]


class RecipientOut(BaseModel):
    """One country that got data by one referral."""

    country: CountryCode
    reference: Reference
    has: Annotated[Codes, Field(description="data groups it got and may still use")]
    untold: Annotated[Codes, Field(description="what no consent covers any more and it has not been told of yet")]
    tellings: list[TellingOut]


class RecipientsOut(BaseModel):
    """Every country that got data of the person."""

    items: list[RecipientOut]


@router.get(
    "/cases/{case_id}/recipients",
    response_model=RecipientsOut,
    responses=documented(NotFound, Forbidden),
    summary="See who abroad got data of the person",
)
def read_recipients(case_id: str, door: Reader) -> RecipientsOut:
    """What each country got and may still use, what it was told when a consent ended, and whether it has confirmed.

    Names of data groups, never the data. Something stays in `untold` until the message is written, and while nobody
    there may hear from us.
    """
    with door.write() as desk:
        visible_case(desk, READ, case_id)
        looked(desk, "recipients_read", "case", case_id)
        found = recipients.of_case(desk, case_id)
    return RecipientsOut(items=[RecipientOut.model_validate(asdict(each)) for each in found])
