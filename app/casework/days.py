"""Days that lie ahead: a review, a next visit, a return, a hearing that somebody sets from the day they write of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic_core import PydanticCustomError, core_schema

from app.casework.forms import CodeCheck


@dataclass(frozen=True, slots=True)
class LiesAhead:
    """Metadata of a day that something is set for: not before the day of which the form tells.

    What is on record, and the words that correct it, name days that have passed meanwhile: they are read as they are.
    """

    def check(self, value: date, info: core_schema.ValidationInfo) -> date:
        """The day itself; an error where it was over when the form was about it."""
        about = info.context.about if isinstance(info.context, CodeCheck) and not info.context.lenient else None
        if about is not None and value < about:
            raise PydanticCustomError("day_is_over", "This day is over. Choose today or a later day.")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """A date, then the check."""
        return core_schema.with_info_after_validator_function(self.check, handler(source))


SetFor = Annotated[date, LiesAhead()]
