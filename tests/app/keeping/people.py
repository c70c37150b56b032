"""A person with something of theirs in every place, and what of it can still be read from the bytes of the store."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, insert, select

from app.access import drafts
from app.access.desk import House
from app.access.two_persons import Asked, digest_of
from app.casework.held import CASE, PERSON
from app.keeping import service
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED, KeyMissing, KeyRing
from app.models.approval import Approval
from app.models.base import Base, new_id
from app.models.idempotency import IdempotencyKey
from app.models.name_index import NameKey
from app.models.notice import Notice
from app.models.person_link import PersonLink
from app.models.tip import Tip
from tests.factories import cases
from tests.factories.documents import put_document
from tests.factories.staff import Staff, Worker, desk_of
from tests.inspect import reading, writing

CLOSURE = {"reason": "lost_contact", "person_told": False, "person_agrees": False, "unreachable": True}
# How a wrapped data key begins, and how long it is.
_WRAPPED = re.compile(rb"(?s)(?=\x01\x00\x00\x00\x01(.{60}))")


@dataclass
class Known:
    """A case with its person's secrets: plain keys by the place they are kept in, sealed bytes, digests of the name."""

    case_id: str
    person_id: str
    reference: str
    keys: dict[str, bytes] = field(default_factory=dict)
    sealed: dict[str, bytes] = field(default_factory=dict)


def close(house: House, staff: Staff, case_id: str) -> None:
    """Close a case of somebody who cannot be reached any more."""
    cases.add(house, staff["social_worker"], case_id, "circumstances", deceased=None, contact_lost=True)
    cases.take(house, staff["case_manager"], case_id, "close", CLOSURE)


def closed_case(house: House, staff: Staff, **facts: Any) -> str:
    """The id of a closed case."""
    case_id = cases.bring_case(house, staff, "screening", **facts)
    close(house, staff, case_id)
    return case_id


def known_everywhere(house: House, staff: Staff) -> Known:
    """A closed case whose person left something in every table that holds words: all but messages."""
    names = {"given_names": f"Canary{new_id()[:6]}", "family_name": "Thandar"}
    case_id = cases.bring_case(house, staff, "screening", identity=names)
    put_document(house, staff["social_worker"], case_id, b"%PDF-1.7 " + new_id().encode())
    close(house, staff, case_id)
    with reading(house.db) as session:
        row = session.execute(select(CASE.c.person_id, CASE.c.reference).where(CASE.c.id == case_id)).one()
    known = Known(case_id, row.person_id, row.reference)
    worker = staff["case_manager"]
    with desk_of(house, worker) as desk:
        drafts.keep(desk, f"/cases/{row.reference}/notes/new?x=1", {"text": "She slept at the pier."})
        answer, wrapped = house.keys.new_data_key()
        place = f"idempotency_key|answer|{worker.id}|{case_id}".encode()
        desk.session.execute(
            insert(IdempotencyKey.__table__),
            {
                "user_id": worker.id, "key": case_id, "fingerprint": "0" * 64, "created_at": desk.now, "status": 200,
                "data_key": wrapped, "answer": house.keys.seal(answer, f'{{"id":"{case_id}"}}'.encode(), place),
            },
        )  # fmt: skip
    other = cases.open_case(house, worker)
    link = {
        "id": new_id(), "country": worker.country, "case_id": case_id, "other_case_id": other, "made_by": worker.id,
        "since": house.clock.now(), "until": None, "ended_by": None,
    }  # fmt: skip
    now = house.clock.now()
    notice = {
        "id": new_id(), "country": worker.country, "user_id": worker.id, "kind": "case_flagged", "subject_kind": "case",
        "subject_id": case_id, "detail": None, "at": now, "read_at": None, "mailed_at": None,
    }  # fmt: skip
    with writing(house.db) as session:
        session.execute(insert(PersonLink.__table__), link)
        session.execute(insert(Notice.__table__), notice)
        session.execute(insert(Tip.__table__), _tip(house, worker, case_id))
        session.execute(insert(Approval.__table__), _approval(house, worker, case_id))
    _take_down(house, known)
    return known


def _tip(house: House, chief: Worker, case_id: str) -> dict[str, Any]:
    plain, wrapped = house.keys.new_data_key()
    tip_id, now = new_id(), house.clock.now()
    codes = {"way": "call", "place_kind": "other", "sector": "fishing", "exploitation": "unknown", "children": "no"}
    return {
        "id": tip_id, "country": chief.country, "organisation": chief.organisation, "office_id": chief.office_id,
        "reference": tip_id, "created_by": chief.id, "opened_at": now, **codes, "danger": "low", "call_back": "no",
        "told": "", "told_language": "my", "wrapped": wrapped, "triage_by": now, "state": "closed",
        "sealed": house.keys.seal(plain, b'{"what":"A lorry."}', f"tip|sealed|{tip_id}|1".encode()), "case_id": case_id,
    }  # fmt: skip


def _approval(house: House, chief: Worker, case_id: str) -> dict[str, Any]:
    plain, wrapped = house.keys.new_data_key()
    approval_id, now = new_id(), house.clock.now()
    words = canonical_bytes({"words": {"reason": "Her brother works there."}, "hidden": {}})
    row: dict[str, Any] = {
        "id": approval_id, "country": chief.country, "kind": "unseal", "subject_kind": "case", "subject_id": case_id,
        "payload": "{}", "wrapped": wrapped, "about_id": None, "at_once": False, "asked_by": chief.id, "asked_at": now,
        "sealed": house.keys.seal(plain, words, f"approval|sealed|{approval_id}|1".encode()),
        "expires_at": now + timedelta(hours=72), "state": "waiting",
    }  # fmt: skip
    return {**row, "digest": digest_of(row)}


def _take_down(house: House, known: Known) -> None:
    """Note the keys and the sealed bytes as they lie in the tables now."""
    with reading(house.db) as session:
        key_id = session.execute(select(PERSON.c.key_id).where(PERSON.c.id == known.person_id)).scalar_one()
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                if not _theirs(row, known, key_id):
                    continue
                for column in table.columns:
                    value = row[column.name]
                    if not isinstance(column.type, LargeBinary) or not value:
                        continue
                    if column.name in ("wrapped", "data_key"):
                        known.keys[table.name] = house.keys.unwrap(value)
                    elif column.name in ("sealed", "about", "sealed_body"):
                        known.sealed[f"{table.name}.{column.name}"] = value


def _theirs(row: Any, known: Known, key_id: str) -> bool:
    names = {known.case_id, known.person_id, key_id}
    return any(value in names for value in row.values() if isinstance(value, str)) or known.reference in str(
        row.get("place", "")
    )


def erase(house: House, staff: Staff, case_id: str, ground: str = "person_asked") -> None:
    """Have two people agree, as the approvals do it once nothing stands against it."""
    asker, second = staff["data_protection_officer"], staff["national_focal_point"]
    with desk_of(house, asker) as desk:
        asked = Asked(new_id(), service.KIND, "case", case_id, {"ground": ground}, {}, {}, asker.id, second.id)
        service._erase(desk, asked)


def left_of(house: House, known: Known, files: Iterable[Path]) -> list[str]:
    """What of a person can still be read: keys that unwrap, sealed bytes that lie around, digests of their name."""
    found = [f"row of {name}" for name in _rows(house, known)]
    for file in files:
        content = file.read_bytes()
        open_keys = {key for key in _keys_in(content, house.keys)}
        found += [f"key of {table} in {file.name}" for table, key in known.keys.items() if key in open_keys]
        found += [f"{place} in {file.name}" for place, sealed in known.sealed.items()
                  if place in GONE and sealed in content]  # fmt: skip
    return sorted(set(found))


# What is emptied; the rest stays sealed under a key that is gone.
GONE = {"record.sealed", "document.sealed", "document.about", "person_identity.sealed", "message.sealed_body"}


def files_of(house: House) -> list[Path]:
    """The files of a store in SQLite; none of PostgreSQL's can be seen from here."""
    if house.db.dialect != "sqlite":
        return []
    file = house.db.engine.url.database or ""
    return [Path(file + side) for side in ("", "-wal") if Path(file + side).exists()]


def _keys_in(content: bytes, keys: KeyRing) -> Iterable[bytes]:
    for match in _WRAPPED.finditer(content):
        try:
            yield keys.unwrap(content[match.start() : match.start() + 65])
        except KeyMissing:
            continue


def _rows(house: House, known: Known) -> list[str]:
    """What the tables themselves still give."""
    found = []
    with reading(house.db) as session:
        digests = select(NameKey.digest).where(NameKey.person_id == known.person_id)
        found += ["name_key"] if session.execute(digests).first() else []
        key_id = session.execute(select(PERSON.c.key_id).where(PERSON.c.id == known.person_id)).scalar_one()
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                theirs = _theirs(row, known, key_id)
                for column in table.columns:
                    value = row[column.name]
                    if theirs and column.name in ("wrapped", "data_key") and value != DESTROYED and value:
                        found.append(table.name)
                    if theirs and f"{table.name}.{column.name}" in GONE and value:
                        found.append(table.name)
                if theirs and table.name in ("notice", "person_link", "draft", "idempotency_key"):
                    found.append(table.name)
    return found


def years_later(house: House, years: int) -> None:
    """Let time pass."""
    house.clock.advance(timedelta(days=366 * years))  # type: ignore[attr-defined]
