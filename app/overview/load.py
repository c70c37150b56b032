"""How much each worker carries: open cases and open duties. A load, never a ranking, and nothing about speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.overview import supervision_queries as queries

__all__ = ["Load", "Team", "team"]

ASSIGN: Final = "case:assign"


@dataclass(frozen=True, slots=True)
class Load:
    """One worker: the cases they are on, those they manage, and the open duties of their part in them."""

    name: str
    office: str
    cases: int
    managed: int
    duties: int
    late: int


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who works on the cases within reach, by name, and the cases nobody manages."""

    loads: Sequence[Load]
    unassigned: Sequence[str]
    unassigned_count: int


def team(desk: Desk) -> Team:
    """The load of everybody on the open cases that `case:assign` reaches; the look is noted."""
    duties = {row.user_id: row for row in queries.duties_by_worker(desk, ASSIGN)}
    managed = queries.managed_by(desk, ASSIGN)
    loads = []
    for row in queries.cases_by_worker(desk, ASSIGN):
        own = duties.get(row.user_id)
        count, late = (int(own.duties), int(own.late)) if own is not None else (0, 0)
        loads.append(Load(row.display_name, row.office, row.cases, managed.get(row.user_id, 0), count, late))
    unassigned, count = queries.unmanaged(desk, ASSIGN)
    looked(desk, "team_load_read", "office", desk.office_id, {"workers": len(loads)})
    return Team(sorted(loads, key=lambda each: (each.name, each.office)), unassigned, count)
