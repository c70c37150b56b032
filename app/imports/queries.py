"""Every SELECT of the imports room."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, select

from app.access.desk import Desk
from app.access.two_persons import APPROVAL
from app.casework.held import CASE, PERSON
from app.casework.jobs import JOB
from app.models.base import is_id
from app.models.job import CaseImport, ImportedCase, ImportLine
from app.models.person import DataKey

IMPORT: Final[Any] = CaseImport.__table__
LINE: Final[Any] = ImportLine.__table__
CAME: Final[Any] = ImportedCase.__table__
_KEYS: Final[Any] = DataKey.__table__
SHOWN: Final = 25


def mine(desk: Desk, import_id: str) -> Row[Any] | None:
    """One import that the actor asked for."""
    if not is_id(import_id):
        return None
    query = select(IMPORT).where(
        IMPORT.c.id == import_id, IMPORT.c.asked_by == desk.actor.id, IMPORT.c.country == desk.actor.country
    )
    return desk.session.execute(query).one_or_none()


def own(desk: Desk) -> list[Row[Any]]:
    """The newest imports that the actor asked for."""
    query = select(IMPORT).where(IMPORT.c.asked_by == desk.actor.id, IMPORT.c.country == desk.actor.country)
    return list(desk.session.execute(query.order_by(IMPORT.c.asked_at.desc(), IMPORT.c.id).limit(SHOWN)))


def brought_alone(desk: Desk, since: datetime) -> int:
    """How many rows the actor has let come in since then without a second person, whenever the files were brought."""
    query = (
        select(func.coalesce(func.sum(IMPORT.c.rows), 0)).join(JOB, JOB.c.id == IMPORT.c.bring_id)
        .where(IMPORT.c.asked_by == desk.actor.id, IMPORT.c.country == desk.actor.country)
        .where(IMPORT.c.approval_id.is_(None), JOB.c.asked_at > since)
    )  # fmt: skip
    return int(desk.session.execute(query).scalar_one())


def by_id(desk: Desk, import_id: str) -> Row[Any]:
    """One import that is known to exist, at a desk that sees it."""
    return desk.session.execute(select(IMPORT).where(IMPORT.c.id == import_id)).one()


def lines(desk: Desk, import_id: str, stage: str, after: int = 0, most: int | None = None) -> list[Row[Any]]:
    """What became of the lines of a stage, in their order; ``after``: only later lines."""
    query = select(LINE).where(LINE.c.import_id == import_id, LINE.c.stage == stage, LINE.c.line > after)
    return list(desk.session.execute(query.order_by(LINE.c.line).limit(most)))


def ended_without_agreement() -> Select[Any]:
    """The ids of what a second person was asked for and will never agree to."""
    return select(APPROVAL.c.id).where(APPROVAL.c.state.in_(("refused", "withdrawn", "expired")))


def came_in(desk: Desk, source_system: str, digest: str) -> Row[Any] | None:
    """The case that a record came in as, and the wrapped key of its person; the house alone compares."""
    query = (
        select(CAME, _KEYS.c.wrapped)
        .join(CASE, CASE.c.id == CAME.c.case_id)
        .join(PERSON, PERSON.c.id == CASE.c.person_id)
        .join(_KEYS, _KEYS.c.id == PERSON.c.key_id)
        .where(
            CAME.c.country == desk.actor.country, CAME.c.source_system == source_system, CAME.c.record_digest == digest
        )
    )
    return desk.session.execute(query).one_or_none()


def of_import(desk: Desk, references: list[str], import_id: str) -> set[str]:
    """Those of some cases, by reference, that came in by this import."""
    query = (
        select(CASE.c.reference).join(CAME, CAME.c.case_id == CASE.c.id)
        .where(CASE.c.reference.in_(references), CAME.c.import_id == import_id)
    )  # fmt: skip
    return set(desk.session.execute(query).scalars())
