"""Admission to a shelter: of the person's own free will, with the rules of the house explained, and signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.casework.forms import Asked, Entry, From, Kind, Listed, Long, RecordForm, Said, Short, code_only
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts
from workflows.stay import AdmissionFacts


class Admission(RecordForm):
    """Who does not want to stay in a shelter says so here, and loses nothing else by it (OHCHR-G6.2)."""

    shelter: Annotated[str, Listed("office"), From("shelter_office")] | None = Field(
        default=None, title=mark("Which shelter?"), description=mark("Leave it open for one that keeps no beds here.")
    )
    place: Short | None = Field(
        default=None, title=mark("If it keeps no beds here: which place?"),
        description=mark("As the team calls it. No street."),
    )
    agrees: Said = Field(
        default=None,
        title=mark("Does the person want to stay there?"),
        description=mark("A no is an answer like any other. Every other help stays open."),
    )
    language: Annotated[Short, From("language")] = Field(
        title=mark("In which language were the house rules explained?")
    )
    rules_understood: Said = Field(default=None, title=mark("Did the person understand the house rules?"))
    may_go_out_explained: bool = Field(
        title=mark("Was it explained that the person may go out and may leave for good?"),
    )
    belongings: Annotated[
        Annotated[tuple[Short, ...], Field(strict=False, max_length=40)] | None,
        Asked(),
    ] = Field(
        default=None,
        title=mark("What does the person give into safe keeping?"),
        description=mark("One thing a line. Papers and phones stay with the person unless they ask otherwise."),
    )
    witness: Short | None = Field(
        default=None,
        title=mark("Who was the witness of the signature?"),
        description=mark("A part, such as shelter nurse. No name."),
    )
    words: Long | None = Field(default=None, title=mark("What did the person say?"))

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.shelter is None) == (self.place is None):
            raise PydanticCustomError("one_place", "Name one place: a shelter of the list, or another one.")
        return self


def fold(facts: CaseFacts, form: Admission, entry: Entry) -> CaseFacts:
    """The newest admission counts; the answer to help as a whole stays what it was."""
    explained = bool(form.rules_understood) and form.may_go_out_explained
    shelter = code_only(form.shelter) if form.shelter is not None else None
    said = AdmissionFacts(entry.on, shelter, bool(form.agrees), explained, form.witness is not None)
    return replace(facts, admission=said)


KIND = Kind(
    "admission", "Admission to a shelter", FieldGroup.CONTACT, Admission,
    {"place": "shelter 4, women and girls", "agrees": True, "language": "my", "rules_understood": True,
     "may_go_out_explained": True, "belongings": ["one bag"], "witness": "shelter nurse"},
    fold_case=fold,
)
