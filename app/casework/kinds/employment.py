"""A word on work: the employment office was asked, an agreement was made, nothing was found, or no work is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from app.casework.forms import Amount, CodeCheck, Entry, Kind, Long, OfWorker, RecordForm, Short, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, EmploymentFacts


class Employment(RecordForm):
    """TH-ATA-37 as reported (MRW-2019): a suitable job, an agreement on hours and wages. Help never depends on it."""

    stage: Annotated[
        Literal["office_asked", "agreed", "nothing_found", "no_wish"],
        Words(
            {
                "office_asked": mark("The employment office was asked for suitable work"),
                "agreed": mark("An agreement with an employer was made"),
                "nothing_found": mark("No suitable work was found"),
                "no_wish": mark("The person does not want to work now"),
            }
        ),
    ] = Field(title=mark("Where does it stand?"))
    work: Short | None = Field(default=None, title=mark("Which work?"), description=mark("No name of the employer."))
    hours: Short | None = Field(default=None, title=mark("Which working hours were agreed?"))
    wage: Amount | None = Field(default=None, title=mark("Which wage was agreed?"))
    wage_for: Annotated[
        Literal["day", "month"] | None, Words({"day": mark("A day"), "month": mark("A month")}), OfWorker()
    ] = Field(default=None, title=mark("For how long is it paid?"))
    lawful_wage: Annotated[bool | None, OfWorker()] = Field(
        default=None, title=mark("Is it at least the lawful minimum wage?")
    )
    note: Long | None = Field(default=None, title=mark("What else matters?"))

    @model_validator(mode="after")
    def _agreement_says_hours_and_wage(self, info: ValidationInfo) -> Self:
        told = isinstance(info.context, CodeCheck) and info.context.lenient
        if self.stage == "agreed" and not told and None in (self.hours, self.wage, self.wage_for):
            raise PydanticCustomError("agreement_says_terms", "An agreement says the hours and the wage.")
        return self


def fold(facts: CaseFacts, form: Employment, entry: Entry) -> CaseFacts:
    """The newest word counts; an agreement below the lawful wage leaves the duty open."""
    return replace(facts, employment=EmploymentFacts(entry.on, form.stage, bool(form.lawful_wage)))


KIND = Kind(
    "employment", "Work and employer", FieldGroup.LEGAL, Employment,
    {"stage": "agreed", "work": "sewing", "hours": "08:00-17:00, six days", "wage": {"units": 363, "currency": "THB"},
     "wage_for": "day", "lawful_wage": True},
    fold_case=fold,
)  # fmt: skip
