"""A person at home is told how a claim moved: when, in which way, and what they want now."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Coded, DoneOn, Entry, Kind, OwnWords, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.claims import told_of
from workflows.facts import CaseFacts, ReferralFacts, RemedyReplyFacts


class RemedyTold(RecordForm):
    """Practice 4.16. Their own words stay where they were said; what they want travels as a code."""

    about: Annotated[str, Coded("remedy_kind")] = Field(title=mark("What was claimed?"))
    news: Annotated[str, Coded("remedy_news")] = Field(title=mark("Of which news is it?"))
    told: bool = Field(title=mark("Has the person heard of it?"))
    told_on: DoneOn = Field(
        title=mark("When was the person told?"),
        description=mark("Where nobody was reached: the day of the last attempt."),
    )
    way: Annotated[str, Coded("information_way")] = Field(title=mark("In which way?"))
    wish: Annotated[Annotated[str, Coded("remedy_wish")] | None, Asked(must=True)] = Field(
        default=None, title=mark("What does the person want now?")
    )
    words: OwnWords = Field(default=None, title=mark("What did the person say to it?"))


def fold(facts: CaseFacts, form: RemedyTold, entry: Entry) -> CaseFacts:
    """Who spoke with the person has told them of all claims of that kind."""
    return told_of(facts, form.about) if form.told else facts


def fold_referral(facts: ReferralFacts, form: RemedyTold, entry: Entry) -> ReferralFacts:
    """The country of the claim hears it; the step makes it count."""
    said = RemedyReplyFacts(form.about, form.news, form.told, form.told_on, form.way, form.wish or "")
    return replace(facts, remedy_reply=said)


KIND = Kind(
    "remedy_told", "What the person says about a claim", FieldGroup.LEGAL, RemedyTold,
    {"about": "wages", "news": "awarded", "told": True, "told_on": "2017-03-02", "way": "in_person", "wish": "go_on"},
    fold_case=fold, fold_referral=fold_referral, shared=True, withheld=frozenset({"words"}),
)  # fmt: skip
