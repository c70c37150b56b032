"""Questions before somebody is asked to help a person: the person's own yes, the plan, and who is asked."""

from __future__ import annotations

from datetime import date

from policies.model import Policies
from workflows.facts import Actor, CaseFacts, ConsentFacts, MatterFacts, Today
from workflows.guards.consent import wider_names
from workflows.guards.transfers import agreed_groups
from workflows.matter import URGENT
from workflows.step import guard
from workflows.verdict import Lack, lacking

HELPERS = ("social_worker", "case_manager")
PROVIDERS = ("social_worker", "case_manager", "shelter_manager", "health_officer", "legal_officer")
AGREED, OUTSIDE = "agreed", "outside"
# What the house finds out when somebody is asked: whether people of that office answer here for themselves.
ANSWERS = "answers"
ITSELF, BY_TEAM = "provider", "team"
BY_ITSELF = f"{ANSWERS}.{ITSELF}"
# What a request of a kind tells beyond needs, by group of data.
_TELLS = {"health": "health", "psychosocial": "health", "legal": "legal"}


def declined_by(office: str) -> str:
    """The flag that an office has declined this need."""
    return f"declined_by.{office}"


@guard(
    sources=("OHCHR-G6.2", "IOM-4", "WM-CONSENT"),
    says="The person has not agreed to this service and to what the provider is told.",
    why="Help is offered, never imposed, and nobody is told about a person behind their back.",
    mend="Talk the request through with the person and record their answer.",
    who=HELPERS,
)
def service_is_agreed(matter: MatterFacts) -> bool:
    return AGREED in matter.flags


@guard(
    sources=("OHCHR-P1", "WM-SERVICE"),
    says="No agreed plan names this kind of service, and the request is not urgent.",
    why="Services follow the plan that the person has agreed to; what cannot wait is the exception.",
    mend="Put the service into the plan with the person, or say that it is urgent.",
    who=HELPERS,
)
def service_is_planned_or_urgent(case: CaseFacts, matter: MatterFacts) -> bool:
    plans = [plan for plan in (case.care_plan, case.reintegration_plan) if plan is not None and plan.agreed]
    return URGENT in matter.flags or any(matter.about in plan.services for plan in plans)


@guard(
    sources=("WM-SERVICE", "OHCHR-P2"),
    says="It is not said {gap}.",
    why="A request that is addressed to nobody is answered by nobody; another country is asked by a referral.",
    mend="Name an office of this country, or the organisation outside.",
    who=HELPERS,
)
def provider_is_named(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    if matter.office is None:
        return OUTSIDE in matter.flags or lacking(gap="who is asked for the service")
    country = policies.countries.get(case.country)
    known = {office.code for office in country.offices} if country else set()
    return matter.office in known or lacking(gap=f"which office of this country '{matter.office}' is")


@guard(
    sources=("WM-SERVICE", "OHCHR-P2"),
    says="The office {office} has already declined this request.",
    why="A need that was declined is taken elsewhere; asking the same door again only loses time.",
    mend="Name another provider.",
    who=HELPERS,
)
def provider_has_not_declined(matter: MatterFacts) -> bool | Lack:
    if matter.office is None or declined_by(matter.office) not in matter.flags:
        return True
    return lacking(office=matter.office)


@guard(
    sources=("WM-SERVICE",),
    says="The same service has already been asked of {office}, and that request is still open.",
    why="Two requests for one need hide from both sides which of them is answered.",
    mend="Follow the open request, or stop it first.",
    who=HELPERS,
)
def request_is_not_double(case: CaseFacts, matter: MatterFacts) -> bool | Lack:
    if matter.office is None:
        return True
    double = any(
        each.about == matter.about and each.office == matter.office and each.is_open and each.id != matter.id
        for each in case.matters_of(matter.machine)
    )
    return lacking(office=matter.office) if double else True


def answers_itself(matter: MatterFacts) -> bool:
    """Whether the provider says itself how a request stands, so that its duties lead to no step of the team's."""
    return BY_ITSELF in matter.flags and matter.state in {"asked", "accepted", "running"}


def groups_told(matter: MatterFacts) -> frozenset[str]:
    """The groups of data of which the provider learns by the request alone."""
    told = {"needs", _TELLS.get(matter.about, "needs")}
    return frozenset(told)


def leaves_the_house(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool:
    """Whether the provider belongs to another organisation than the office that holds the case."""
    if matter.office is None:
        return True
    bodies = {office.code: office.organisation for each in policies.countries.values() for office in each.offices}
    ours = bodies.get(case.office)
    return matter.office != case.office and (ours is None or bodies.get(matter.office) != ours)


def is_covered(case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies) -> bool:
    """Whether what the provider learns is agreed to today; always so inside one's own organisation."""
    if not leaves_the_house(case, matter, policies):
        return True
    return groups_told(matter) <= agreed_groups(case, matter.office or "", today, policies)


def covered_until(case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies) -> date | None:
    """The last day on which the consents of today cover what the provider learns; None where they set no end."""
    if not leaves_the_house(case, matter, policies):
        return None
    office = matter.office or ""
    names = {office, *wider_names(office, policies), case.country}
    live = [row for row in case.consents if any(row.covers("assistance", name, today.date) for name in names)]
    ends = []
    for group in groups_told(matter):
        rows: list[ConsentFacts] = [row for row in live if group in row.data_groups]
        if rows and all(row.valid_until is not None for row in rows):
            ends.append(max(row.valid_until for row in rows if row.valid_until is not None))
    return min(ends, default=None)


@guard(
    sources=("IOM-4", "WM-CONSENT", "WM-SERVICE"),
    says="The person has not agreed that this provider learns of: {groups}.",
    why="Nothing about a person goes to another organisation without their own, current, specific consent; "
    "a no costs no help here.",
    mend="Ask the person and record the answer; or ask a provider of your own organisation.",
    who=HELPERS,
)
def consent_for_service(case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies) -> bool | Lack:
    # An organisation outside is named in words: what the person agreed to stands in the request (service_is_agreed).
    country = policies.countries.get(case.country)
    here = {office.code for office in country.offices} if country else set()
    if matter.office not in here or is_covered(case, matter, today, policies):
        return True
    missing = groups_told(matter) - agreed_groups(case, matter.office or "", today, policies)
    return lacking(groups=", ".join(sorted(missing)))


@guard(
    sources=("WM-SERVICE",),
    says="It is for the office {office} to say so.",
    why="A provider that works here answers for itself; nobody answers in its name, least of all the one that asks.",
    mend="Wait for its answer, or stop the request and ask elsewhere.",
    who=PROVIDERS,
)
def provider_answers(matter: MatterFacts, actor: Actor) -> bool | Lack:
    itself = BY_ITSELF in matter.flags and matter.office in {actor.office, *actor.stands_in}
    return itself or lacking(office=matter.office or "that was asked")


@guard(
    sources=("WM-SERVICE",),
    says="The office {office} answers for itself.",
    why="What a provider says is written down by the provider where it works here, so that both read the same.",
    mend="Wait for its answer, or stop the request and ask elsewhere.",
    who=PROVIDERS,
)
def provider_is_outside(matter: MatterFacts) -> bool | Lack:
    return BY_ITSELF not in matter.flags or lacking(office=matter.office or "that was asked")


@guard(
    sources=("WM-SERVICE",),
    says="The office {office} has not said yet that the service is done.",
    why="The provider says what was done; then the person is asked what it was worth to them.",
    mend="Wait until the provider says that it is done, or stop the request.",
    who=PROVIDERS,
)
def provider_has_finished(matter: MatterFacts) -> bool | Lack:
    finished = BY_ITSELF not in matter.flags or matter.state == "delivered"
    return finished or lacking(office=matter.office or "that was asked")
