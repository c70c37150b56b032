"""How to break each guard of contact with a relative, and of a child's way to its family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.workflows.breaking import YESTERDAY, Break, both, case_with, matter_with, record_with
from tests.workflows.situations import LONG_AGO, with_case
from workflows import facts as f
from workflows.facts import Situation
from workflows.guards.minors import MAY_BE_ALLEGED
from workflows.guards.relatives import ALLEGED_RELATIVES, NOT_NAMED, NOT_WANTED

HOME = both(case_with(nationality="TH"), record_with("best_interests", outcome="family_reunion"), child=True)


def contact(**facts: Any) -> Break:
    """The assessment of contact with a relative says something else."""

    def change(situation: Situation) -> Situation:
        assert situation.case is not None
        found = tuple(
            replace(each, **facts) if each.question == "contact" else each for each in situation.case.interests
        )
        return with_case(situation, interests=found)

    return Break(change, child=True)


def _the_only_relative_is_alleged(situation: Situation) -> Situation:
    near = f.MatterFacts("matter-2", "relative", "in_contact", LONG_AGO, LONG_AGO)
    return replace(with_case(situation, matters=(near,)), given={ALLEGED_RELATIVES: frozenset({near.id})})


RELATIVES: dict[str, list[Break]] = {
    "relative_is_free_of_suspects": [
        Break(lambda situation: replace(situation, given={MAY_BE_ALLEGED: True})),
        Break(lambda situation: replace(situation, given={NOT_NAMED: True})),
        case_with(family_complicity=True),
    ],
    "contact_is_not_refused": [matter_with(flags=frozenset({NOT_WANTED}))],
    "contact_serves_the_child": [
        case_with(child=True, interests=()),
        contact(serves=False),
        contact(heard=False),
        contact(until=YESTERDAY),
        contact(on=LONG_AGO),
    ],
    "family_was_checked": [HOME, both(HOME, Break(_the_only_relative_is_alleged), child=True)],
}
