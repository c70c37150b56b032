"""Records: checks a filled-in form, seals it, opens it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.casework.forms import SILENT, CodeCheck, Form, Kind, spoken, validated
from app.casework.inputs import Input, inputs_of
from app.casework.kinds import KINDS
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED, KeyMissing
from app.kit.errors import Erased, Invalid
from app.models.base import new_id
from app.models.person import DataKey
from app.models.record import Record
from policies.model import Policies

_TABLE: Any = Record.__table__
_KEYS: Any = DataKey.__table__
_INSERT = insert(_TABLE)
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("record"))
_OF_SUBJECT = select(_TABLE).where(_TABLE.c.subject_id == bindparam("subject")).order_by(_TABLE.c.seq)
_WRAPPED = select(_KEYS.c.wrapped).where(_KEYS.c.id == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Filled:
    """A checked form of a kind; ``unknown``: codes of another country that we do not know but keep."""

    kind: Kind
    form: Form
    unknown: tuple[str, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The form as plain JSON values; the reasons of silence only where there are some."""
        return spoken(self.form.model_dump(mode="json"))

    @property
    def unsaid(self) -> dict[str, str]:
        """What was put to the person and has no answer: field -> the reason, as a code that the history may keep.

        A question of a row of a list is called after the list and the place of the row, from nought: goals.0.by.
        """
        inputs, body = inputs_of(self.kind.form), self.body
        found = _silent_of(inputs, body)
        for each in inputs:
            for number, row in enumerate(body.get(each.field) or ()) if each.rows else ():
                found |= {f"{each.field}.{number}.{name}": why for name, why in _silent_of(each.rows, row).items()}
        return found


def _silent_of(inputs: tuple[Input, ...], body: Mapping[str, Any]) -> dict[str, str]:
    """The questions of a form, or of one row, that were put to the person and have no answer, each with the reason."""
    silent = body.get(SILENT) or {}
    return {each.field: silent[each.field] for each in inputs if each.asked and each.field in silent}


def kind_called(name: str) -> Kind:
    """The kind of that name; Invalid (422) when there is none."""
    kind = KINDS.get(name)
    if kind is None:
        raise Invalid(
            "There is no record kind of this name.",
            code="unknown_kind",
            extra={"errors": [{"field": "kind", "rule": f"one of: {', '.join(KINDS)}"}]},
        )
    return kind


def check(
    policies: Policies, name: str, body: Any, lenient: bool = False, today: date | None = None,
    about: date | None = None,
) -> Filled:
    """Validate ``body`` (plain JSON values) as a record of the kind ``name``, written ``today`` ``about`` a day.

    Raises Invalid (422) naming each field and rule; what was typed is never repeated.
    """
    kind = kind_called(name)
    context = CodeCheck(policies, lenient, today, about)
    form = validated(kind.form, body, context, "record", f"The form '{kind.title}' has fields that do not fit.")
    return Filled(kind, form, tuple(context.unknown))


def new_key(desk: Desk) -> tuple[str, bytes]:
    """Make a data key; the id of its row, and the plain key: the row is seen once something is kept under it."""
    key_id = new_id()
    key, wrapped = desk.keys.new_data_key()
    row = {"id": key_id, "country": desk.actor.country, "wrapped": wrapped, "created_at": desk.now}
    desk.session.execute(insert(_KEYS), row)
    return key_id, key


def key_of(desk: Desk, key_id: str) -> bytes:
    """The plain data key of a row of data_key; Erased (410) if it has been destroyed."""
    wrapped = desk.session.execute(_WRAPPED, {"key": key_id}).scalar_one()
    if wrapped == DESTROYED:
        raise Erased()
    try:
        return desk.keys.unwrap(wrapped)
    except KeyMissing as fault:
        raise KeyMissing(f"data_key {key_id}: {fault}") from None


def store(
    desk: Desk,
    filled: Filled,
    *,
    subject: str,
    subject_id: str,
    seq: int,
    key_id: str,
    key: bytes,
    happened_at: datetime,
    created_by: str,
    corrects_id: str | None = None,
) -> tuple[str, str]:
    """Seal and insert a record; its id and the hex digest that history keeps.

    seq: the number of the history entry that tells of it, so that records fold in the same order.
    """
    record_id = new_id()
    sealed = desk.keys.seal(key, canonical_bytes(filled.body), _place(record_id, filled.kind.version))
    digest = hashlib.sha256(sealed).digest()
    desk.session.execute(
        _INSERT,
        {
            "id": record_id,
            "subject": subject,
            "subject_id": subject_id,
            "seq": seq,
            "kind": filled.kind.name,
            "kind_version": filled.kind.version,
            "key_id": key_id,
            "sealed": sealed,
            "digest": digest,
            "created_by": created_by,
            "happened_at": happened_at,
            "recorded_at": desk.now,
            "corrects_id": corrects_id,
        },
    )
    return record_id, digest.hex()


def rows_of(session: Session, subject_id: str) -> list[Row[Any]]:
    """The record rows of a case or referral copy, oldest first."""
    return list(session.execute(_OF_SUBJECT, {"subject": subject_id}))


def row_by_id(session: Session, record_id: str) -> Row[Any] | None:
    """One record row."""
    return session.execute(_BY_ID, {"record": record_id}).one_or_none()


def opened(desk: Desk, row: Row[Any], key: bytes) -> dict[str, Any]:
    """The body of a record as plain JSON values, as its kind has them today; what is stored stays as it was."""
    body: dict[str, Any] = json.loads(desk.keys.open(key, row.sealed, _place(row.id, row.kind_version)))
    kind = KINDS.get(row.kind)
    return body if kind is None else kind.upgraded(body, row.kind_version)


def _place(record_id: str, version: int) -> bytes:
    return f"record|sealed|{record_id}|{version}".encode()
