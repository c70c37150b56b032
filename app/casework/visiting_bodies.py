"""What two countries tell each other of a visit, and what each keeps of it sealed: numbers, codes, days, one place."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.casework.correspondence import Said

__all__ = [
    "SHELTER", "AskBody", "ConfirmBody", "Contents", "DayBody", "EndedBody", "Entered", "GrantBody", "LogBody",
    "PersonBody", "ReasonBody", "RemarksBody", "ReturnedBody", "SubjectBody", "VisitorBody",
]  # fmt: skip

_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Office = Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z0-9-]{1,60}$")]
_Shared = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Day = Annotated[date, Field(strict=False)]
_Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
# The place of a meeting that is told with an address; every other one is an office.
SHELTER: Final = "shelter"


class _Part(BaseModel):
    # A partner may say more than we know; what we do know has to be of its type.
    model_config = ConfigDict(extra="ignore", strict=True)


class VisitorBody(_Part):
    """Somebody who comes, by part and office; no name."""

    part: _Code
    office: _Office


class SubjectBody(_Part):
    """Somebody the visit is about, by the number that both countries know."""

    about: Annotated[str, Field(pattern=r"^(referral|inquiry)$")]
    number: _Shared


class AskBody(Said):
    """A visit that is asked for."""

    purpose: _Code
    language: _Code
    days: Annotated[list[_Day], Field(min_length=1, max_length=5)]
    visitors: Annotated[list[VisitorBody], Field(min_length=1, max_length=6)]
    subjects: Annotated[list[SubjectBody], Field(min_length=1, max_length=20)]


class DayBody(Said):
    """Another day."""

    day: _Day


class GrantBody(Said):
    """Permission: day, times, place, conditions, and who is met. Where people live is told only if they meet there."""

    day: _Day
    begins: _Hour
    ends: _Hour
    place: _Code
    office: Annotated[str, Field(pattern=r"^([a-z]{2}-[a-z0-9-]{1,60})?$")] = ""
    address: Annotated[str, Field(max_length=200)] = ""
    conditions: Annotated[list[_Code], Field(max_length=10)] = []
    met: Annotated[list[_Shared], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError("it ends after it begins")
        if (self.place == SHELTER) is not bool(self.address) or (self.place == SHELTER) is bool(self.office):
            raise ValueError("an address is told of a shelter alone, of an office its code")
        return self


class ReasonBody(Said):
    """Why there is no visit."""

    reason: _Code


class EndedBody(Said):
    """Somebody who was to be met is not met; why is not said."""

    number: _Shared


class Entered(_Part):
    """Somebody who came in, by part and office, from when to when."""

    part: _Code
    office: _Office
    begins: _Hour
    ends: _Hour


class PersonBody(_Part):
    """Somebody who was met, and what they want, where they agreed that it is told."""

    number: _Shared
    wish: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,40}$")] = ""


class LogBody(Said):
    """What was: who came in, and whom they met."""

    held_on: _Day
    entered: Annotated[list[Entered], Field(max_length=10)]
    met: Annotated[list[PersonBody], Field(max_length=20)]


class ReturnedBody(Said):
    """Why the log comes back."""

    remark: _Code
    words: Annotated[str, Field(max_length=600)] = ""


class RemarksBody(Said):
    """What the visitors say of the visit."""

    words: Annotated[str, Field(max_length=600)] = ""


class ConfirmBody(Said):
    """Nothing is said but that it is so."""


class Contents(_Part):
    """What a country keeps of a visit, sealed."""

    days: list[_Day] = Field(default_factory=list)
    visitors: list[VisitorBody] = Field(default_factory=list)
    grant: GrantBody | None = None
    log: LogBody | None = None
    returned: ReturnedBody | None = None
    remarks: RemarksBody | None = None
