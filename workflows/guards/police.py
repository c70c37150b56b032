"""The person's own yes before what they told us is passed on to police or prosecution.

Nobody here asks whether they cooperate (OHCHR-P8): only whether what is ours to give may go.
"""

from __future__ import annotations

from policies.model import Policies
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.consent import ASKERS, wider_names
from workflows.guards.files import FROM, GAVE, kept
from workflows.guards.transfers import groups_that_go
from workflows.step import guard
from workflows.verdict import Lack, lacking

PURPOSE = "law_enforcement"
INVESTIGATORS = frozenset({"police", "prosecution"})


def is_police(case: CaseFacts, office: str | None, policies: Policies) -> bool:
    """Whether an office of the country of the case belongs to the police."""
    country = policies.countries.get(case.country)
    return country is not None and any(each.code == office and each.kind == "police" for each in country.offices)


def agreed_with_police(case: CaseFacts, office: str | None, today: Today, policies: Policies) -> frozenset[str]:
    """The groups of data that the person lets police or prosecution have: this office, or the country as a whole.

    For a child only what the guardian agreed to with the child's own assent counts.
    """
    names = {case.country} if office is None else {case.country, office, *wider_names(office, policies)}
    live = [
        row for row in case.consents
        if any(row.covers(PURPOSE, name, today.date) for name in names)
        and (not case.child or row.giver == "guardian" and row.child_assent)
    ]  # fmt: skip
    return frozenset().union(*(row.data_groups for row in live))


@guard(
    sources=("IOM-4", "IOM-5", "WM-CONSENT"),
    says="The person has not agreed that police or prosecution learn of: {groups}.",
    why="What is passed on for an investigation is theirs to decide, and a no costs no help. A court orders by itself.",
    mend="Ask the person, explain what it is used for, and record the answer; or pass on less, or nothing.",
    who=(*ASKERS, "legal_officer"),
)
def consent_for_law_enforcement(
    case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies
) -> bool | Lack:
    office = matter.office if is_police(case, matter.office, policies) else None
    if office is not None:
        wanted = groups_that_go(matter)
    elif kept(matter, FROM) & INVESTIGATORS:
        wanted = kept(matter, GAVE)
    else:
        return True
    missing = wanted - agreed_with_police(case, office, today, policies)
    return not missing or lacking(groups=", ".join(sorted(missing)))
