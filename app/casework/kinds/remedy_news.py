"""News of a claim for a person who is at home again: what has happened, when, and until when they can answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Amount, Coded, DoneOn, Entry, Kind, RecordForm, above_nothing, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.claims import told_of
from workflows.facts import CaseFacts, ReferralFacts, RemedyNewsFacts


class RemedyNews(RecordForm):
    """Codes, days and an amount: no words, so no account, no name and no address crosses with it."""

    about: Annotated[str, Coded("remedy_kind")] = Field(title=mark("What was claimed?"))
    news: Annotated[str, Coded("remedy_news")] = Field(title=mark("What has happened to the claim?"))
    on: DoneOn = Field(title=mark("On which day did it happen?"))
    amount: Amount | None = Field(default=None, title=mark("How much was awarded or paid?"))
    answer_by: date | None = Field(default=None, title=mark("Until when can the person still do something about it?"))

    _in_order = not_before("on", "answer_by")
    _above = above_nothing("amount")


def fold(facts: CaseFacts, form: RemedyNews, entry: Entry) -> CaseFacts:
    """The claim that waits longest of those that stand so is told."""
    return told_of(facts, form.about, form.news)


def fold_referral(facts: ReferralFacts, form: RemedyNews, entry: Entry) -> ReferralFacts:
    """Both countries know what was told; the step makes it count."""
    return replace(facts, remedy_said=RemedyNewsFacts(form.about, form.news, form.on, form.answer_by))


KIND = Kind(
    "remedy_news", "News of a claim", FieldGroup.LEGAL, RemedyNews,
    {"about": "wages", "news": "awarded", "on": "2017-03-01", "amount": {"units": 60000, "currency": "THB"},
     "answer_by": "2017-03-31"},
    fold_case=fold, fold_referral=fold_referral, shared=True, permission="remedy:pursue",
)  # fmt: skip
