"""The book of looks and the list of refused attempts, told for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.access.desk import Desk
from app.access.log import looked
from app.kit.paging import Ask
from app.oversight import queries, service, story_queries
from app.oversight.story import AUDIT
from app.oversight.wording import Changed, Who, Word, refusals, titled, who_of

__all__ = ["Attempts", "BookPage", "attempts", "looks"]

_UNKNOWN: Final = ""


@dataclass(frozen=True, slots=True)
class BookPage:
    """One page of looks: each row of the book with who it was and the reference of the case."""

    rows: Sequence[tuple[Any, Who, str]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Attempts:
    """One page of refused attempts: each with what was tried, by whom, and why it was refused."""

    rows: Sequence[tuple[Any, Word, Who, Sequence[Changed]]]
    cases: Mapping[str, str]
    next: str | None


def looks(desk: Desk, asked: Ask) -> BookPage:
    """One page of the looks at what `audit:read` reaches, newest first; the look is noted."""
    rows, following = story_queries.book(desk, AUDIT, asked)
    people = queries.people(desk, sorted({row.actor_id for row in rows}))
    references = story_queries.references_of(desk, sorted({row.subject_id for row in rows}))
    looked(desk, "looks_listed", "look", "-", {"count": len(rows)})
    return BookPage(
        [
            (
                row,
                who_of(desk, {"id": row.actor_id, "country": row.country}, people),
                references.get(row.subject_id, _UNKNOWN),
            )
            for row in rows
        ],
        following,
    )


def attempts(desk: Desk, asked: Ask) -> Attempts:
    """One page of what was tried and refused within `attempt:read`, newest first; the look is noted."""
    found = service.attempts(desk, asked)
    people = queries.people(desk, sorted({each.user_id for each in found.items}))
    rows = []
    for each in found.items:
        actor = {"id": each.user_id, "roles": each.roles, "office": each.office, "country": desk.actor.country}
        why = refusals([{"code": code} for code in each.refusals])
        rows.append((each, titled(each.step), who_of(desk, actor, people), why))
    cases = story_queries.references_of(desk, sorted({each.subject_id for each in found.items}))
    return Attempts(rows, cases, found.next)
