"""Explains access: who could open this case and why, who is kept out although their rights reach it, who has opened it.

Whether somebody could is said by the predicate of access alone; what is added here only puts it into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.access.walls import COUNTRY, ORGANISATION, USER
from app.casework import timeline
from app.kit.paging import Ask, encode_cursor
from app.oversight import explaining_queries as queries
from app.oversight.explaining_queries import REFERRAL_WAY, SHOWN, WAYS, Account
from app.oversight.explaining_schemas import AccessOut, CouldOut, KeptOutOut, LatelyOut, ReasonOut, Why
from app.oversight.queries import people
from policies.model import Scope

EXPLAIN: Final = "access:explain"
LATELY_DAYS: Final = 30
# The page begins after this office and account.
SHAPE: Final = (str, str)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the rows around a case add to the bare yes or no of the predicate."""

    case: Row[Any]
    team: dict[str, list[Row[Any]]]
    deputies: dict[str, list[Row[Any]]]
    emergencies: dict[str, Row[Any]]
    blocks: frozenset[tuple[str, str]]


def access(desk: Desk, case_id: str, ask: Ask) -> AccessOut:
    """Who could open a case at this moment, with every reason; the look is noted.

    NotFound for a case that `access:explain` does not reach, as for one that does not exist.
    """
    case = visible_case(desk, EXPLAIN, case_id)
    looked(desk, "access_explained", "case", case_id)
    found = sorted(queries.accounts(desk, case_id), key=lambda each: (each.office, each.id))
    could = [each for each in found if each.opens]
    kept_out = [each for each in found if not each.opens and each.walled]
    words = _words(desk, case)
    page, following = _page(could, ask)
    return AccessOut(
        case_id=case_id,
        reference=case.reference,
        sealed=case.sealed,
        count=len(could),
        accounts=[_could(each, words) for each in page],
        kept_out_count=len(kept_out),
        kept_out=[_kept_out(each, words, desk.actor.country) for each in kept_out[:SHOWN]],
        opened_lately=_lately(desk, case_id),
        next=following,
    )


def _page(could: list[Account], ask: Ask) -> tuple[list[Account], str | None]:
    rest = [each for each in could if ask.key is None or (each.office, each.id) > ask.key]
    page = rest[: ask.limit]
    following = encode_cursor((page[-1].office, page[-1].id)) if len(rest) > len(page) else None
    return page, following


def _words(desk: Desk, case: Row[Any]) -> _Words:
    team: dict[str, list[Row[Any]]] = {}
    for row in queries.team(desk, case.id):
        team.setdefault(row.user_id, []).append(row)
    deputies: dict[str, list[Row[Any]]] = {}
    for row in queries.deputies(desk, {case.created_by, *team}):
        deputies.setdefault(row.deputy_id, []).append(row)
    blocks = frozenset((row.kind, row.value) for row in queries.blocks(desk, case.id))
    opened = {row.user_id: row for row in queries.emergencies(desk, case.id)}
    return _Words(case, team, deputies, opened, blocks)


def _could(account: Account, words: _Words) -> CouldOut:
    return CouldOut(
        user_id=account.id,
        name=account.name,
        office=account.office,
        roles=sorted(account.roles),
        opens=list(account.opens),
        reasons=_reasons(account, words),
    )


def _reasons(account: Account, words: _Words) -> list[ReasonOut]:
    own, assigned = _by(account, Scope.OWN), _by(account, Scope.ASSIGNED)
    found = []
    if own and words.case.created_by == account.id:
        found.append(ReasonOut(why=Why.OWN, opens=own))
    if assigned:
        found += [
            ReasonOut(why=Why.ASSIGNED, opens=assigned, role=row.role, since=row.since, until=row.until)
            for row in words.team.get(account.id, ())
        ]
    for row in words.deputies.get(account.id, ()):
        theirs = {*own} if row.user_id == words.case.created_by else set()
        theirs |= {*assigned} if row.user_id in words.team else set()
        if opens := [way for way in WAYS if way in theirs]:
            found.append(ReasonOut(why=Why.DEPUTY, opens=opens, of=row.user_id, since=row.since, until=row.until))
    for scope in (Scope.OFFICE, Scope.ORGANISATION, Scope.PARTY, Scope.COUNTRY):
        if opens := _by(account, scope):
            found.append(ReasonOut(why=Why(scope.value), opens=opens))
    opened = words.emergencies.get(account.id)
    if opened is not None and account.emergency:
        opens = [way for way in account.opens if way in WAYS and account.reaches[way].emergency]
        found.append(ReasonOut(why=Why.EMERGENCY, opens=opens, since=opened.since, until=opened.until))
    if REFERRAL_WAY in account.opens:
        found.append(ReasonOut(why=Why.REFERRAL, opens=[REFERRAL_WAY]))
    return found


def _by(account: Account, scope: Scope) -> list[str]:
    """The open ways that a scope of this account carries."""
    if scope not in account.scopes:
        return []
    return [way for way in account.opens if way in WAYS and scope in account.reaches[way].scopes]


def _kept_out(account: Account, words: _Words, country: str) -> KeptOutOut:
    against = ((USER, account.id), (ORGANISATION, account.organisation), (COUNTRY, country))
    walls = [kind for kind, value in against if (kind, value) in words.blocks]
    # Behind a seal whoever is not blocked is not named; a named one who is blocked meets the block alone.
    if words.case.sealed and not walls:
        walls = ["seal"]
    return KeptOutOut(user_id=account.id, name=account.name, office=account.office, walls=walls)


def _lately(desk: Desk, case_id: str) -> list[LatelyOut]:
    rows = queries.opened_lately(desk, timeline.subjects_of_case(desk, case_id), LATELY_DAYS)
    known = people(desk, [row.actor_id for row in rows])
    return [
        LatelyOut(
            user_id=row.actor_id,
            name=known[row.actor_id].display_name if row.actor_id in known else None,
            office=known[row.actor_id].office if row.actor_id in known else None,
            times=row.times,
            last=row.last,
        )
        for row in rows
    ]
