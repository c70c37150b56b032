"""What another country answers to an inquiry: nationality, residence, papers, and of the family what was asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.inquiries import FOUND, RESIDENCE, RESULT


class InquiryAnswer(RecordForm):
    """Practice 4.7 and 4.8, in the words of the tracing report; only what was asked is answered."""

    nationality: Annotated[str, Coded("nationality_result")] | None = Field(
        default=None, title=mark("Is the nationality confirmed?")
    )
    residence: Annotated[str, Coded("residence_result")] | None = Field(
        default=None, title=mark("May the person live in your country?")
    )
    papers: Annotated[
        tuple[Annotated[str, Coded("travel_document_kind")], ...], Field(strict=False, max_length=10)
    ] = Field(default=(), title=mark("Which papers can be issued?"))
    paper_days: Annotated[int, Field(ge=0, le=730)] | None = Field(
        default=None, title=mark("Within how many days?")
    )
    authority: Short | None = Field(default=None, title=mark("Which authority says so?"))
    family_found: bool | None = Field(default=None, title=mark("Was the family found?"))
    family_willing: bool | None = Field(default=None, title=mark("Is the family willing to receive the person?"))
    family_safe: bool | None = Field(default=None, title=mark("Is the family safe for the person?"))
    complicity_suspected: bool | None = Field(
        default=None, title=mark("Is somebody of the family thought to be involved?")
    )
    relation: Short | None = Field(
        default=None,
        title=mark("Who was found?"),
        description=mark("The relation only, such as grandmother. No name."),
    )
    local_services: Long | None = Field(default=None, title=mark("Which help is there near the family?"))
    opinion: Long | None = Field(default=None, title=mark("What do you advise?"))


def fold(matter: MatterFacts, form: InquiryAnswer, entry: Entry) -> MatterFacts:
    """What was answered, and on which day."""
    kept = {flag for flag in matter.flags if not flag.startswith((RESULT, RESIDENCE, FOUND))}
    said = {f"{RESULT}{form.nationality}" if form.nationality else "", f"{RESIDENCE}{form.residence}"}
    family = {
        "found": form.family_found, "willing": form.family_willing, "safe": form.family_safe,
        "suspected": form.complicity_suspected,
    }  # fmt: skip
    said |= {f"{FOUND}{name}" for name, holds in family.items() if holds}
    said -= {"", f"{RESIDENCE}None"}
    return replace(matter, flags=frozenset(kept | said), acted_on=entry.on)


KIND = Kind(
    "inquiry_answer", "Answer to an inquiry", FieldGroup.RISK, InquiryAnswer,
    {"nationality": "confirmed", "residence": "has_right", "papers": ["certificate_of_identity"], "paper_days": 20,
     "authority": "mm-dor"},
    fold_matter=fold, permission="inquiry:ask",
)  # fmt: skip
