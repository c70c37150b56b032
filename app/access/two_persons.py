"""Acts of power need two persons: how one is asked for, and who can be the second.

A room registers what happens with `carries_out`, and asks with `ask` instead of acting. Somebody else who holds the
same permission over the same subject then agrees or refuses (`app.access.deciding`), and only then it happens.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, insert, select

from app.access.approval_shapes import ApprovalAskedOut, ApprovalOut
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import forbidden, holders_of
from app.access.notices import holders, tell
from app.access.powers import APPROVAL, KINDS, SUBJECTS, Asked, Kind, carries_out, reaches, scopes_of, within
from app.access.stepup import must_be_fresh
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED
from app.kit.errors import Conflict
from app.models.base import new_id
from app.models.office import Office
from app.models.user import User, UserRole
from workflows.facts import Actor

__all__ = [
    "APPROVAL", "KINDS", "SUBJECTS", "Act", "Asked", "Kind", "ask", "asked_of", "carries_out", "desk_for",
    "digest_of", "load", "reaches", "second_persons", "shown", "within",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """An act of power as it is asked for.

    ``subject``: kind (a key of SUBJECTS) and id of what it is done to. ``payload``: ids, codes and counts. ``words``:
    what those who decide read, kept sealed. ``hidden``: what only the act itself needs, kept sealed and never shown.
    ``about``: the account that gains by it, which cannot agree.
    """

    kind: str
    subject: tuple[str, str]
    payload: dict[str, Any]
    words: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    about: str | None = None


def ask(desk: Desk, act: Act) -> ApprovalAskedOut:
    """Ask for ``act``; a second person decides. An act taken at once happens now, inside this transaction.

    Raises Forbidden (step_up_needed) without a fresh second factor, Forbidden if the asker does not reach the subject
    themselves, and Conflict (no_second_person) if nobody else could agree, unless the act is one taken at once.
    """
    kind = KINDS[act.kind]
    must_be_fresh(desk, kind.act)
    plain, wrapped = desk.keys.new_data_key()
    approval_id = new_id()
    sealed = desk.keys.seal(plain, canonical_bytes({"words": act.words, "hidden": act.hidden}), _place(approval_id))
    row = {
        "id": approval_id,
        "country": desk.actor.country,
        "kind": kind.name,
        "subject_kind": act.subject[0],
        "subject_id": act.subject[1],
        "about_id": act.about,
        "payload": canonical_bytes(act.payload).decode("utf-8"),
        "wrapped": wrapped,
        "sealed": sealed,
        "at_once": kind.at_once,
        "asked_by": desk.actor.id,
        "asked_at": desk.now,
        "expires_at": desk.now + timedelta(hours=desk.policies.safeguards.two_persons.hours),
        "state": "waiting",
    }
    desk.session.execute(insert(APPROVAL).values(**row, digest=digest_of(row)))
    if not reaches(desk, approval_id):
        raise forbidden(desk.policies, desk.actor, kind.permission, scopes_of(desk, kind.permission))
    stored = load(desk, approval_id)
    if kind.at_once:
        # First the act: who could decide about a seal, and is told of it, are those who are named on it.
        kind.deed(desk, asked_of(desk, stored))
    others = second_persons(desk, stored)
    if not others and not kind.at_once:
        raise _nobody_else(desk, kind)
    looked(desk, "approval_asked", "approval", approval_id, {"kind": kind.name, "digest": stored.digest})
    tell(desk, others, "approval_asked", "approval", approval_id, {"kind": kind.name})
    return ApprovalAskedOut(**shown(desk, stored, could=False, others=len(others)).model_dump())


def load(desk: Desk, approval_id: str) -> Row[Any]:
    """The row of an approval that is known to exist."""
    return desk.session.execute(select(APPROVAL).where(APPROVAL.c.id == approval_id)).one()


def second_persons(desk: Desk, row: Row[Any]) -> list[str]:
    """The active accounts that could decide about this approval: never who asked, never whom it is about."""
    found = []
    for user_id in holders(desk, KINDS[row.kind].permission):
        if user_id not in (row.asked_by, row.about_id):
            other = desk_for(desk, user_id)
            if other is not None and reaches(other, row.id):
                found.append(user_id)
    return found


def desk_for(desk: Desk, user_id: str) -> Desk | None:
    """A desk of another account in the same transaction, with its roles and office as they are now.

    None for an account that is disabled or gone.
    """
    query = (
        select(Office.id, Office.code, Office.organisation, Office.country, UserRole.role)
        .select_from(User)
        .join(Office, Office.id == User.office_id)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .where(User.id == user_id, User.active.is_(True))
    )
    rows = desk.session.execute(query).all()
    if not rows:
        return None
    office_id, code, organisation, country, _ = rows[0]
    actor = Actor(user_id, frozenset(row.role for row in rows if row.role), code, organisation, country)
    other = Desk(
        desk.session, actor, desk.now, desk.policies, desk.keys, desk.signing, desk.correlation,
        office_id=office_id, writable=desk.writable,
    )  # fmt: skip
    # Only asked about, or acted for inside `rows.as_somebody`: who came through the door keeps the transaction.
    desk.take_seat()
    return other


def digest_of(row: dict[str, Any]) -> str:
    """SHA-256 (hex) over all of an act: who asked for what, about what, in which words."""
    names = ("id", "country", "kind", "subject_kind", "subject_id", "about_id", "payload", "asked_by")
    told = {name: row[name] for name in names} | {"sealed": hashlib.sha256(row["sealed"]).hexdigest()}
    return hashlib.sha256(canonical_bytes(told)).hexdigest()


def asked_of(desk: Desk, row: Row[Any]) -> Asked:
    """The approval with its payload and words opened; the words are gone where the person they were about is."""
    if row.wrapped == DESTROYED:
        return Asked(
            row.id, row.kind, row.subject_kind, row.subject_id, json.loads(row.payload), {}, {}, row.asked_by,
            row.decided_by,
        )  # fmt: skip
    opened = json.loads(desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, _place(row.id)))
    return Asked(
        row.id, row.kind, row.subject_kind, row.subject_id, json.loads(row.payload), opened["words"],
        opened["hidden"], row.asked_by, row.decided_by,
    )  # fmt: skip


def shown(
    desk: Desk, row: Row[Any], *, could: bool, others: int | None = None, words: dict[str, str] | None = None
) -> ApprovalOut:
    """An approval as its asker and its second persons see it.

    ``could``: the reader may decide. ``others``: how many could, where that was counted. ``words``: where they are
    opened.
    """
    return ApprovalOut(
        id=row.id,
        kind=row.kind,
        act=KINDS[row.kind].act,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        payload=json.loads(row.payload),
        words=words,
        digest=row.digest,
        in_effect=row.state == "agreed" or (row.at_once and row.state == "waiting"),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
        mine=row.asked_by == desk.actor.id,
        can_decide=could and row.state == "waiting" and row.expires_at > desk.now,
        second_persons=others,
    )


def _place(approval_id: str) -> bytes:
    return f"approval|sealed|{approval_id}|1".encode()


def _nobody_else(desk: Desk, kind: Kind) -> Conflict:
    roles = holders_of(desk.policies, kind.permission)
    everywhere = [each for each in holders(desk, kind.permission) if each != desk.actor.id]
    elsewhere = f" {len(everywhere)} other accounts of the country hold it, but not over this." if everywhere else ""
    command = f'waymark user create LOGIN --name "NAME" --office {desk.actor.office} --role {(roles or ["ROLE"])[0]}'
    return Conflict(
        f"This ({kind.act}) needs a second person who holds {kind.permission} here, and no other active account does."
        f"{elsewhere} Roles that hold it: {', '.join(roles) or 'none'}. On the machine itself an account can be made"
        f" with: {command}",
        code="no_second_person",
        title="There is nobody who could agree.",
        extra={"permission": kind.permission, "roles": roles, "holders_elsewhere": len(everywhere)},
    )
