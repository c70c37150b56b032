"""A screening interview: indicators with the officer's reasons, and the conditions it was held in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.casework.forms import (
    CodeCheck,
    Coded,
    Entry,
    Form,
    From,
    Kind,
    Long,
    OfWorker,
    OwnWords,
    RecordForm,
    Short,
    Unasked,
    Words,
)
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ScreeningFacts
from workflows.guards.deciding import DECIDED

# The name of a list, of a sign in it, or of its version: checked against the policies, so never words of one's own.
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class SeenIndicator(Form):
    """One indicator of a pack, how strongly it showed, and why the officer thinks so."""

    code: Annotated[Name, From("indicator")] = Field(title=mark("Sign"))
    severity: Annotated[
        Literal["weak", "medium", "strong"],
        Words({"weak": mark("Weakly"), "medium": mark("Clearly"), "strong": mark("Strongly")}),
    ] = Field(title=mark("How strongly did it show?"))
    reason: Long = Field(title=mark("Why do you think so?"), description=mark("What you saw or heard."))


class Screening(RecordForm):
    """The preliminary screening form (practice 4.1).

    A form filled in here keeps the version of the list that was used, and names signs of that list only. Older records,
    which had one answer for all that was explained and no version, are read as they are.
    """

    pack: Annotated[Name, From("pack")] = Field(title=mark("Which list of signs did you use?"))
    pack_version: Annotated[Name | None, Unasked()] = Field(default=None, title=mark("Version of the list"))
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
    gender_wish: Annotated[
        Literal["met", "no_wish", "not_met"] | None,
        Words({"met": mark("Met"), "no_wish": mark("The person had no wish"), "not_met": mark("Not met")}),
    ] = Field(
        default=None,
        title=mark("Was a wish for a woman or a man to lead or interpret the talk met?"),
    )
    language: Annotated[Short, From("language")] = Field(title=mark("In which language did you talk?"))
    points_explained: Annotated[
        tuple[Annotated[str, Coded("interview_point")], ...] | None, Field(strict=False, max_length=20), OfWorker()
    ] = Field(
        default=None,
        title=mark("What did you explain before the talk?"),
        description=mark("Tick only what the person has understood."),
    )
    informed: Annotated[bool | None, Unasked()] = Field(
        default=None, title=mark("Did the person know why you talked, and that they could stop?")
    )
    information_given: bool = Field(title=mark("Did the person get information about help?"))
    immediate_needs: OwnWords = Field(
        default=None,
        title=mark("What does the person need right now?"),
        description=mark("Food, sleep, a doctor, to reach somebody."),
    )
    finding: Annotated[str, Coded("other_finding"), OfWorker()] | None = Field(
        default=None,
        title=mark("If you do not presume trafficking: what did you find?"),
    )

    @model_validator(mode="after")
    def _signs_are_of_the_list(self, info: ValidationInfo) -> Self:
        context = info.context
        if not isinstance(context, CodeCheck) or context.lenient:
            return self
        pack = context.policies.indicators.get(self.pack)
        if pack is None or pack.status != "ready":
            raise _refused([_wrong("unknown_list", "Choose one of the lists that are filled in.", "pack")])
        known = context.policies.signs(self.pack)
        strange = [
            _wrong("sign_of_another_list", "Choose a sign of the list you named.", "indicators", at, "code")
            for at, each in enumerate(self.indicators)
            if each.code not in known
        ]
        if strange:
            raise _refused(strange)
        # The form is frozen for everybody but itself.
        object.__setattr__(self, "pack_version", pack.version)
        object.__setattr__(self, "points_explained", self.points_explained or ())
        return self


def _wrong(code: str, sentence: str, *place: str | int) -> InitErrorDetails:
    # What was typed is not repeated.
    return InitErrorDetails(type=PydanticCustomError(code, sentence), loc=place, input=None)


def _refused(wrong: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data("Screening", wrong)


def _gender_wish(form: Screening) -> str | None:
    """How the wish was met; an older form did not ask. Who was asked and would not say has no wish we could follow."""
    if form.points_explained is None:
        return None
    silence = (form.silent or {}).get("gender_wish")
    return form.gender_wish or ("no_wish" if silence == "no_wish_to_answer" else "not_asked")


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
        informed=bool(form.informed) or bool(form.points_explained),
        information_given=form.information_given,
        points=None if form.points_explained is None else frozenset(form.points_explained),
        gender_wish=_gender_wish(form),
    )
    screened = replace(facts, screening=seen, screeners=facts.screeners | {entry.actor} | entry.hands)
    if facts.identification in DECIDED or (facts.decision is not None and facts.decision.outcome == "identified"):
        # What was decided is no suspicion any more; a step that opens the question again comes first.
        return screened
    known = facts.exploitation if form.suspected_exploitation == "unknown" else form.suspected_exploitation
    return replace(screened, exploitation=known, finding=form.finding or facts.finding)


KIND = Kind(
    "screening", "Screening", FieldGroup.NARRATIVE, Screening,
    {
        "pack": "ilo-11",
        "indicators": [{"code": "ILO08", "severity": "strong", "reason": "No wages for seven months."}],
        "reasons": "Wages withheld and documents kept by the employer.",
        "suspected_exploitation": "ForcedLabour",
        "private_place": True, "interpreter_vetted": True, "gender_wish": "met", "language": "my",
        "points_explained": ["agrees", "purpose", "use", "research_use", "own_data", "storage", "withdrawal"],
        "information_given": True,
    },
    fold_case=fold,
)
