"""What every page of the referrals room knows beside its own matter, and the types of its routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response

from app.access.page_door import Page, opens
from app.kit.words import say
from app.referrals import wait_words, words

Reader = Annotated[Page, Depends(opens("referral:read"))]
Reference = Annotated[str, Path(max_length=64)]
StepName = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")]
Done = Annotated[str, Query(max_length=40)]
Cursor = Annotated[str | None, Query(max_length=512)]
PAGE = 25


def shared(page: Page, **context: Any) -> dict[str, Any]:
    """``context`` with the words that the templates of this room use."""
    policies = page.house.policies

    def role(name: str) -> str:
        known = policies.roles.get(name)
        return say(known.title) if known else name

    return {
        "here": "referrals",
        "role_word": role,
        "language": words.language_word,
        "marks": words.MARKS,
        "step_word": words.step_word,
        "message_word": words.message_word,
        "field_word": words.field_word,
        "bridge_time": words.bridge_time,
        "on_word": wait_words.on_word,
        "on_short": wait_words.on_short,
        "moment_of": datetime.fromisoformat,
        **context,
    }


def show(page: Page, template: str, **context: Any) -> Response:
    """The page ``template`` of this room."""
    return page.show(template, **shared(page, **context))
