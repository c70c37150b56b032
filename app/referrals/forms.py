"""What the pages of the referrals room post."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm

Word = Annotated[str, Field(max_length=64)]
Line = Annotated[str, Field(max_length=300)]
Words = Annotated[str, Field(max_length=4000)]


class RevealPage(PageForm):
    """Why the name has to be seen now."""

    reason: Annotated[str, Field(min_length=10, max_length=1000)]


class LatePage(PageForm):
    """When it really happened, if it is typed in later from paper: a day in three fields, and a time."""

    version: Word = ""
    late: Word = ""
    signed_day: Word = ""
    signed_month: Word = ""
    signed_year: Word = ""
    signed_time: Word = ""


class TickedPage(LatePage):
    """The ticks that both sides have, and who ticks them."""

    officer: Annotated[str, Field(min_length=1, max_length=300)]
    present: Word = ""
    told: Word = ""
    agrees: Word = ""
    medical: Word = ""
    belongings: Word = ""
    card: Word = ""


class GivingPage(TickedPage):
    """What the sending officer certifies at the bridge."""

    things: Words = ""
    onward: Line = ""
    together: Word = ""
    apart: Line = ""


class TakingPage(TickedPage):
    """What the receiving officer certifies; ``code_heard``: what the other officer read aloud."""

    code_heard: Word = ""
    discrepancy: Word = ""
    note: Words = ""


class CodePage(PageForm):
    """The code that the other officer read aloud, or that stands on their paper."""

    code_heard: Word = ""


class NotTodayPage(PageForm):
    """Why nobody crosses today."""

    version: Word = ""
    reason: Word = ""
    note: Words = ""


class ReferPage(PageForm):
    """A referral to write: where to, to which office, over which border point."""

    to: Word
    office: Word = ""
    point: Annotated[str, Field(max_length=80)] = ""
    note: Words = ""
