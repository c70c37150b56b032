"""A screening interview: indicators with the officer's reasons, and the conditions it was held in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, From, Kind, Long, RecordForm, Short, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ScreeningFacts


class SeenIndicator(Form):
    """One indicator of a pack, how strongly it showed, and why the officer thinks so."""

    code: Annotated[Short, From("indicator")] = Field(title=mark("Sign"))
    severity: Annotated[
        Literal["weak", "medium", "strong"],
        Words({"weak": mark("Weakly"), "medium": mark("Clearly"), "strong": mark("Strongly")}),
    ] = Field(title=mark("How strongly did it show?"))
    reason: Long = Field(title=mark("Why do you think so?"), description=mark("What you saw or heard."))


class Screening(RecordForm):
    """The preliminary screening form (practice 4.1)."""

    pack: Annotated[Short, From("pack")] = Field(title=mark("Which list of signs did you use?"))
    indicators: Annotated[tuple[SeenIndicator, ...], Field(strict=False, max_length=80)] = Field(
        title=mark("Which signs did you see?"),
        description=mark("One sign with reasons can be enough. The number alone never decides."),
    )
    reasons: Long | None = Field(default=None, title=mark("What makes you think so, taken together?"))
    suspected_exploitation: Annotated[str, Coded("exploitation")] = Field(
        default="unknown",
        title=mark("Which kind of exploitation might it be?"),
    )
    private_place: bool = Field(title=mark("Was the talk held in a private place?"))
    interpreter_vetted: bool = Field(title=mark("Was the interpreter checked, or none needed?"))
    language: Annotated[Short, From("language")] = Field(title=mark("In which language did you talk?"))
    informed: bool = Field(title=mark("Did the person know why you talked, and that they could stop?"))
    information_given: bool = Field(title=mark("Did the person get information about help?"))
    immediate_needs: Long | None = Field(
        default=None,
        title=mark("What does the person need right now?"),
        description=mark("Food, sleep, a doctor, to reach somebody."),
    )


def fold(facts: CaseFacts, form: Screening, entry: Entry) -> CaseFacts:
    """Count what the officer saw; a count never decides (practice G02)."""
    seen = ScreeningFacts(
        on=entry.on,
        screener=entry.actor,
        indicators=len(form.indicators),
        strong=sum(1 for each in form.indicators if each.severity == "strong"),
        reasons=bool(form.reasons) or any(each.reason for each in form.indicators),
        private_place=form.private_place,
        interpreter_vetted=form.interpreter_vetted,
        informed=form.informed,
        information_given=form.information_given,
    )
    known = facts.exploitation if form.suspected_exploitation == "unknown" else form.suspected_exploitation
    return replace(facts, screening=seen, exploitation=known)


KIND = Kind(
    "screening", "Screening", FieldGroup.NARRATIVE, Screening,
    {
        "pack": "ilo-11",
        "indicators": [{"code": "ILO08", "severity": "strong", "reason": "No wages for seven months."}],
        "reasons": "Wages withheld and documents kept by the employer.",
        "suspected_exploitation": "ForcedLabour",
        "private_place": True, "interpreter_vetted": True, "language": "my",
        "informed": True, "information_given": True,
    },
    fold_case=fold,
)
