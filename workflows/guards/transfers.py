"""Questions before another office of the country gets a case or sees of it: who is asked, and the person's own yes."""

from __future__ import annotations

from policies.model import Policies
from workflows.facts import Actor, CaseFacts, MatterFacts, Today
from workflows.guards.consent import wider_names
from workflows.step import guard
from workflows.verdict import Lack, lacking

HANDERS = ("social_worker", "case_manager")
ANSWERERS = ("case_manager", "shelter_manager", "supervisor")
TAKE_OVER = "take_over"
# Flags of a matter: which groups of data go, which help is needed, why and how soon.
GROUP, NEED, WHY, SOON = "group.", "need.", "why.", "soon."
# Whoever takes a case over takes the whole file: the person has to have agreed to all of it.
WHOLE_FILE = frozenset({"identity", "contact", "family", "health", "needs", "risk", "legal"})


def listed(matter: MatterFacts, prefix: str) -> tuple[str, ...]:
    """What the flags of a matter that begin with ``prefix`` say, sorted."""
    return tuple(sorted(flag.removeprefix(prefix) for flag in matter.flags if flag.startswith(prefix)))


def groups_that_go(matter: MatterFacts) -> frozenset[str]:
    """The groups of data that the other office would get to see."""
    named = frozenset(listed(matter, GROUP))
    return named | WHOLE_FILE if matter.about == TAKE_OVER else named


def agreed_groups(case: CaseFacts, office: str, today: Today, policies: Policies) -> frozenset[str]:
    """The groups of data that the person lets this office have today: named itself, by its body or by the country.

    For a child only what the guardian agreed to with the child's own assent counts.
    """
    names = {office, *wider_names(office, policies), case.country}
    live = [
        row for row in case.consents
        if any(row.covers("assistance", name, today.date) for name in names)
        and (not case.child or row.giver == "guardian" and row.child_assent)
    ]  # fmt: skip
    return frozenset().union(*(row.data_groups for row in live))


def _offices(case: CaseFacts, policies: Policies) -> frozenset[str]:
    country = policies.countries.get(case.country)
    return frozenset(office.code for office in country.offices) if country else frozenset()


@guard(
    sources=("WM-TRANSFER", "OHCHR-P2"),
    says="It is not said which other office of this country is asked.",
    why="A request that is addressed to nobody is answered by nobody; another country is asked by a referral.",
    mend="Name another office of this country.",
    who=HANDERS,
)
def asked_office_is_another(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool:
    return matter.office is not None and matter.office != case.office and matter.office in _offices(case, policies)


@guard(
    sources=("WM-TRANSFER", "OHCHR-P2"),
    says="{gap}.",
    why="Two open requests for one case would leave nobody sure who holds it.",
    mend="Wait for the answer, or take the open request back first.",
    who=HANDERS,
)
def transfer_is_not_double(case: CaseFacts, matter: MatterFacts) -> bool | Lack:
    others = [each for each in case.matters_of(matter.machine) if each.is_open and each.id != matter.id]
    if matter.about == TAKE_OVER and any(each.about == TAKE_OVER for each in others):
        return lacking(gap="An office is already asked to take this case over")
    if any(each.office == matter.office for each in others):
        return lacking(gap="The same office is already asked, or shares in this case")
    return True


@guard(
    sources=("WM-TRANSFER", "WM-CUSTODY"),
    says="A referral to another country is open.",
    why="The other country answers to this office; a case that moves on the way has nobody at the bridge.",
    mend="Finish or end the referral first, or share the case instead of handing it over.",
    who=("case_manager", "national_focal_point"),
)
def nobody_abroad_is_asked(case: CaseFacts, matter: MatterFacts) -> bool:
    return matter.about != TAKE_OVER or case.open_referrals == 0


@guard(
    sources=("IOM-4", "WM-CONSENT", "WM-TRANSFER"),
    says="The person has not agreed that this office learns of: {groups}.",
    why="Nothing about a person goes to another office without their own, current, specific consent; "
    "a no costs no help here.",
    mend="Ask the person, explain who learns what, and record the answer; or ask for less.",
    who=HANDERS,
)
def consent_for_assistance(case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies) -> bool | Lack:
    wanted = groups_that_go(matter)
    missing = wanted - agreed_groups(case, matter.office or "", today, policies)
    if wanted and not missing:
        return True
    return lacking(groups=", ".join(sorted(missing)) or "anything")


@guard(
    sources=("WM-TRANSFER",),
    says="It is for the office {office} to answer.",
    why="Nobody answers in the name of another office, least of all the one that asks.",
    mend="Wait for the answer, or take the request back.",
    who=ANSWERERS,
)
def asked_office_answers(matter: MatterFacts, actor: Actor) -> bool | Lack:
    return matter.office in {actor.office, *actor.stands_in} or lacking(office=matter.office or "that was asked")


@guard(
    sources=("WM-TRANSFER",),
    says="Only the office that shares in the case, or the one that holds it, ends what was shared.",
    why="Nobody else knows whether the work is done.",
    mend="Ask one of the two offices.",
    who=ANSWERERS,
)
def one_of_the_two_ends_it(case: CaseFacts, matter: MatterFacts, actor: Actor) -> bool:
    return bool({actor.office, *actor.stands_in} & {matter.office, case.office})


@guard(
    sources=("WM-TRANSFER",),
    says="The office is asked to share in the case, not to take it over.",
    why="A case moves only when both offices and the person mean the same.",
    mend="Agree to share, or decline and suggest a transfer.",
    who=ANSWERERS,
)
def transfer_is_a_take_over(matter: MatterFacts) -> bool:
    return matter.about == TAKE_OVER


@guard(
    sources=("WM-TRANSFER",),
    says="The office is asked to take the case over, not to share in it.",
    why="Whoever only shares does not hold the case, and somebody must.",
    mend="Take it over, or decline and suggest a share.",
    who=ANSWERERS,
)
def transfer_is_a_share(matter: MatterFacts) -> bool:
    return matter.about != TAKE_OVER
