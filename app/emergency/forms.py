"""What the pages of the emergency room post."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.access.sheet import PageForm
from app.emergency.schemas import Verdict


def _code(value: object) -> object:
    """A reference as people type it: small letters and blanks around it are no mistake."""
    return value.strip().upper() if isinstance(value, str) else value


class OpenPage(PageForm):
    """Which case, why it cannot wait, and that the person at the keys knows it will be reviewed."""

    reference: Annotated[str, BeforeValidator(_code), Field(pattern=r"^[A-Z]{2}-[0-9]{4}-[0-9A-Z]{4,12}$")]
    why: Annotated[str, Field(min_length=1, max_length=40)]
    reason: Annotated[str, Field(min_length=10, max_length=1000)]
    confirm: Literal["yes"]


class EndPage(PageForm):
    """Which of one's own accesses is over."""

    emergency_id: Annotated[str, Field(max_length=36)]


class AnswerPage(PageForm):
    """The answer to a reviewer's question."""

    emergency_id: Annotated[str, Field(max_length=36)]
    answer: Annotated[str, Field(min_length=10, max_length=4000)]


class ReviewPage(PageForm):
    """The verdict of a second person, with a word about it."""

    verdict: Verdict
    comment: Annotated[str, Field(min_length=3, max_length=4000)]
