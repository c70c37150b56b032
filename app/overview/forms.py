"""What the pages of the overview room post."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm


class DonePage(PageForm):
    """A task that was done by hand, with a note in one's own words if one likes."""

    task_id: Annotated[str, Field(max_length=36)]
    note: Annotated[str, Field(max_length=4000)] = ""


class PriorityPage(PageForm):
    """How pressing a task is."""

    task_id: Annotated[str, Field(max_length=36)]
    priority: Annotated[str, Field(max_length=20)] = ""


class NoticePage(PageForm):
    """A notice that was read, and the page it was read on."""

    notice_id: Annotated[str, Field(max_length=36)]
    back: Annotated[str, Field(max_length=200)] = "/"
