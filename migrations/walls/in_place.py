"""Rules that look at a row's case in the statement itself, no more through a function for each row (revision 042).

A function has PostgreSQL set a whole query up for every row it looks at; written into the rule, the same look is part
of the statement's own plan. On tables of which one statement reads many rows that is a hundredfold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from migrations.walls import policies
from migrations.walls.functions import SYSTEM, work
from migrations.walls.terms import HERE, Rule

_PERSON: Final = (
    f"{SYSTEM} AND EXISTS (SELECT FROM person p WHERE p.id = person_id)"
    f" OR EXISTS (SELECT FROM case_file c WHERE c.person_id = {{0}}.person_id AND {work('c')})"
)
# Table -> which of its rows are visible; what `policies.ALL_RULES` says of them, in other words.
SEES: Final[dict[str, str]] = {
    "person_identity": _PERSON.format("person_identity"),
    "name_key": _PERSON.format("name_key"),
    "data_key": f"{HERE} AND ({SYSTEM} OR EXISTS (SELECT FROM person p JOIN case_file c ON c.person_id = p.id"
    f" WHERE p.key_id = data_key.id AND {work('c')})"
    " OR EXISTS (SELECT FROM referral r WHERE r.key_id = data_key.id))",
}


def rewritten() -> Iterator[str]:
    """The statements that write the looks into the rules."""
    for table, sees in SEES.items():
        yield _altered(table, sees)


def as_before() -> Iterator[str]:
    """The statements that undo `rewritten`."""
    for table in SEES:
        rule: Rule = policies.ALL_RULES[table]
        yield _altered(table, rule.sees)


def _altered(table: str, sees: str) -> str:
    return f"ALTER POLICY sees ON {table} USING (waymark_is('everything') OR ({sees}))"
