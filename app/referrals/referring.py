"""From a case to a referral: who could receive it, what would be shared and what not, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.access.desk import Desk
from app.access.may import visible_case, within_reach
from app.casework import blocking
from app.casework.blocking import Blocking, Reason
from app.casework.contact_duty import Answering, answering
from app.casework.contact_rows import facts_for
from app.casework.held import Held, hold_case
from app.casework.move import refusal_out
from app.casework.shapes import RefusalOut
from app.kit.errors import NotFound
from app.kit.words import mark
from app.referrals import service
from app.referrals.schemas import ReferralIn
from policies.model import BorderPoint, PolicyOffice
from workflows import engine
from workflows.disclosure import allowed_groups
from workflows.facts import CaseFacts, ReferralFacts, Situation, Today

# When a group of data travels, or why it never does; in the order in which a page tells it.
WHEN: Final = {
    "offer": mark("With the offer"),
    "acknowledged": mark("After they have accepted"),
    "accepted": mark("After the plan is agreed"),
    "consent": mark("Not: the person has not agreed to it"),
    "corridor": mark("Not: the agreement between the two countries does not provide for it"),
}
# The approval by a second person follows the draft, so it stands in nobody's way here.
_LATER: Final = frozenset({"another_has_approved"})
# Reports after a return have a moment and a consent of their own.
_NOT_ASKED: Final = frozenset({"reintegration"})


@dataclass(frozen=True, slots=True)
class Receiver:
    """An office abroad that could receive the referral."""

    country: str
    office: PolicyOffice
    # What its country says of it in the directory: for which places, and who is on duty.
    contact: Answering | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a referral would share and when (group -> key of WHEN), what blocks sending it, and where it could cross."""

    to: str
    office: PolicyOffice | None
    shared: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    points: tuple[BorderPoint, ...]
    usual: str


def receivers(desk: Desk, case_id: str) -> list[Receiver]:
    """The offices that the corridors or the directory name as receivers; the case has to be within `referral:draft`."""
    visible_case(desk, "referral:draft", case_id)
    here, found = desk.actor.country, []
    for country in sorted(set(desk.policies.countries) - {here}):
        known = {office.code: office for office in desk.policies.countries[country].offices}
        named = {each.office: each for each in answering(desk, country, ("referral", "child")) if each.office in known}
        focal = desk.policies.corridor(here, country).focal_offices.get(country, ())
        # Whoever says for which places they are competent stands first.
        codes = sorted({*focal, *named}, key=lambda code: (not _places(named.get(code)), code not in focal, code))
        found += [Receiver(country, known[code], named.get(code)) for code in codes if code in known]
    return found


def _places(contact: Answering | None) -> list[str]:
    return list(contact.said.get("places") or ()) if contact is not None else []


def preview(desk: Desk, case_id: str, reference: str, to: str, office: str) -> Preview:
    """What would be shared with ``to``, and when. NotFound for a country or office that is no receiver."""
    visible_case(desk, "referral:draft", case_id)
    if (to, office) not in {(each.country, each.office.code) for each in receivers(desk, case_id)}:
        raise NotFound()
    case = hold_case(desk, case_id, lock=False)
    _, facts = service.checked(desk, case, ReferralIn(to_country=to, receiver_office=office))
    corridor = desk.policies.corridor(desk.actor.country, to)
    return Preview(
        to=to,
        office=desk.policies.office(office),
        shared=tuple(_when(desk, case, facts)),
        reasons=tuple(_in_the_way(desk, case, facts, reference)),
        points=tuple(corridor.border_points),
        usual=corridor.usual_border_point or "",
    )


def _when(desk: Desk, case: Held, facts: ReferralFacts) -> list[tuple[str, str]]:
    """Each group of data with the first moment at which corridor and consent let it travel."""
    held = case.facts
    assert isinstance(held, CaseFacts)
    corridor = desk.policies.corridor(facts.from_country, facts.to_country)
    known = frozenset(desk.policies.codes["data_group"].codes) - _NOT_ASKED
    first: dict[str, str] = {}
    for moment, state in (("offer", "draft"), ("acknowledged", "acknowledged"), ("accepted", "accepted")):
        allowed = allowed_groups(
            desk.policies, replace(facts, state=state), held.consents, desk.today, known, held.child
        )
        for group in allowed:
            first.setdefault(group, moment)
    ever = corridor.may_travel("accepted")
    told = [(code, first.get(code) or ("consent" if code in ever else "corridor")) for code in sorted(known)]
    order = list(WHEN)
    codes = list(desk.policies.codes["data_group"].codes)
    return sorted(told, key=lambda pair: (order.index(pair[1]), codes.index(pair[0])))


def _in_the_way(desk: Desk, case: Held, facts: ReferralFacts, reference: str) -> list[Reason]:
    situation = Situation(
        actor=desk.actor, today=Today(desk.now, desk.today), case=case.case_facts, referral=facts,
        directory=facts_for(desk, facts),
    )  # fmt: skip
    decision = engine.decide("referral", "send", situation, desk.policies)
    refused = decision.refusals if isinstance(decision, engine.Refused) else ()
    left = [RefusalOut(**refusal_out(desk, each)) for each in refused if each.code not in _LATER]

    def reaches(permission: str) -> bool:
        return within_reach(desk, permission, case.id)

    back = f"/cases/{reference}/refer/check?to={facts.to_country}&office={facts.receiver_office}"
    return blocking.explained(desk, left, Blocking(reference, back, reaches, "send"))
