"""Needs and risks: how much help is needed where, the level that follows from it, and how long that holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final, Self

from pydantic import Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.casework.forms import CodeCheck, Coded, Entry, Kind, Long, OfWorker, RecordForm, Unasked
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NeedsFacts
from workflows.needs import computed_level, holds_days, needs_a_reason

# Every question whose answer counts for the level: policies/needs.yaml names the same (a test compares them).
QUESTIONS: Final = (
    "health", "psychological", "shelter", "legal", "documents", "dependants", "debts", "threats", "stigma",
)  # fmt: skip
Degree = Annotated[str, Coded("need_degree")] | None
Level = Annotated[str, Coded("risk_level")]


def _degree(title: str) -> Any:
    return Field(default=None, title=title)


class NeedsAssessment(RecordForm):
    """Practice 4.5. No test result is asked for (OHCHR-G6.2).

    The level follows from the answers by policies/needs.yaml; what was computed, by which rule, and how long it holds
    is kept with them. Older records have only the worker's own level and are read as they are.
    """

    health_degree: Degree = _degree(mark("Health: how much help is needed?"))
    health: Long | None = Field(
        default=None,
        title=mark("Health: what is needed?"),
        description=mark("No test result is asked for."),
    )
    psychological_degree: Degree = _degree(mark("Mind: how much help is needed?"))
    psychological: Long | None = Field(
        default=None,
        title=mark("How does the person feel, and what would help?"),
    )
    shelter_degree: Degree = _degree(mark("A place to be: how much help is needed?"))
    shelter: Long | None = Field(default=None, title=mark("A place to be: what is needed?"))
    legal_degree: Degree = _degree(mark("Law: how much help is needed?"))
    legal: Long | None = Field(default=None, title=mark("Law: what is needed?"))
    documents_degree: Degree = _degree(mark("Papers: how much help is needed?"))
    documents: Long | None = Field(default=None, title=mark("Papers: what is needed?"))
    dependants_degree: Degree = _degree(mark("People who depend on the person: how much help is needed?"))
    dependants: Long | None = Field(default=None, title=mark("Does anybody depend on the person?"))
    debts_degree: Degree = _degree(mark("Debts: how hard do they press?"))
    debts: Long | None = Field(default=None, title=mark("Are there debts that press?"))
    threats_degree: Degree = _degree(mark("Threats: how great is the danger?"))
    threats: Long | None = Field(default=None, title=mark("Is anybody threatening the person?"))
    stigma_degree: Degree = _degree(mark("Shame and gossip: how much do they harm?"))
    level: Annotated[Level | None, OfWorker()] = Field(
        default=None,
        title=mark("How great is the danger?"),
        description=mark("Leave it open to take the level that the answers give. You may set a higher one."),
    )
    lower_reason: Long | None = Field(
        default=None, title=mark("If you set a lower level than the answers give: why?")
    )
    mitigations: Long | None = Field(default=None, title=mark("What makes it safer?"))
    reassess_on: date | None = Field(
        default=None,
        title=mark("When should this be looked at again?"),
        description=mark("Leave it empty for the usual time. A later day than the usual one does not count."),
    )
    computed: Annotated[Level | None, Unasked()] = Field(default=None, title=mark("Level that the answers give"))
    result: Annotated[Level | None, Unasked()] = Field(default=None, title=mark("Level that counts"))
    rule: Annotated[str | None, Field(max_length=60), Unasked()] = Field(default=None, title=mark("By which rule"))
    days: Annotated[int | None, Unasked()] = Field(default=None, title=mark("For how many days it holds"))

    @model_validator(mode="after")
    def _level_follows(self, info: ValidationInfo) -> Self:
        context = info.context
        if not isinstance(context, CodeCheck) or context.lenient:
            return self
        policies = context.policies
        said = {name: getattr(self, f"{name}_degree") for name in QUESTIONS}
        computed = computed_level(policies, {name: degree for name, degree in said.items() if degree is not None})
        result = self.level or computed
        if result is None:
            raise _refused("level_or_answers", mark("Answer at least one question, or set a level."), "level")
        if needs_a_reason(policies, computed, self.level) and not self.lower_reason:
            told = mark("The answers give a higher level. Say why it is lower, or leave the level open.")
            raise _refused("lower_needs_reason", told, "lower_reason")
        found = {"computed": computed, "result": result, "days": holds_days(policies, result)}
        for name, value in {**found, "rule": policies.needs.version}.items():
            # The form is frozen for everybody but itself.
            object.__setattr__(self, name, value)
        return self


def _refused(code: str, sentence: str, field: str) -> ValidationError:
    # What was typed is not repeated.
    wrong = InitErrorDetails(type=PydanticCustomError(code, sentence), loc=(field,), input=None)
    return ValidationError.from_exception_data("NeedsAssessment", [wrong])


def fold(facts: CaseFacts, form: NeedsAssessment, entry: Entry) -> CaseFacts:
    """How great the danger is, and by when to look again: never later than an assessment of this level holds."""
    ends = [form.reassess_on] if form.reassess_on is not None else []
    if form.days is not None:
        ends.append(entry.on + timedelta(days=form.days))
    level = form.result or form.level or "low"
    return replace(facts, needs=NeedsFacts(entry.on, level, min(ends, default=None)))


KIND = Kind(
    "needs_assessment", "Needs and risk assessment", FieldGroup.RISK, NeedsAssessment,
    {"level": "medium", "health_degree": "some", "health": "Back pain; sees the nurse weekly.",
     "reassess_on": "2017-06-01"},
    fold_case=fold,
)
