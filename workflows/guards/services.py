"""Questions before somebody is asked to help a person: the person's own yes, the plan, and who is asked."""

from __future__ import annotations

from policies.model import Policies
from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import URGENT
from workflows.step import guard
from workflows.verdict import Lack, lacking

HELPERS = ("social_worker", "case_manager")
AGREED, OUTSIDE = "agreed", "outside"


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
