"""What the pages of the walls room post."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm
from app.walls.schemas import Against, Why

Reason = Annotated[str, Field(min_length=10, max_length=1000)]
UserId = Annotated[str, Field(max_length=36)]


class SealPage(PageForm):
    """Who alone shall see the case."""

    names: Annotated[list[UserId], Field(min_length=2, max_length=50)]
    reason: Reason


class LiftPage(PageForm):
    """Why a seal is no longer needed."""

    reason: Reason


class NamesPage(PageForm):
    """Who is named on the seal from now on."""

    names: Annotated[list[UserId], Field(min_length=2, max_length=50)]


class BlockPage(PageForm):
    """Whom to keep away: the field of the kind that was chosen counts."""

    against: Against
    user: Annotated[str, Field(max_length=36)] = ""
    organisation: Annotated[str, Field(max_length=64)] = ""
    country: Annotated[str, Field(max_length=2)] = ""
    why: Why
    reason: Reason

    @property
    def value(self) -> str:
        """The code or account id that was chosen."""
        return {Against.USER: self.user, Against.ORGANISATION: self.organisation, Against.COUNTRY: self.country}[
            self.against
        ]


class LiftBlockPage(PageForm):
    """Which block is no longer needed, and why."""

    block_id: Annotated[str, Field(max_length=36)]
    reason: Reason


class ConflictPage(PageForm):
    """What ties me to the case, as far as I want to say."""

    note: Annotated[str, Field(max_length=1000)] = ""
