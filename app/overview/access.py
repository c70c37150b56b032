"""Who looked at a case, who could, and what keeps others away: composed from oversight and walls for one page."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import case_by_reference, within_reach
from app.casework import timeline
from app.kit.paging import ask
from app.oversight import explaining, queries, story_queries
from app.oversight.explaining_schemas import AccessOut
from app.oversight.wording import Who, who_of
from app.walls import seals
from app.walls.schemas import SealOut
from policies.safeguards import Watching

__all__ = ["AccessPage", "Looker", "access_page", "lookers"]

AUDIT, EXPLAIN, SEEING = "audit:read", "access:explain", "case:read"
CONFLICT, SEAL, BLOCK, KEEP = "case:read", "case:seal", "case:block", "data:hold"
PEOPLE_SHOWN: Final = 25
LOOKS_SHOWN: Final = 12
_WEEKEND: Final = (5, 6)


@dataclass(slots=True)
class Looker:
    """One account that looked: when, at which parts, and what is unusual about it."""

    actor_id: str
    looks: list[Any] = field(default_factory=list)
    parts: Counter[str] = field(default_factory=Counter)
    outside_team: bool = False
    outside_hours: bool = False
    quickly: bool = False
    emergency: bool = False
    refused: int = 0
    who: Who | None = None

    @property
    def marked(self) -> bool:
        """Whether anything about it is unusual."""
        return self.outside_team or self.outside_hours or self.quickly or self.emergency


@dataclass(frozen=True, slots=True)
class AccessPage:
    """The page; what the actor may not see of it is None. ``permission``: one that lets the actor in."""

    case: Row[Any]
    permission: str
    lookers: Sequence[Looker] | None
    explained: AccessOut | None
    seal: SealOut | None
    may_seal: bool
    may_block: bool
    may_declare: bool
    may_keep: bool


def access_page(desk: Desk, reference: str, cursor: str | None) -> AccessPage:
    """Who looked, who could and why, and the seal; each part only for whoever may see it. The look is noted.

    NotFound unless the actor audits the case, may explain its access, or sees it.
    """
    case = case_by_reference(desk, SEEING, reference, AUDIT, EXPLAIN)
    found = None
    if within_reach(desk, AUDIT, case.id):
        subjects = timeline.subjects_of_case(desk, case.id)
        found = _who_looked(desk, case, story_queries.looks_between(desk, subjects, None, None))
        looked(desk, "audit_read", "case", case.id)
    explained = None
    if within_reach(desk, EXPLAIN, case.id):
        explained = explaining.access(desk, case.id, ask(PEOPLE_SHOWN, cursor, explaining.SHAPE))
    sees = within_reach(desk, SEEING, case.id)
    return AccessPage(
        case=case,
        permission=next(each for each in (SEEING, AUDIT, EXPLAIN) if within_reach(desk, each, case.id)),
        lookers=found,
        explained=explained,
        seal=seals.shown(desk, case.id) if sees else None,
        may_seal=within_reach(desk, SEAL, case.id),
        may_block=within_reach(desk, BLOCK, case.id),
        may_declare=sees,
        may_keep=within_reach(desk, KEEP, case.id),
    )


def _who_looked(desk: Desk, case: Row[Any], looks: Sequence[Any]) -> list[Looker]:
    team = story_queries.team_ever(desk, case.id)
    always = {case.created_by, case.case_manager_id}
    found = lookers(looks, team, always, desk.policies.safeguards.watching, desk.policies.zone(desk.actor.country))
    people = queries.people(desk, sorted(each.actor_id for each in found))
    for each in found:
        actor = {"id": each.actor_id, "country": desk.actor.country, "system": each.actor_id not in people}
        each.who = who_of(desk, actor, people)
    # What is unusual comes first; within that whoever looked last.
    return sorted(found, key=lambda each: (each.marked, each.looks[0].at), reverse=True)[:PEOPLE_SHOWN]


def lookers(
    looks: Sequence[Any], team: Sequence[Any], always: set[str | None], watching: Watching, zone: Any
) -> list[Looker]:
    """The looks by account, the newest first, each with what is unusual.

    team: account, since and until of everybody who was ever on the team. always: accounts that need be on none.
    """
    found: dict[str, Looker] = {}
    for look in sorted(looks, key=lambda each: each.at, reverse=True):
        one = found.setdefault(look.actor_id, Looker(look.actor_id))
        one.looks.append(look)
        one.parts[look.action] += 1
        one.refused += look.action == "refused"
        one.emergency |= look.action == "emergency_opened"
        one.outside_team |= look.actor_id not in always and not _on_team(team, look.actor_id, look.at)
        one.outside_hours |= _outside_hours(look.at.astimezone(zone), watching)
    for one in found.values():
        one.quickly = _quickly([look.at for look in reversed(one.looks)], watching)
    return list(found.values())


def _on_team(team: Sequence[Any], user_id: str, at: datetime) -> bool:
    return any(
        row.user_id == user_id and row.since <= at and (row.until is None or at < row.until) for row in team
    )


def _outside_hours(local: datetime, watching: Watching) -> bool:
    return local.weekday() in _WEEKEND or not watching.day_begins <= local.hour < watching.day_ends


def _quickly(moments: Sequence[datetime], watching: Watching) -> bool:
    """Whether more looks than usual lie within the minutes of the policies; ``moments``: oldest first."""
    inside: deque[datetime] = deque()
    for at in moments:
        inside.append(at)
        while at - inside[0] > timedelta(minutes=watching.quick_minutes):
            inside.popleft()
        if len(inside) >= watching.quick_looks:
            return True
    return False
