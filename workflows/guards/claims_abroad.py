"""Questions before a person at home is told how a claim moved, and before the country of the claim hears the answer."""

from __future__ import annotations

from typing import Final

from policies.model import Policies
from workflows.claims import fits
from workflows.facts import CaseFacts, ReferralFacts
from workflows.guards.daily import way_is_safe
from workflows.step import guard
from workflows.verdict import Lack, lacking

LEGAL: Final = "legal"
_CLAIMERS = ("case_manager",)


@guard(
    sources=("OHCHR-G1.9", "WM-PROTOCOL"),
    says="The agreement between {here} and {there} lets nothing about claims travel.",
    why="Only what both countries have agreed on crosses, however useful more would be.",
    mend="Tell the person yourself in a safe way, and record that; the ministry can widen the agreement.",
    who=("national_focal_point", "case_manager"),
)
def agreement_lets_claims_travel(referral: ReferralFacts, policies: Policies) -> bool | Lack:
    said = policies.corridor(referral.from_country, referral.to_country).disclosure
    travels = {*said.offer, *said.after_acknowledgement, *said.after_acceptance}
    return LEGAL in travels or lacking(here=referral.from_country, there=referral.to_country)


@guard(
    sources=("OHCHR-P17", "OHCHR-G9.1", "WM-REMEDY"),
    says="No claim of this kind stands as the news says.",
    why="Somebody far away decides by this word alone; it has to say what the file says.",
    mend="Look at the claim again; first record there what has happened.",
    who=_CLAIMERS,
)
def news_fits_the_claim(case: CaseFacts, referral: ReferralFacts) -> bool:
    said = referral.remedy_said
    return said is None or any(fits(each, said.about, said.news) for each in case.matters)


@guard(
    sources=("OHCHR-P17", "WM-PROTOCOL"),
    says="The other country has told nothing of {gap}.",
    why="Only what was told can be answered.",
    mend="Choose the claim of which the other country has told.",
    who=("case_manager", "social_worker"),
)
def answer_is_about_a_told_claim(referral: ReferralFacts) -> bool | Lack:
    said = referral.remedy_reply
    if said is None:
        return bool(referral.remedy_news) or lacking(gap="a claim")
    told = {(each.about, each.news) for each in referral.remedy_news}
    return (said.about, said.news) in told or lacking(gap="such a claim, or other news of it")


@guard(
    sources=("WM-SAFETY", "OHCHR-G6.6"),
    says="The person must never be reached in the way that the answer names.",
    why="A letter or a call about money that somebody else gets can betray the person.",
    mend="Choose one of the safe ways, or ask the person and record the rules of contact again.",
    who=("case_manager", "social_worker"),
)
def way_of_telling_is_safe(case: CaseFacts, referral: ReferralFacts) -> bool:
    said = referral.remedy_reply
    return said is None or way_is_safe(case, said.way)
