"""Opens every seal of the installation once, so that a row or a key that was damaged is named before it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, Table, func, select
from sqlalchemy.orm import Session

from app.kit.crypto import DESTROYED, KeyMissing, KeyRing
from app.models import load_all
from app.models.base import Base

__all__ = ["Opened", "open_all", "sealed_columns"]

_BATCH: Final = 500
# Of one person: sealed under their key. Of one row: under a key that stands beside it.
_OF_PERSONS: Final = (
    ("record", "sealed"), ("document", "sealed"), ("document", "about"), ("message", "sealed_body"),
    ("person_identity", "sealed"), ("history_entry", "sealed_note"),
    ("inquiry", "sealed"), ("inquiry", "sealed_answer"),
)  # fmt: skip
_OF_ROWS: Final = (
    ("approval", "sealed"), ("approval", "answer"), ("tip", "sealed"), ("operation", "sealed"),
    ("case_export", "sealed_note"), ("incident_offender", "sealed"), ("shelter_visit", "sealed"),
    ("corridor_meeting", "sealed"), ("case_import", "sealed"),
)  # fmt: skip


@dataclass(slots=True)
class Opened:
    """How many keys and seals opened, how many are of somebody who was erased, and each that does not open, by name."""

    keys: int = 0
    seals: int = 0
    erased: int = 0
    broken: list[str] = field(default_factory=list)


def sealed_columns() -> frozenset[str]:
    """What is opened, as `table.column`; drafts, kept answers and second factors belong to accounts and are not."""
    return frozenset(f"{table}.{column}" for table, column in (*_OF_PERSONS, *_OF_ROWS))


def open_all(session: Session, keys: KeyRing) -> Opened:
    """Open every data key and every seal under one; nothing that was opened is kept. The caller has opened all rows."""
    load_all()
    found = Opened()
    data_key = Base.metadata.tables["data_key"]
    for name, wrapped in session.execute(select(data_key.c.id, data_key.c.wrapped).order_by(data_key.c.id)):
        if wrapped == DESTROYED:
            continue
        try:
            keys.unwrap(wrapped)
            found.keys += 1
        except KeyMissing as fault:
            found.broken.append(f"data_key {name}: {fault}")
    for table, column in (*_OF_PERSONS, *_OF_ROWS):
        _open(session, keys, table, column, found)
    return found


def _open(session: Session, keys: KeyRing, table: str, column: str, found: Opened) -> None:
    wrapped_before, key = b"", b""
    query, place = _rows_of(Base.metadata.tables[table], column)
    for row in session.execute(query, execution_options={"yield_per": _BATCH}):
        names, sealed, wrapped = row[:-2], row[-2], row[-1]
        if not wrapped or not sealed:
            found.erased += 1
            continue
        try:
            if wrapped != wrapped_before:
                key, wrapped_before = keys.unwrap(wrapped), wrapped
            keys.open(key, sealed, place(*names).encode())
            found.seals += 1
        except KeyMissing as fault:
            found.broken.append(f"{table} {':'.join(map(str, names))}, {column}: {fault}")


def _rows_of(table: Table, column: str) -> tuple[Select[Any], Callable[..., str]]:
    """The rows with their names, what is sealed and the wrapped key; and what the seal of such a row is bound to."""
    named: tuple[Any, ...] = tuple(table.primary_key.columns)
    sealed = table.c[column]

    def place(*names: Any) -> str:
        return f"{table.name}|{column}|{':'.join(map(str, names))}|1"

    if table.name == "record":
        named = (*named, table.c.kind_version)

        def place(*names: Any) -> str:
            return f"record|sealed|{names[0]}|{names[1]}"

    query = select(*named, sealed, _key_of(table)).where(sealed.is_not(None)).order_by(*table.primary_key.columns)
    return query, place


def _key_of(table: Table) -> Any:
    """The wrapped key of a row, in the query that reads it."""
    tables = Base.metadata.tables
    data_key, person, case_file = tables["data_key"], tables["person"], tables["case_file"]
    if "wrapped" in table.c:
        return table.c.wrapped
    if table.name == "incident_offender":
        incident = tables["incident"]
        return select(incident.c.wrapped).where(incident.c.id == table.c.incident_id).scalar_subquery()
    if "key_id" in table.c:
        return select(data_key.c.wrapped).where(data_key.c.id == table.c.key_id).scalar_subquery()
    theirs = select(data_key.c.wrapped).join(person, person.c.key_id == data_key.c.id)
    if table.name == "person_identity":
        return theirs.where(person.c.id == table.c.person_id).scalar_subquery()
    # A history is of a case or of a referral's copy.
    referral = tables["referral"]
    of_case = theirs.join(case_file, case_file.c.person_id == person.c.id).where(case_file.c.id == table.c.subject_id)
    of_copy = select(data_key.c.wrapped).join(referral, referral.c.key_id == data_key.c.id).where(
        referral.c.id == table.c.subject_id
    )
    return func.coalesce(of_case.scalar_subquery(), of_copy.scalar_subquery())
