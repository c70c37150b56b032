"""What a meeting decided about one case: each decision is a task with its owner and its day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Form, From, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup


class Decision(Form):
    """One decision."""

    what: Short = Field(
        title=mark("What was decided?"),
        description=mark("Everybody on the team reads this. Write no name."),
    )
    part: Annotated[str, From("task_role")] = Field(title=mark("Who does it?"))
    due: date = Field(title=mark("By which day?"))
    priority: Annotated[str, Coded("task_priority")] = Field(title=mark("How pressing is it?"))


class Minutes(RecordForm):
    """What was said is no part of it: whoever needs their own words adds a note, which is sealed in the history."""

    meeting: Annotated[Short, From("meeting")] = Field(title=mark("At which meeting was it discussed?"))
    decisions: Annotated[tuple[Decision, ...], Field(strict=False, max_length=20)] = Field(
        default=(), title=mark("What was decided, who does it, and by when?")
    )


KIND = Kind(
    "minutes", "Minutes of a meeting", FieldGroup.FACTS, Minutes,
    {"meeting": "5d1c7a10-1c7e-4d0b-8a55-2f6b9c3d4e5f",
     "decisions": [{"what": "Ask the court for a guardian.", "part": "legal_officer", "due": "2026-12-04",
                    "priority": "urgent"}]},
    permission="case:meet",
)
