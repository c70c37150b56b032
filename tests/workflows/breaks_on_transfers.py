"""How to break each guard of what one office asks of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.workflows.breaking import YESTERDAY, Break, both, case_with, consent_with, matter_with
from tests.workflows.situations import LATELY, with_actor, with_case, with_matter
from workflows.facts import ConsentFacts, MatterFacts, Situation
from workflows.guards.transfers import WHOLE_FILE


def _another(**facts: Any) -> Break:
    """Another matter of the same machine that is open."""
    other = MatterFacts("matter-2", "transfer", "asked", LATELY, LATELY, **facts)

    def change(situation: Situation) -> Situation:
        assert situation.case is not None
        return with_case(situation, matters=(*situation.case.matters, other))

    return Break(change)


def _agreed_to(*groups: str) -> Break:
    def change(situation: Situation) -> Situation:
        assert situation.case is not None
        rows = tuple(
            replace(row, data_groups=frozenset(groups)) if row.purpose == "assistance" else row
            for row in situation.case.consents
        )
        return with_case(situation, consents=rows)

    return Break(change)


_ELSEWHERE = Break(lambda situation: with_actor(situation, office="office-3"))
def _to_the_police(**consent: Any) -> Callable[[Situation], Situation]:
    """The police ask, in a proceeding or as the other office; the consent to it has these facts, or there is none."""

    def change(situation: Situation) -> Situation:
        case, matter = situation.case, situation.matter
        assert case is not None and matter is not None
        if consent:
            given: dict[str, Any] = {"giver": "guardian", "child_assent": True} if case.child else {"giver": "self"}
            groups = frozenset({"needs", "language"}) | WHOLE_FILE
            row = ConsentFacts("law_enforcement", case.country, groups, valid_from=LATELY, **given)
            situation = with_case(situation, consents=(*case.consents, replace(row, **consent)))
        if matter.machine == "proceeding":
            flags = matter.flags | {"file_from.police", "file_may.language", "file_ask.language", "file_gave.language"}
            return with_matter(situation, flags=flags)
        asked = situation.actor.office == matter.office
        situation = with_matter(situation, office="th-police-tak")
        return with_actor(situation, office="th-police-tak") if asked else situation

    return change


TRANSFERS: dict[str, list[Break]] = {
    "asked_office_is_another": [
        matter_with(office="office-1"),
        matter_with(office="mm-dor"),
        matter_with(office="nowhere"),
        matter_with(office=None),
    ],
    "transfer_is_not_double": [
        _another(about="service", office="th-datip"),
        both(matter_with(about="take_over"), _another(about="take_over", office="th-mdt")),
    ],
    "nobody_abroad_is_asked": [both(matter_with(about="take_over"), case_with(open_referrals=1))],
    "consent_for_assistance": [
        consent_with("assistance"),
        consent_with("assistance", withdrawn_on=LATELY),
        consent_with("assistance", valid_until=YESTERDAY),
        consent_with("assistance", recipient="th-rtp"),
        consent_with("assistance", recipient="MM"),
        consent_with("assistance", child=True, giver="self"),
        consent_with("assistance", child=True, child_assent=False),
        _agreed_to("needs"),
        _agreed_to(),
    ],
    # No consent of that kind is given; then one to another country, one that has ended, one that leaves a group out.
    "consent_for_law_enforcement": [
        Break(_to_the_police()),
        Break(_to_the_police(recipient="MM")),
        Break(_to_the_police(withdrawn_on=LATELY)),
        Break(_to_the_police(valid_until=YESTERDAY)),
        Break(_to_the_police(data_groups=frozenset({"needs"}))),
        Break(_to_the_police(giver="self"), child=True),
    ],
    "asked_office_answers": [_ELSEWHERE, Break(lambda situation: with_actor(situation, office="office-1"))],
    "one_of_the_two_ends_it": [_ELSEWHERE],
    "transfer_is_a_take_over": [matter_with(about="joint_work")],
    "transfer_is_a_share": [matter_with(about="take_over")],
}
