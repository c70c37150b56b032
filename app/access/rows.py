"""Tells PostgreSQL, for one transaction, who asks and how far they reach: row security (migration 005) needs it.

It is the second wall. The first one filters by the permission of each query; this one holds every statement of a
transaction, also a forgotten filter's, to what the actor's permissions reach together. SQLite has no such wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import String, bindparam, func, literal_column, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.access.standing import COVERED, StandIn, standing_of
from policies.model import Policies
from workflows.facts import Actor

__all__ = [
    "KINDS", "RIGHTS_WITHOUT_ROWS", "as_somebody", "as_the_house", "enter", "enter_as_nobody", "enter_everything",
    "enter_own", "kinds_of", "reach_of_roles",
]  # fmt: skip

_WHO: Final = ("kind", "me", "office", "organisation", "country", "now")

# Which rows a permission reaches, by the part before its colon, or by its whole name where that differs:
#   case      a case with what is in it      referral  a referral copy with what is in it     task  tasks
#   row       a case by its columns alone    copy      a copy by its columns alone            facts the facts of a case
#   look      looks at what one reaches      review    emergency accesses     bed   requests to a shelter
#   fund      movements of the fund
#   transfer  what one office asks of another      service  what a provider is asked for a person
#   claim     what the fund's office is asked     inquiry  what another country asks of an office
#   tip       what people who stay unknown have told     operation, reserve   planned operations, what is kept ready
#   list      working lists that an office shares      meeting  meetings with other countries, in numbers and codes
#   visit     visits of case workers abroad, in numbers and codes
_CASE: Final = frozenset({"case", "row", "facts"})
_COPY: Final = frozenset({"referral", "copy"})
_COUNT: Final = frozenset({"row", "facts", "copy"})
KINDS: Final[Mapping[str, frozenset[str]]] = {
    "case": _CASE,
    "record": _CASE,
    "consent": _CASE,
    "timeline": _CASE,
    "identification": _CASE,
    "care": _CASE,
    "remedy": _CASE,
    "override": _CASE,
    "identity": _CASE | _COPY,
    "attempt": _CASE | _COPY,
    "audit": _CASE | _COPY | {"look"},
    "access": _CASE | _COPY | {"look"},
    "referral": _COPY,
    "task": frozenset({"task", "row"}),
    "clock": frozenset({"task", "row"}),
    "legal": _CASE,
    # What becomes of the data of a case when their time is over.
    "data": _CASE,
    # An erasure takes the copies of referrals along, and another country's request is answered at the copy.
    "data:erase": _CASE | _COPY,
    "safety": _CASE,
    "statistics": _COUNT,
    # Asking for a bed is work on a case; whoever runs a shelter sees requests and no case by them.
    "bed": _CASE,
    "shelter": frozenset({"bed"}),
    # A claim is work on a case; the ledger is read without any.
    "fund": _CASE,
    "fund:read": frozenset({"fund"}),
    # The fund's office sees what is claimed, and no case by it. Whoever decides at the case has sight of it otherwise.
    "claim": frozenset({"claim"}),
    "fund:approve": frozenset({"claim"}),
    "fund:pay": frozenset({"claim"}),
    # The same between offices: asking is work on a case, an asked office sees what it was asked and no case by it.
    "transfer:request": _CASE,
    "transfer": frozenset({"transfer"}),
    # Asking another country is work on a case; the office that is asked by one sees the question, and no case by it.
    "inquiry:ask": _CASE,
    "inquiry": frozenset({"inquiry"}),
    # A provider sees what it was asked, and no case by it.
    "service": frozenset({"service"}),
    # A tip is nobody's case, and reaches none.
    "tip": frozenset({"tip"}),
    # Those who plan an operation see what was asked of others; who was asked sees that alone.
    "operation": frozenset({"operation"}),
    "operation:answer": frozenset({"reserve"}),
    # A meeting of two countries reaches no case and no copy; what it lists is read with the rights to referrals.
    "meeting": frozenset({"meeting"}),
    # The same of a visit: whom it is about is read with the rights to referrals and cases.
    "visit": frozenset({"visit"}),
    # A working list reaches no case; who tends those of the office changes what colleagues shared.
    "list:share": frozenset(),
    "list": frozenset({"list"}),
    "emergency": frozenset({"row"}),
    # Opening a case reaches none that is there, a draft is written on a case.
    "case:create": frozenset(),
    "case:import": frozenset(),
    "referral:draft": _CASE,
    "emergency:review": frozenset({"row", "review", "look"}),
}
# Parts before the colon of permissions that open no row about a person.
RIGHTS_WITHOUT_ROWS: Final = frozenset(
    {"account", "deputy", "directory", "exchange", "job", "keys", "policy", "upkeep", "workflow"}
)
_KINDS: Final = tuple(sorted(frozenset().union(*KINDS.values())))
# What absence cover reaches: what an office is asked, and no case by it.
_COVERED_KINDS: Final = frozenset({"task", "bed", "service", "transfer", "reserve", "tip", "claim"})
_OF_AN_OFFICE: Final = frozenset({"office", "organisation", "country"})

class Whoever(Protocol):
    """What this module needs of a desk, which itself needs this module."""

    session: Session
    actor: Actor
    office_id: str
    policies: Policies
    now: datetime


def _setting(name: str) -> Any:
    return literal_column(f"'waymark.{name}'", String)


_NAMES: Final = (*_WHO, *_KINDS)
_NOTHING: Final = dict.fromkeys(_NAMES, "")
# All in one statement, and each only until the transaction ends: a pooled connection carries nothing on. The last reads
# what the others have set: whom the actor stands in for.
# The names stand in the statement itself: as parameters they made three of each value, at every request.
_ENTER: Final = select(
    *(func.set_config(_setting(name), bindparam(name), true()).label(name) for name in _NAMES),
    func.set_config(_setting("us"), func.waymark_stands_for(), true()).label("us"),
)
_HELD: Final = select(*(func.current_setting(_setting(name), true()).label(name) for name in _NAMES))


def enter(session: Session, actor: Actor, office_id: str, policies: Policies, now: datetime) -> None:
    """Open, for the rest of the session's transaction, what ``actor`` reaches at ``now`` (aware UTC).

    The system itself reaches every row of its country. ``office_id``: the row id of the actor's office.
    """
    if not _on_postgresql(session):
        return
    values = _values(actor, office_id, policies, now)
    us = session.execute(_ENTER, values).one().us
    # Only who stands in for somebody has more than their own names there; then their offices are asked for, too.
    if "," not in (us or ""):
        return
    there = standing_of(session, actor, office_id, now)
    if there:
        session.execute(_ENTER, values | _words_there(policies, there, values))


def enter_own(session: Session, actor: Actor, now: datetime) -> None:
    """Open what is ``actor``'s own and nothing else: for signing in, where nobody has come through a door yet."""
    if _on_postgresql(session):
        own = {"kind": "actor", "me": actor.id, "country": actor.country, "now": now.isoformat()}
        session.execute(_ENTER, {**_NOTHING, **own})


def enter_everything(session: Session) -> None:
    """Open every row of every country: for an operator's command and the worker's look at what is due, never a door.

    A test lists who may call it (tests/house/test_row_security.py).
    """
    if _on_postgresql(session):
        session.execute(_ENTER, {**_NOTHING, "kind": "everything"})


def enter_as_nobody(session: Session) -> None:
    """Close every row again."""
    if _on_postgresql(session):
        session.execute(_ENTER, _NOTHING)


@contextmanager
def as_the_house(session: Session, country: str) -> Iterator[None]:
    """Reach every row of ``country`` inside the block, whoever acts; afterwards as before.

    For acts whose effect must be whole although the actor sees a part of it, or sees it no more afterwards: a seal on
    all cases of a person, a block on oneself. The caller has checked that the actor may do it.
    """
    if not _on_postgresql(session):
        yield
        return
    before = _held(session)
    session.execute(_ENTER, {**before, "kind": "system", "country": country})
    with _handed_back(session, before):
        yield


@contextmanager
def as_somebody(desk: Whoever, other: Whoever) -> Iterator[None]:
    """Reach what the actor of ``other`` reaches inside the block, afterwards as before: for an act of two persons."""
    if not _on_postgresql(desk.session):
        yield
        return
    before = _held(desk.session)
    enter(desk.session, other.actor, other.office_id, other.policies, other.now)
    with _handed_back(desk.session, before):
        yield


@contextmanager
def _handed_back(session: Session, before: Mapping[str, Any]) -> Iterator[None]:
    """Close again what was opened, also for whoever catches an error of the block and goes on."""
    try:
        yield
    except BaseException:
        # PostgreSQL refuses everything after an error of its own, a connection that was lost takes nothing; both forget
        # the settings with the transaction.
        with suppress(SQLAlchemyError):
            session.execute(_ENTER, before)
        raise
    session.execute(_ENTER, before)


def _held(session: Session) -> dict[str, Any]:
    return {name: value or "" for name, value in session.execute(_HELD).one()._mapping.items()}


def kinds_of(permission: str) -> frozenset[str]:
    """The kinds of rows that ``permission`` reaches; none for one that is named nowhere: closed unless opened."""
    return KINDS.get(permission, KINDS.get(permission.partition(":")[0], frozenset()))


def reach_of_roles(policies: Policies, roles: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """How far ``roles`` together reach each kind of rows: kind -> scopes, sorted, "emergency" among them."""
    return dict(_reach(_Same(policies), frozenset(roles)))


class _Same:
    """Policies as the key of a cache: the very same ones, not equal ones."""

    __slots__ = ("policies",)

    def __init__(self, policies: Policies) -> None:
        self.policies = policies

    def __hash__(self) -> int:
        return id(self.policies)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.policies is self.policies


@lru_cache(maxsize=512)
def _reach(same: _Same, roles: frozenset[str]) -> dict[str, tuple[str, ...]]:
    policies = same.policies
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for permission in policies.permissions:
        kinds = kinds_of(permission)
        scopes = {scope.value for scope in policies.scope_for(roles, permission)} if kinds else set()
        if scopes and policies.opens_in_emergency(roles, permission):
            scopes.add("emergency")
        for kind in kinds:
            found[kind] |= scopes
    return {kind: tuple(sorted(scopes)) for kind, scopes in found.items()}


def _values(actor: Actor, office_id: str, policies: Policies, now: datetime) -> dict[str, Any]:
    reach = {} if actor.system else _reach(_Same(policies), actor.roles)
    return {
        "kind": "system" if actor.system else "actor",
        "me": actor.id,
        "office": office_id,
        "organisation": actor.organisation,
        "country": actor.country,
        "now": now.isoformat(),
        **{kind: _words(kind, reach.get(kind, ()), actor, office_id) for kind in _KINDS},
    }


def _words(kind: str, scopes: Sequence[str], actor: Actor, office_id: str) -> str:
    """How far the actor reaches rows of ``kind``, in the words that policies make of a row."""
    values = {
        "country": actor.country, "organisation": actor.organisation, "office": office_id, "party": office_id,
    }  # fmt: skip
    words = [f"{scope}:{values[scope]}" if scope in values else scope for scope in scopes]
    if kind == "task" and scopes:
        words += [f"role:{office_id}:{role}" for role in sorted(actor.roles)]
    return ",".join(words)


def _words_there(policies: Policies, there: Iterable[StandIn], values: Mapping[str, Any]) -> dict[str, str]:
    """The words of the kinds that absence cover reaches, with those of the offices in which somebody stands in."""
    words: dict[str, list[str]] = {}
    for each in there:
        for permission in sorted(COVERED):
            scopes = {scope.value for scope in policies.scope_for(each.roles, permission)}
            for kind in kinds_of(permission) & _COVERED_KINDS:
                if kind == "task":
                    words.setdefault(kind, []).extend(f"role:{each.office_id}:{role}" for role in sorted(each.roles))
                elif scopes & _OF_AN_OFFICE:
                    words.setdefault(kind, []).append(f"office:{each.office_id}")
    return {kind: ",".join([*filter(None, [values[kind]]), *sorted(set(more))]) for kind, more in words.items()}


def _on_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
