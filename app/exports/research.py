"""A list for research holds only people who have agreed to it (practice 4.4): counting alone asks nobody.

Tables of statistics are counts without anybody in them, small cells left out, and a table without those who say no
would be false (OHCHR-G3.2). A list with a line for each person is something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, Select

from app.access.desk import Desk
from app.casework import case_list
from app.casework.case_list import Filter
from app.casework.facts import case_facts_from
from app.casework.held import FACTS

PURPOSE: Final = "research"
CONSENT: Final = "statistics"


def agreed(desk: Desk, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of a query of cases (with their ``facts``) whose person lets them be used for research today.

    For a child only what the guardian agreed to with the child's own assent counts.
    """
    here = desk.actor.country
    likely = query.where(FACTS.c.facts.contains(f'"{CONSENT}"'))
    for row in desk.session.execute(likely.execution_options(yield_per=500)):
        facts = case_facts_from(row.facts)
        given = (each for each in facts.consents if each.covers(CONSENT, here, desk.today))
        if any(not facts.child or each.giver == "guardian" and each.child_assent for each in given):
            yield row


def count(desk: Desk, permission: str, wanted: Filter) -> int:
    """How many those are, of the cases that ``permission`` reaches."""
    return sum(1 for _ in agreed(desk, case_list.cases(desk, permission, wanted, FACTS.c.facts)))
