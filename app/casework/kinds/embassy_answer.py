"""What an embassy has answered to a letter, typed in by whoever has read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.inquiries import RESULT


class EmbassyAnswer(RecordForm):
    """Practice 4.7 and 4.11: a national or not, a document or not, and on which conditions."""

    answered: DoneOn = Field(title=mark("When did the answer come?"))
    authority: Short = Field(
        title=mark("Who answered?"), description=mark("The part only, such as consular section. No name.")
    )
    nationality: Annotated[str, Coded("nationality_result")] = Field(title=mark("Is the nationality confirmed?"))
    document_offered: bool = Field(title=mark("Is a travel document offered?"))
    conditions: Annotated[
        tuple[Annotated[str, Coded("embassy_condition")], ...], Field(strict=False, max_length=10)
    ] = Field(default=(), title=mark("What does the embassy ask for first?"))


def fold(matter: MatterFacts, form: EmbassyAnswer, entry: Entry) -> MatterFacts:
    """What was answered, and on which day."""
    kept = {flag for flag in matter.flags if not flag.startswith(RESULT)}
    return replace(matter, flags=frozenset({*kept, f"{RESULT}{form.nationality}"}), acted_on=form.answered)


KIND = Kind(
    "embassy_answer", "Answer of an embassy", FieldGroup.RISK, EmbassyAnswer,
    {"answered": "2017-05-02", "authority": "consular section", "nationality": "confirmed", "document_offered": True,
     "conditions": ["interview"]},
    fold_matter=fold, permission="inquiry:ask",
)  # fmt: skip
