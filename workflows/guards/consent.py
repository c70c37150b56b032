"""Consent as a forbid: without it nothing about the person leaves the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from policies.model import Policies
from workflows.facts import CaseFacts, ConsentFacts, ReferralFacts, Today
from workflows.step import Guard, guard
from workflows.verdict import Lack, lacking

ANYBODY = "*"
ASKERS = ("social_worker", "case_manager", "border_focal_point")
WORDS = {
    "notify_origin": "telling the other country",
    "contact_family": "contacting the family",
    "return": "return",
    "reintegration_report": "reporting back after return",
    "case_meeting": "being discussed at a meeting",
}


def consent_found(
    rows: tuple[ConsentFacts, ...], purpose: str, country: str, today: Today, child: bool, group: str | None
) -> bool | Lack:
    """Whether one of these rows lets ``purpose`` happen towards a country today; else what is lacking.

    group: data group it must cover, or None for any. child: the guardian has to have given it, with the child's assent.
    """
    live = [row for row in rows if row.covers(purpose, country, today.date)]
    values = {"purpose": WORDS[purpose], "country": country}
    if not live:
        gone = any(row.purpose == purpose and row.withdrawn_on for row in rows)
        if any(replace(row, informed=True).covers(purpose, country, today.date) for row in rows):
            return lacking(**values, gap="does not count, because not all of it was explained to them")
        return lacking(**values, gap="has been withdrawn" if gone else "is not recorded or has run out")
    # One and the same row has to satisfy everything: two halves of a consent are not a consent.
    fitting = [row for row in live if group is None or group in row.data_groups]
    if not fitting:
        return lacking(**values, gap=f"does not cover the data group '{group}'")
    if child and not any(row.giver == "guardian" and row.child_assent for row in fitting):
        return lacking(**values, gap="was not given by the guardian with the child's own agreement")
    return True


def consent_of_case(purpose: str, sources: tuple[str, ...], group: str | None = None) -> Guard:
    """A guard that the person's own record holds a live consent for the purpose and the other country.

    purpose: code of consent_purpose; group: data group it must cover, or None for any.
    """

    def ask(case: CaseFacts, referral: ReferralFacts, today: Today) -> bool | Lack:
        return consent_found(case.consents, purpose, referral.other_country, today, case.child, group)

    return _named(ask, purpose, group, sources)


def consent_of_copy(purpose: str, sources: tuple[str, ...]) -> Guard:
    """The same on the receiving side before a case exists there: read from what the sender passed on."""

    def ask(referral: ReferralFacts, today: Today) -> bool | Lack:
        return consent_found(referral.consents, purpose, referral.to_country, today, referral.child, None)

    return _named(ask, purpose, None, sources)


def consent_of_copy_for_family_news(sources: tuple[str, ...]) -> Guard:
    """On the receiving side: news of the family is told only with the consent to contact them.

    A report that says nothing about a family (nationality alone was checked) needs no such consent.
    """

    def ask(referral: ReferralFacts, today: Today) -> bool | Lack:
        news = referral.tracing
        silent = news is not None and not (
            news.family_found or news.family_willing or news.family_safe or news.complicity_suspected
        )
        purpose = "contact_family"
        return silent or consent_found(referral.consents, purpose, referral.to_country, today, referral.child, None)

    return _named(ask, "contact_family", None, sources)


def _named(ask: object, purpose: str, group: str | None, sources: tuple[str, ...]) -> Guard:
    ask.__name__ = f"consent_for_{purpose}" + (f"_of_{group}" if group else "")  # type: ignore[attr-defined]
    made = guard(
        rule="G11" if purpose == "contact_family" else "G10",
        sources=(*sources, "IOM-4", "WM-CONSENT"),
        says="The person's consent to {purpose} ({country}) {gap}.",
        why="Nothing about a person crosses a border without their own, current, specific consent; "
        "saying no changes nothing else.",
        mend="Ask the person, explain the use, and record the answer.",
        who=ASKERS,
    )
    return made(ask)  # type: ignore[arg-type]


@guard(
    rule="G10",
    sources=("OHCHR-G2.7", "OHCHR-G6.3", "OHCHR-G1.6"),
    says="A claim for international protection is open.",
    why="While it is open no authority of the country of origin may learn of the person, by no way.",
    mend="Wait for the end of the claim, or plan a stay.",
    who=("legal_officer", "case_manager"),
)
def no_asylum_claim_is_open(case: CaseFacts) -> bool:
    return not case.asylum_claim


@guard(
    sources=("WM-SAFETY", "OHCHR-P6"),
    says="Sharing with {country} is blocked for this person.",
    why="The authorities or the family there are thought to be part of the danger.",
    mend="A supervisor reviews the block with the person.",
    who=("supervisor",),
)
def country_is_not_blocked(case: CaseFacts, referral: ReferralFacts) -> bool | Lack:
    country = referral.other_country
    return country not in case.blocked_countries or lacking(country=country)


@guard(
    rule="G11",
    sources=("OHCHR-G8.4", "WM-SAFETY"),
    says="The family is suspected of taking part, and the consent to contact them is still open.",
    why="With it the other country would trace the family and lead the traffickers to the person.",
    mend="Go through it with the person and record that this consent ends; nationality can be checked alone.",
    who=("case_manager", "supervisor"),
)
def suspected_family_stays_out(case: CaseFacts, referral: ReferralFacts, today: Today) -> bool:
    country = referral.other_country
    return not case.family_complicity or not any(
        row.covers("contact_family", country, today.date) for row in case.consents
    )


@guard(
    sources=("IOM-4", "WM-CONSENT"),
    says="The person's consent to {purpose} ({country}) {gap}.",
    why="Somebody of another organisation was there; what is told to them leaves ours. A no changes nothing else.",
    mend="Ask the person, explain who comes to the meeting, and record the answer.",
    who=ASKERS,
)
def consent_for_case_meeting(case: CaseFacts, given: Mapping[str, object], today: Today) -> bool | Lack:
    if not given.get("outsiders"):
        return True
    return consent_found(case.consents, "case_meeting", case.country, today, case.child, None)


def wider_names(name: str, policies: Policies) -> frozenset[str]:
    """What else a consent may say and mean this office or body too: its country, and of an office its body.

    A body whose code one of its offices bears is not among them: the person was asked about that one office.
    """
    for country in policies.countries.values():
        bodies = {office.code: office.organisation for office in country.offices}
        if name in bodies or name in bodies.values():
            return frozenset({country.code, bodies.get(name, name)} - {name} - bodies.keys())
    return frozenset()


@guard(
    sources=("IOM-4", "WM-CONSENT"),
    says="A wider consent goes on and covers them too: {recipients}.",
    why="Whoever takes a consent back from somebody has it ended at once, not only on paper.",
    mend="Name these too, or nobody so that all of it ends; then record anew what the person still agrees to.",
    who=ASKERS,
)
def wider_consent_is_named(
    case: CaseFacts, given: Mapping[str, object], today: Today, policies: Policies
) -> bool | Lack:
    named, purposes = _words(given, "recipients"), _words(given, "purposes")
    wider = frozenset().union(*({ANYBODY, *wider_names(each, policies)} for each in named)) - named
    live = {
        row.recipient for row in case.consents
        if row.purpose in purposes and row.recipient in wider and row.withdrawn_on is None
        and (row.valid_until is None or today.date <= row.valid_until)
    }  # fmt: skip
    told = ["anybody who helps" if each == ANYBODY else each for each in sorted(live)]
    return not live or lacking(recipients=", ".join(told))


def _words(given: Mapping[str, object], name: str) -> frozenset[str]:
    said = given.get(name)
    return frozenset(str(each) for each in said) if isinstance(said, list | tuple) else frozenset()


OUTWARD_CONSENTS = {
    "notify": consent_of_case("notify_origin", ("ACTIP-14.3",)),
    "identity": consent_of_case("notify_origin", ("ACTIP-14.3", "ACTIP-14.6"), "identity"),
    "return": consent_of_case("return", ("OHCHR-P11", "ACTIP-15.1")),
    "family": consent_of_copy("contact_family", ("OHCHR-G8.4",)),
    "family_news": consent_of_copy_for_family_news(("OHCHR-G8.4",)),
    "return_copy": consent_of_copy("return", ("OHCHR-P11",)),
    "report": consent_of_case("reintegration_report", ("ACTIP-14.6",)),
    "claim": consent_of_case("notify_origin", ("OHCHR-P17", "ACTIP-14.6"), "legal"),
    "claim_answer": consent_of_case("reintegration_report", ("OHCHR-P17", "ACTIP-14.6"), "legal"),
}
