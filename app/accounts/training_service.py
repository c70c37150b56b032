"""The verbs of trainings: written down, corrected and taken back by entries that are only added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from app.access.desk import Desk
from app.access.log import looked
from app.accounts import queries
from app.accounts.service import MANAGE, another
from app.accounts.training_schemas import (
    State,
    TrainingCorrectionIn,
    TrainingIn,
    TrainingOut,
    TrainingRevocationIn,
    TrainingsOut,
)
from app.casework.trainings import REVOKED, TRAINING, newest
from app.kit.errors import Conflict, Invalid, StaleVersion
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import new_id
from workflows.training import last_day, told_from

KINDS: Final = "training_kind"
GIVERS: Final = "training_giver"
REASONS: Final = "training_undo"
_INSERT: Final[dict[str, Callable[..., Any]]] = {
    "sqlite": insert_on_sqlite,
    "postgresql": insert_on_postgresql,
}


def own(desk: Desk) -> TrainingsOut:
    """The trainings of whoever asks."""
    return _all(desk, desk.actor.id)


def listed(desk: Desk, user_id: str) -> TrainingsOut:
    """The trainings of an account within reach, else NotFound; the look is noted."""
    row = queries.account(desk, MANAGE, user_id)
    looked(desk, "trainings_read", "account", row.id)
    return _all(desk, row.id)


def record(desk: Desk, user_id: str, body: TrainingIn) -> TrainingOut:
    """Write down a training of somebody else. Invalid (422) for what does not fit, Conflict if it is known."""
    row = another(desk, user_id)
    values = _values(desk, body)
    for each in newest(desk, row.id):
        if each.act != REVOKED and (each.kind, each.done_on) == (body.kind, body.done_on):
            raise Conflict("This training stands there already; correct it there.", code="training_known")
    return _enter(desk, row.id, new_id(), 1, "recorded", values)


def correct(desk: Desk, user_id: str, version: int, body: TrainingCorrectionIn) -> TrainingOut:
    """Say anew what a training is; ``version`` is the one that was seen. What was signed by it stays signed."""
    row = another(desk, user_id)
    found = _one(desk, row.id, body.training_id, version)
    values = _values(desk, body) | {"why": _code(desk, REASONS, "why", body.why)}
    return _enter(desk, row.id, found.training_id, version + 1, "corrected", values)


def revoke(desk: Desk, user_id: str, version: int, body: TrainingRevocationIn) -> TrainingOut:
    """Take a training back from today on; ``version`` is the one that was seen."""
    row = another(desk, user_id)
    found = _one(desk, row.id, body.training_id, version)
    if found.act == REVOKED:
        raise Conflict("This training was taken back already.", code="training_revoked")
    same = {name: getattr(found, name) for name in ("kind", "given_by", "done_on", "valid_until")}
    return _enter(
        desk, row.id, found.training_id, version + 1, REVOKED, same | {"why": _code(desk, REASONS, "why", body.why)}
    )


def _all(desk: Desk, user_id: str) -> TrainingsOut:
    soon = told_from(desk.policies, desk.actor.country, desk.today)
    return TrainingsOut(items=[_shown(row, desk.today, soon) for row in newest(desk, user_id)])


def _one(desk: Desk, user_id: str, training_id: str, version: int) -> Row[Any]:
    found = next((row for row in newest(desk, user_id) if row.training_id == training_id), None)
    if found is None:
        raise Invalid(
            "This account has no such training.",
            code="training_unknown",
            extra=at_field("training_id", mark("This account has no such training.")),
        )
    if found.seq != version:
        raise StaleVersion()
    return found


def _values(desk: Desk, body: TrainingIn) -> dict[str, Any]:
    if body.done_on > desk.today:
        raise _wrong("done_on", mark("A training counts from the day it was done; this day is still to come."))
    if body.valid_until is not None and body.valid_until < body.done_on:
        raise _wrong("valid_until", mark("The last day lies before the day it was done."))
    kind = _code(desk, KINDS, "kind", body.kind)
    return {
        "kind": kind,
        "given_by": _code(desk, GIVERS, "given_by", body.given_by),
        "done_on": body.done_on,
        "valid_until": last_day(desk.policies, desk.actor.country, kind, body.done_on, body.valid_until),
    }


def _code(desk: Desk, name: str, field: str, code: str) -> str:
    if not desk.policies.knows(name, code):
        raise _wrong(field, mark("Choose an answer."))
    return code


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("Some answers are missing or do not fit.", extra=at_field(field, sentence))


def _enter(desk: Desk, user_id: str, training_id: str, seq: int, act: str, values: dict[str, Any]) -> TrainingOut:
    """Add one entry; StaleVersion if somebody else has added that one meanwhile."""
    entry = {
        "id": new_id(), "country": desk.actor.country, "training_id": training_id, "seq": seq, "user_id": user_id,
        "act": act, "why": None, "entered_by": desk.actor.id, "entered_at": desk.now, **values,
    }  # fmt: skip
    statement = _INSERT[desk.session.get_bind().dialect.name](TRAINING).values(**entry)
    unless = statement.on_conflict_do_nothing(index_elements=[TRAINING.c.training_id, TRAINING.c.seq])
    if desk.session.execute(unless.returning(TRAINING.c.id)).first() is None:
        raise StaleVersion()
    told = {"training": training_id, "kind": values["kind"], "done_on": values["done_on"].isoformat()}
    looked(desk, f"training_{act}", "account", user_id, told)
    found = next(row for row in newest(desk, user_id) if row.training_id == training_id)
    return _shown(found, desk.today, told_from(desk.policies, desk.actor.country, desk.today))


def _shown(row: Row[Any], today: date, soon: date | None) -> TrainingOut:
    return TrainingOut(
        id=row.training_id,
        kind=row.kind,
        given_by=row.given_by,
        done_on=row.done_on,
        valid_until=row.valid_until,
        state=_state(row, today, soon),
        why=row.why,
        entered_at=row.entered_at,
        version=row.seq,
    )


def _state(row: Row[Any], today: date, soon: date | None) -> State:
    if row.act == REVOKED:
        return "revoked"
    if row.valid_until is None or row.valid_until > (soon or today):
        return "valid"
    if row.valid_until < today:
        return "ended"
    return "ends_soon" if soon is not None else "valid"
