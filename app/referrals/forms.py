"""What the pages of the referrals room post."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm

Word = Annotated[str, Field(max_length=64)]
Line = Annotated[str, Field(max_length=300)]
Words = Annotated[str, Field(max_length=4000)]


class StepPage(PageForm):
    """A step without a record: its coded reason, another office, and one's own words."""

    version: Word = ""
    reason: Word = ""
    office: Word = ""
    note: Words = ""


class RevealPage(PageForm):
    """Why the name has to be seen now."""

    reason: Annotated[str, Field(min_length=10, max_length=1000)]
