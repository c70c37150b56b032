"""The forms of the pages between offices."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm

Code = Annotated[str, Field(max_length=64)]


class TakeOverPage(PageForm):
    """Who carries the case."""

    user_id: Code = ""


class DeclinePage(PageForm):
    """Why the office declines, and what it suggests."""

    reason: Code = ""
    suggestion: Code = "none"


class QuestionPage(PageForm):
    """What is asked back."""

    question: Code = ""


class RevealPage(PageForm):
    """Why it has to be read."""

    reason: Annotated[str, Field(max_length=1000)] = ""
