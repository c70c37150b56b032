"""The handover certified at the border by the sending officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm, Said, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import HandoverFacts, ReferralFacts


class Handover(RecordForm):
    """Practice 4.12 and G17: same-day consent, belongings, fitness, onward service."""

    officer: Short = Field(
        title=mark("Which officer hands over?"),
        description=mark("Part and place, such as officer 3, Mae Sot."),
    )
    reconfirmed_on: date = Field(
        title=mark("On which day was the person asked again?"),
        description=mark("It has to be today. A no is a normal answer."),
    )
    person_agrees: Said = Field(default=None, title=mark("Does the person still want to go?"))
    belongings: Annotated[tuple[Short, ...], Field(strict=False, max_length=60)] = Field(
        title=mark("What does the person take along?"),
        description=mark("One thing in each line: bags, papers, money."),
    )
    nothing_to_hand_over: bool = Field(default=False, title=mark("Is there nothing to hand over?"))
    fit_to_travel: bool = Field(title=mark("Is the person well enough to travel?"))
    onward_service: Short | None = Field(
        default=None,
        title=mark("Where does the person sleep tonight?"),
        description=mark("The service that waits on the other side."),
    )
    health_summary: Long | None = Field(
        default=None,
        title=mark("What must the other side know to keep the person well?"),
        description=mark("Travels only as far as the person agreed."),
    )
    together: bool | None = Field(
        default=None, title=mark("Does the person cross together with those they are not to be parted from?")
    )
    apart_reason: Short | None = Field(default=None, title=mark("If not: why do they part?"))
    person_told: bool | None = Field(
        default=None, title=mark("Was the person told where they go, in their own language?")
    )
    medical_summary_sealed: bool | None = Field(default=None, title=mark("Is the medical summary there, sealed?"))
    contact_card: bool | None = Field(default=None, title=mark("Does the person have the card with numbers to call?"))
    signed_on: date | None = Field(
        default=None, title=mark("On which day was the paper signed, if this is entered later?")
    )
    signed_time: Short | None = Field(
        default=None, title=mark("At what time was the paper signed?"), description=mark("For example 10:30.")
    )


def fold_referral(facts: ReferralFacts, form: Handover, entry: Entry) -> ReferralFacts:
    """What was certified, and on which day."""
    certified = HandoverFacts(
        entry.on, form.reconfirmed_on, bool(form.person_agrees), bool(form.belongings) or form.nothing_to_hand_over,
        form.fit_to_travel, bool(form.onward_service), form.together, bool((form.apart_reason or "").strip()),
    )
    return replace(facts, handover=certified)


KIND = Kind(
    "handover", "Handover", FieldGroup.FACTS, Handover,
    {"officer": "officer 3, Mae Sot", "reconfirmed_on": "2017-06-12", "person_agrees": True,
     "belongings": ["one bag", "savings book"], "fit_to_travel": True, "onward_service": "Myawaddy transit centre"},
    home="referral", fold_referral=fold_referral, shared=True, bound={"health_summary": "health"},
)
