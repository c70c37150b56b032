"""The care plan: what the person wants to reach, goal by goal, who helps, and what the person thinks of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.days import SetFor
from app.casework.forms import (
    Asked,
    Asking,
    Coded,
    DoneOn,
    Entry,
    ForChild,
    Kind,
    Long,
    OfWorker,
    OwnWords,
    RecordForm,
    Said,
    Services,
    Short,
    Words,
)
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts


class Goal(Asking):
    """One thing to be reached: what, in which field of life, who does it, by when, and what became of it.

    A goal is there only if somebody named one; all else about it may be left unsaid.
    """

    what: Short = Field(title=mark("What is to be reached?"))
    part_of_life: Annotated[str, Coded("support_plan_type")] | None = Field(
        default=None, title=mark("In which part of life?")
    )
    doer: Annotated[
        Literal["person", "worker", "provider", "together"] | None,
        Asked(must=True),
        Words(
            {
                "person": mark("The person"),
                "worker": mark("The team"),
                "provider": mark("A provider"),
                "together": mark("The person and the team together"),
            }
        ),
    ] = Field(default=None, title=mark("Who does it?"))
    by: Annotated[date | None, Asked()] = Field(default=None, title=mark("By when?"))
    stands: Annotated[str, Coded("goal_state"), OfWorker()] | None = Field(
        default=None, title=mark("Once it was looked at: where does it stand?")
    )


class CarePlan(RecordForm):
    """Practice 4.6; for a child the six parts of OHCHR-G8.7. A new plan begins with what the last one says."""

    objectives: Annotated[Long | None, Asked(must=True)] = Field(
        default=None,
        title=mark("What does the person want to reach?"),
        description=mark("In their own words where you can. A few aims are enough."),
    )
    goals: Annotated[tuple[Goal, ...] | None, Field(strict=False, max_length=20)] = Field(
        default=None, title=mark("Goals, one by one")
    )
    services: Services = Field(title=mark("Which help is planned?"))
    provider: Short | None = Field(
        default=None,
        title=mark("Who gives the help?"),
        description=mark("An organisation or a part, no private names."),
    )
    agreed_by_person: Said = Field(default=None, title=mark("Does the person agree with this plan?"))
    own_view: OwnWords = Field(
        default=None,
        title=mark("What does the person think of the plan?"),
        description=mark("Their own view, apart from yours, also where it differs."),
    )
    covers_child_services: Annotated[bool, ForChild()] = Field(
        default=False,
        title=mark("For a child: does it cover health, mind, law, school, housing and care?"),
    )
    prepares_adulthood: Annotated[bool, ForChild()] = Field(
        default=False,
        title=mark("For a child close to 18: does it prepare for what changes then?"),
        description=mark("Place, money, school or work, papers, and who stays in touch."),
    )
    review_on: SetFor | None = Field(
        default=None,
        title=mark("When is the plan looked at again?"),
        description=mark("Leave it empty for the usual time."),
    )
    planned_end: date | None = Field(default=None, title=mark("Until when is this planned?"))
    ended_on: DoneOn | None = Field(default=None, title=mark("If the plan has ended: on which day?"))


def fold(facts: CaseFacts, form: CarePlan, entry: Entry) -> CaseFacts:
    """The newest plan counts."""
    plan = PlanFacts(
        entry.on, bool(form.agreed_by_person), frozenset(form.services), form.covers_child_services,
        review_on=form.review_on, adulthood=form.prepares_adulthood,
    )
    return replace(facts, care_plan=plan)


KIND = Kind(
    "care_plan", "Care plan", FieldGroup.NARRATIVE, CarePlan,
    {
        "objectives": "Health, wages claim, sewing course.",
        "goals": [
            {"what": "The back no longer hurts at work.", "part_of_life": "Health", "doer": "provider",
             "by": "2017-06-01", "stands": "kept_open"},
            {"what": "Ask for the wages of seven months.", "doer": "together"},
        ],
        "services": ["health", "legal", "employment"],
        "agreed_by_person": True,
        "own_view": "Wants to work soon; finds the course too long.",
    },
    fold_case=fold,
    # The agreement and the own view are asked anew each time.
    continues=frozenset({"objectives", "goals", "services", "provider", "covers_child_services", "prepares_adulthood",
                         "planned_end"}),
)
