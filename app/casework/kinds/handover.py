"""The handover certified at the border by the sending officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from app.casework.forms import Entry, Form, Kind, Long, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import HandoverFacts, ReferralFacts


class Handover(Form):
    """Practice 4.12 and G17: same-day consent, belongings, fitness, onward service."""

    officer: Short
    reconfirmed_on: date
    person_agrees: bool
    belongings: Annotated[tuple[Short, ...], Field(strict=False, max_length=60)]
    nothing_to_hand_over: bool = False
    fit_to_travel: bool
    onward_service: Short | None = None
    health_summary: Long | None = None
    person_told: bool | None = Field(
        default=None, title=mark("Was the person told where they go, in their own language?")
    )
    medical_summary_sealed: bool | None = Field(default=None, title=mark("Is the medical summary there, sealed?"))
    contact_card: bool | None = Field(default=None, title=mark("Does the person have the card with numbers to call?"))
    signed_at: AwareDatetime | None = Field(
        default=None, title=mark("When was the paper signed, if this is entered later?")
    )


def fold_referral(facts: ReferralFacts, form: Handover, entry: Entry) -> ReferralFacts:
    """What was certified, and on which day."""
    certified = HandoverFacts(
        entry.on, form.reconfirmed_on, form.person_agrees, bool(form.belongings) or form.nothing_to_hand_over,
        form.fit_to_travel, bool(form.onward_service),
    )
    return replace(facts, handover=certified)


KIND = Kind(
    "handover", "Handover", FieldGroup.FACTS, Handover,
    {"officer": "officer 3, Mae Sot", "reconfirmed_on": "2017-06-12", "person_agrees": True,
     "belongings": ["one bag", "savings book"], "fit_to_travel": True, "onward_service": "Myawaddy transit centre"},
    home="referral", fold_referral=fold_referral, shared=True, bound={"health_summary": "health"},
)
