"""Information a person was given: what, in which language, how, whom to turn to, and the help offered elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import TAG, Coded, Entry, From, Kind, Listed, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, InformationFacts


class InformationGiven(RecordForm):
    """One talk or leaflet (OHCHR-G2.4): written for everybody who asked or was screened, whatever the outcome."""

    topics: Annotated[
        tuple[Annotated[str, Coded("information_topic")], ...], Field(strict=False, min_length=1, max_length=20)
    ] = Field(title=mark("What was the person told about?"))
    # It becomes a fact, which is not sealed: the tag of a language, and no words.
    language: Annotated[str, Listed("language"), From("language")] = Field(title=mark("In which language?"))
    way: Annotated[str, Coded("information_way")] = Field(title=mark("How was it given?"))
    contact_point: Short = Field(
        title=mark("Whom can the person turn to?"),
        description=mark("An office or a number that answers, no private names."),
    )
    offered: Annotated[
        tuple[Annotated[str, Coded("help_elsewhere")], ...] | None, Field(strict=False, max_length=20)
    ] = Field(
        default=None,
        title=mark("Which help elsewhere was offered?"),
        description=mark("An offer counts, whether or not the person took it up."),
    )


def fold(facts: CaseFacts, form: InformationGiven, entry: Entry) -> CaseFacts:
    """What was told adds up; the newest talk names the language."""
    before = facts.information
    told = InformationFacts(
        on=entry.on,
        # An older record may tell it in words: facts are not sealed.
        language=form.language if re.fullmatch(TAG, form.language) else "unknown",
        topics=frozenset(form.topics) | (before.topics if before else frozenset()),
        offered=frozenset(form.offered or ()) | (before.offered if before else frozenset()),
    )
    return replace(facts, information=told)


KIND = Kind(
    "information_given", "Information given", FieldGroup.FACTS, InformationGiven,
    {
        "topics": ["where_to_get_help", "ask_again"], "language": "my", "way": "through_interpreter",
        "contact_point": "Hotline 1300", "offered": ["labour_inspection", "migrant_help", "hotline"],
    },
    fold_case=fold,
)  # fmt: skip
