"""What was given of the person's data in a proceeding, to whom and when, and that the person knew it before."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.files import ANSWERED, GAVE, TOLD, named, without

Groups = Annotated[tuple[Annotated[str, Coded("data_group")], ...], Field(strict=False, max_length=20)]


class FileAnswer(RecordForm):
    """OHCHR-G6.6: each time that data of the person leave the file for a proceeding is written down."""

    answered_on: DoneOn = Field(title=mark("On which day was it answered?"))
    receiver: Short = Field(title=mark("Who got the answer?"))
    data_groups: Groups = Field(
        default=(), title=mark("What was given?"), description=mark("Leave it empty where nothing was given.")
    )
    person_told: bool = Field(title=mark("Was the person told before, in a language they understand?"))
    words: Long | None = Field(default=None, title=mark("What did the person say, and how is it kept safe there?"))


def fold(matter: MatterFacts, form: FileAnswer, entry: Entry) -> MatterFacts:
    """What was given, as codes."""
    kept = without(matter, GAVE) - {TOLD} | {ANSWERED} | ({TOLD} if form.person_told else set())
    return replace(matter, flags=kept | named(GAVE, form.data_groups))


KIND = Kind(
    "file_answer", "Data of the person given", FieldGroup.LEGAL, FileAnswer,
    {"answered_on": "2026-11-23", "receiver": "Criminal Court, Tak", "data_groups": ["needs", "language"],
     "person_told": True},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
