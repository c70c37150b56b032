"""Erases one person: their keys, and everything of them that lies under another key or under none.

What carried an answer is emptied, not removed: its number, its digest and the history that names it stay, so that the
chain still verifies (docs/decisions/0043). Everything here is done once more by a restore of an older backup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, delete, func, inspect, or_, select, update
from sqlalchemy.orm import Session

from app.access import once
from app.casework import identity
from app.casework.held import CASE, PERSON, REFERRAL
from app.casework.name_index import NAME
from app.casework.person_links import LINK
from app.kit.crypto import DESTROYED, KeyRing
from app.models.approval import Approval
from app.models.document import Document
from app.models.draft import Draft
from app.models.job import ImportedCase
from app.models.notice import Notice
from app.models.person import DataKey
from app.models.record import Record
from app.models.referral import Message
from app.models.task import Task
from app.models.tip import Tip

__all__ = [
    "EMPTIED", "Subjects", "destroy_keys", "destroyed_copies", "destroyed_people", "subjects_of", "subjects_of_copy",
    "sweep",
]  # fmt: skip

KEY: Final[Any] = DataKey.__table__
# What is sealed under a person's key and is emptied besides: table, columns.
EMPTIED: Final[tuple[tuple[Any, tuple[str, ...]], ...]] = (
    (Record.__table__, ("sealed",)),
    (Document.__table__, ("about", "sealed")),
    (Message.__table__, ("sealed_body",)),
)
_IMPORTED: Final[Any] = ImportedCase.__table__
_APPROVAL: Final[Any] = Approval.__table__
_TIP: Final[Any] = Tip.__table__
_DRAFT: Final[Any] = Draft.__table__
_NOTICE: Final[Any] = Notice.__table__
_TASK: Final[Any] = Task.__table__
_NOTHING: Final = b""


@dataclass(frozen=True, slots=True)
class Subjects:
    """Everything of one person in one country by its ids: cases, copies of referrals, the keys they lie under.

    person_id: "" of somebody who is known from a referral alone.
    """

    person_id: str
    country: str
    cases: tuple[str, ...]
    copies: tuple[str, ...]
    keys: tuple[str, ...]
    # The words by which pages and answers name them.
    names: tuple[str, ...]


def subjects_of(session: Session, person_id: str) -> Subjects:
    """What there is of a person; the session must see every row of the country."""
    person = session.execute(select(PERSON.c.country, PERSON.c.key_id).where(PERSON.c.id == person_id)).one()
    cases = session.execute(
        select(CASE.c.id, CASE.c.reference).where(CASE.c.person_id == person_id).order_by(CASE.c.id)
    ).all()
    case_ids = [row.id for row in cases]
    copies = session.execute(
        select(REFERRAL.c.id, REFERRAL.c.shared_id, REFERRAL.c.reference, REFERRAL.c.key_id)
        .where(
            REFERRAL.c.country == person.country,
            or_(REFERRAL.c.key_id == person.key_id, REFERRAL.c.case_id.in_(case_ids)),
        )
        .order_by(REFERRAL.c.id)
    ).all()
    names = {person_id, *case_ids, *(row.reference for row in cases)}
    names |= {name for row in copies for name in (row.id, row.shared_id, row.reference)}
    return Subjects(
        person_id,
        person.country,
        tuple(case_ids),
        tuple(row.id for row in copies),
        tuple(sorted({person.key_id, *(row.key_id for row in copies)})),
        tuple(sorted(names)),
    )


def subjects_of_copy(session: Session, copy_id: str) -> Subjects:
    """What there is of somebody another country told of, who never got a case here: one copy, with its own key."""
    row = session.execute(select(REFERRAL).where(REFERRAL.c.id == copy_id)).one()
    names = tuple(sorted((row.id, row.shared_id, row.reference)))
    return Subjects("", row.country, (), (row.id,), (row.key_id,), names)


def destroy_keys(session: Session, found: Subjects) -> int:
    """Destroy the keys and the entries of the name index: from this commit on nobody opens anything; how many keys."""
    done = _count(session, update(KEY).where(KEY.c.id.in_(found.keys)).values(wrapped=DESTROYED))
    session.execute(delete(NAME).where(NAME.c.person_id == found.person_id))
    return done


def destroyed_people(session: Session) -> list[str]:
    """The people whose key is destroyed, by id."""
    query = select(PERSON.c.id).join(KEY, KEY.c.id == PERSON.c.key_id).where(KEY.c.wrapped == DESTROYED)
    return list(session.execute(query.order_by(PERSON.c.id)).scalars())


def destroyed_copies(session: Session) -> list[str]:
    """The copies that never had a case and whose key is destroyed, by id."""
    query = (
        select(REFERRAL.c.id)
        .join(KEY, KEY.c.id == REFERRAL.c.key_id)
        .where(
            KEY.c.wrapped == DESTROYED, REFERRAL.c.case_id.is_(None),
            REFERRAL.c.key_id.not_in(select(PERSON.c.key_id)),
        )
    )  # fmt: skip
    return list(session.execute(query.order_by(REFERRAL.c.id)).scalars())


def sweep(session: Session, keys: KeyRing, found: Subjects) -> dict[str, int]:
    """Destroy what is left of a person whose keys are gone; table -> how many rows. Again, it finds nothing.

    The session must see every row of every account. Tables that an older backup does not have yet are passed over.
    """
    there = set(inspect(session.connection()).get_table_names())
    done = {"data_key": destroy_keys(session, found)} | {
        table.name: _empty(session, table, columns, found.keys) for table, columns in EMPTIED
    }
    done["person_identity"] = identity.forget(session, found.person_id)
    if "person_link" in there:
        tied = or_(LINK.c.case_id.in_(found.cases), LINK.c.other_case_id.in_(found.cases))
        done["person_link"] = _count(session, delete(LINK).where(tied))
    approvals = _approvals(session, found)
    done["approval"] = len(approvals)
    if "tip" in there:
        tips = (_TIP.c.case_id.in_(found.cases), _TIP.c.wrapped != DESTROYED)
        done["tip"] = _count(session, update(_TIP).where(*tips).values(wrapped=DESTROYED))
    if "imported_case" in there:
        # That the record came in once is kept, or the next file would bring back whom we have erased.
        came_in = (_IMPORTED.c.case_id.in_(found.cases), _IMPORTED.c.cells != "{}")
        done["imported_case"] = _count(session, update(_IMPORTED).where(*came_in).values(cells="{}"))
    done["notice"] = _notices(session, found, approvals)
    done["draft"] = _drafts(session, found.names)
    done["idempotency_key"] = once.forget_naming(session, keys, found.names)
    return {table: count for table, count in done.items() if count}


def _empty(session: Session, table: Any, columns: Sequence[str], keys: Iterable[str]) -> int:
    full = or_(*(func.length(table.c[name]) > 0 for name in columns))
    emptied = dict.fromkeys(columns, _NOTHING)
    return _count(session, update(table).where(table.c.key_id.in_(keys), full).values(emptied))


def _approvals(session: Session, found: Subjects) -> list[str]:
    """Acts of power that were asked for: their words go, and what still waits about the person ends; their ids."""
    of_case = and_(_APPROVAL.c.subject_kind == "case", _APPROVAL.c.subject_id.in_(found.cases))
    of_copy = and_(_APPROVAL.c.subject_kind == "referral", _APPROVAL.c.subject_id.in_(found.copies))
    about = (or_(of_case, of_copy),)
    ids = list(session.execute(select(_APPROVAL.c.id).where(*about).order_by(_APPROVAL.c.id)).scalars())
    ended = {"state": "withdrawn", "why": "person_erased"}
    session.execute(update(_APPROVAL).where(*about, _APPROVAL.c.state == "waiting").values(ended))
    session.execute(update(_APPROVAL).where(*about).values(wrapped=DESTROYED))
    return ids


def _notices(session: Session, found: Subjects, approvals: Iterable[str]) -> int:
    tasks = select(_TASK.c.id).where(or_(_TASK.c.case_id.in_(found.cases), _TASK.c.referral_id.in_(found.copies)))
    named = or_(_NOTICE.c.subject_id.in_((*found.names, *approvals)), _NOTICE.c.subject_id.in_(tasks))
    return _count(session, delete(_NOTICE).where(named))


def _drafts(session: Session, names: Iterable[str]) -> int:
    """The drafts of every account whose page names the person's cases or referrals."""
    places = session.execute(select(_DRAFT.c.id, _DRAFT.c.place)).all()
    theirs = [row.id for row in places if any(name in row.place for name in names)]
    return _count(session, delete(_DRAFT).where(_DRAFT.c.id.in_(theirs))) if theirs else 0


def _count(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement)
    return int(result.rowcount)
