"""Questions before another country is asked about a person, and what its answers count for."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from policies.model import Policies
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts, ConsentFacts, MatterFacts, ReferralFacts, Today, TracingFacts
from workflows.guards.consent import ASKERS, consent_found
from workflows.step import guard
from workflows.verdict import Lack, lacking

NAME: Final = "inquiry"
# The machine of questions on paper (workflows.embassy), whose answer counts as well.
EMBASSY: Final = "embassy"
NATIONALITY: Final = "nationality_and_residence"
TRACING: Final = "family_tracing"
# Flags of a matter: which country is asked, and what it answered.
TO, RESULT, RESIDENCE, FOUND = "to.", "nationality.", "residence.", "family."
# The coded input by which the other side is asked to forget, kept as a flag.
FORGET: Final = "forget"
CLOCKS: Final = {NATIONALITY: "nationality_check", TRACING: "tracing"}
ASKING: Final = ("case_manager", "national_focal_point")


def asked_country(matter: MatterFacts) -> str:
    """The country that is asked, "" where the form does not say one yet."""
    return next((flag.removeprefix(TO) for flag in sorted(matter.flags) if flag.startswith(TO)), "")


def competent_office(policies: Policies, here: str, country: str) -> str | None:
    """The office of ``country`` that answers for it in the corridor with ``here``; None where none is agreed."""
    if country == here or country not in policies.countries:
        return None
    return policies.corridor(here, country).focal_office(country)


def last_day(policies: Policies, case: CaseFacts, matter: MatterFacts) -> date:
    """The last day on which the other country is in time with its answer."""
    country = asked_country(matter)
    calendar = policies.calendar(case.country, country)
    start = datetime.combine(matter.opened_on, time(), tzinfo=calendar.zone)
    clock = policies.clock(CLOCKS[matter.about], case.country, country, on=matter.opened_on)
    return rings_at(start, clock, calendar).astimezone(calendar.zone).date()


def is_carried(case: CaseFacts, matter: MatterFacts, today: Today) -> bool:
    """Whether the person's consents still carry this inquiry: what the other side holds may stay there."""
    country = asked_country(matter)
    purposes = ("notify_origin", "contact_family") if matter.about == TRACING else ("notify_origin",)
    groups = {"notify_origin": "identity", "contact_family": None}
    return all(
        consent_found(case.consents, each, country, today, case.child, groups[each]) is True for each in purposes
    )


def nationality_told(case: CaseFacts, country: str) -> tuple[date, str] | None:
    """The newest answer about nationality of that country or its embassy: its day and a code of nationality_result."""
    found = [
        (each.acted_on, flag.removeprefix(RESULT))
        for each in (*case.matters_of(NAME), *case.matters_of(EMBASSY))
        if each.acted_on is not None and asked_country(each) == country
        for flag in each.flags
        if flag.startswith(RESULT)
    ]
    return max(found, default=None)


def nationality_known(case: CaseFacts, referral: ReferralFacts) -> str:
    """What the other country has last said of the nationality, by its report or in answer to an inquiry; else none."""
    traced, told = referral.tracing, nationality_told(case, referral.other_country)
    if told is not None and (traced is None or told[0] > traced.on):
        return told[1]
    return traced.nationality if traced is not None else "none"


def traced_on(case: CaseFacts, referral: ReferralFacts) -> date | None:
    """The day of the newest report on the family, by the referral or in answer to an inquiry; None where none came."""
    days = [
        each.acted_on
        for each in case.matters_of(NAME)
        if each.about == TRACING and each.acted_on is not None and asked_country(each) == referral.other_country
    ]
    traced: TracingFacts | None = referral.tracing
    if traced is not None:
        days.append(traced.on)
    return max((day for day in days if day is not None), default=None)


@guard(
    sources=("OHCHR-G11.5", "WM-PROTOCOL"),
    says="No office is agreed that answers such a question in '{country}'.",
    why="A question about a person goes to the one office that both countries have named, and to nobody else.",
    mend="Choose another country, or have the corridor name its competent office.",
    who=ASKING,
)
def competent_office_is_known(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    country = asked_country(matter)
    return competent_office(policies, case.country, country) is not None or lacking(country=country or "?")


@guard(
    sources=("WM-SAFETY", "OHCHR-P6"),
    says="Sharing with {country} is blocked for this person.",
    why="The authorities or the family there are thought to be part of the danger.",
    mend="A supervisor reviews the block with the person.",
    who=("supervisor",),
)
def asked_country_is_not_blocked(case: CaseFacts, matter: MatterFacts) -> bool | Lack:
    country = asked_country(matter)
    return country not in case.blocked_countries or lacking(country=country)


@guard(
    rule="G10",
    sources=("OHCHR-G11.5", "ACTIP-14.6", "IOM-4", "WM-CONSENT"),
    says="The person's consent to {purpose} ({country}) {gap}.",
    why="Nothing about a person crosses a border without their own, current, specific consent; "
    "saying no changes nothing else.",
    mend="Ask the person, explain the use, and record the answer.",
    who=ASKERS,
)
def consent_for_asking(case: CaseFacts, matter: MatterFacts, today: Today) -> bool | Lack:
    return _agreed(case.consents, "notify_origin", matter, today, case.child, "identity")


@guard(
    rule="G11",
    sources=("OHCHR-G8.4", "IOM-4", "WM-CONSENT"),
    says="The person's consent to {purpose} ({country}) {gap}.",
    why="Nobody looks for a family that the person does not want to be found; saying no changes nothing else.",
    mend="Ask the person, explain the use, and record the answer; nationality can be asked for alone.",
    who=ASKERS,
)
def consent_for_tracing(case: CaseFacts, matter: MatterFacts, today: Today) -> bool | Lack:
    return _agreed(case.consents, "contact_family", matter, today, case.child, None)


def _agreed(
    consents: tuple[ConsentFacts, ...], purpose: str, matter: MatterFacts, today: Today, child: bool, group: str | None
) -> bool | Lack:
    return consent_found(consents, purpose, asked_country(matter), today, child, group)


@guard(
    rule="G11",
    sources=("OHCHR-G8.4", "WM-SAFETY"),
    says="The family is suspected of taking part.",
    why="Whoever traces it would lead the traffickers to the person.",
    mend="Ask about the nationality alone, or record that the suspicion is gone.",
    who=("case_manager", "supervisor"),
)
def family_is_free_of_suspicion(case: CaseFacts) -> bool:
    return not case.family_complicity


@guard(
    sources=("OHCHR-G11.5", "WM-PROTOCOL"),
    says="The same question is open in that country already.",
    why="Two open questions about one person put the name on two desks.",
    mend="Wait for the answer, or take the open question back first.",
    who=ASKING,
)
def inquiry_is_not_double(case: CaseFacts, matter: MatterFacts) -> bool:
    return not any(
        each.is_open and each.id != matter.id and each.about == matter.about
        and asked_country(each) == asked_country(matter)
        for each in case.matters_of(NAME)
    )  # fmt: skip


@guard(
    sources=("WM-CLOCKS", "OHCHR-G11.5", "WM-PROTOCOL"),
    says="The other country is in time until {until}.",
    why="A question that is dropped early is asked twice, and nobody hears the answer to the first.",
    mend="Wait until then, or take the question back.",
    who=ASKING,
)
def time_to_answer_is_over(
    case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies
) -> bool | Lack:
    if not asked_country(matter):
        return lacking(until=today.date.isoformat())
    until = last_day(policies, case, matter)
    return today.date > until or lacking(until=until.isoformat())


@guard(
    sources=("WM-PROTOCOL", "OHCHR-G11.5"),
    says="No other country was asked this.",
    why="Only what was asked can be answered.",
    mend="Ask the other country.",
    who=ASKING,
)
def another_country_was_asked(matter: MatterFacts) -> bool:
    return asked_country(matter) != ""


@guard(
    sources=("IOM-4", "WM-PROTOCOL"),
    says="They were asked to forget it already.",
    why="What was destroyed cannot be destroyed again.",
    mend="Nothing is to be done; the receipt says when they had it.",
    who=ASKING,
)
def nothing_was_asked_to_be_forgotten(matter: MatterFacts) -> bool:
    return not any(flag.startswith(f"{FORGET}.") for flag in matter.flags)
