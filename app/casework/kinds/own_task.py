"""A task somebody makes by hand: what, for which role or colleague, by which day and how pressing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, From, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup


class OwnTask(RecordForm):
    """The task of every list shows the code alone; the words stay in the case."""

    about: Annotated[str, Coded("own_task_kind")] = Field(title=mark("What is it about?"))
    what: Short = Field(
        title=mark("What exactly is to be done?"),
        description=mark("Everybody on the team reads this. Write no name."),
    )
    part: Annotated[str, From("task_role")] = Field(title=mark("Whose task is it?"))
    colleague: Annotated[str, From("team")] | None = Field(
        default=None,
        title=mark("One colleague alone?"),
        description=mark("Somebody on the team of this case. Leave it open for whoever has that part."),
    )
    due: date = Field(title=mark("By which day?"))
    priority: Annotated[str, Coded("task_priority")] = Field(
        default="normal", title=mark("How pressing is it?")
    )


KIND = Kind(
    "own_task", "Own task", FieldGroup.FACTS, OwnTask,
    {"about": "own_document", "what": "Ask the district office for the birth certificate.", "part": "social_worker",
     "due": "2026-12-04", "priority": "normal"},
    permission="case:task",
)
