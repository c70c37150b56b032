"""What follows an agreed erasure: everything is swept, the tombstone signed, and the last traces leave the files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Connection, cast, func, insert, inspect, select, text, update
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk, House
from app.casework import erasing, erasing_abroad, inquiries, move
from app.casework.erasing import (
    Subjects,
    destroyed_copies,
    destroyed_people,
    subjects_of,
    subjects_of_copy,
    sweep,
)
from app.casework.held import hold_case, hold_referral
from app.casework.history import Event
from app.casework.keeping import ERASURE
from app.casework.tombstones import Tombstone, body_of, bury
from app.kit.address import SQLITE
from app.kit.crypto import KeyRing
from app.kit.errors import Conflict

__all__ = ["EFFECT", "SWEPT", "again", "bury_all", "carry_out", "still_due"]

EFFECT: Final = "erase"
# The tables from which something goes: what PostgreSQL has to write anew.
SWEPT: Final = (
    "data_key", "name_key", "person_identity", "person_link", "approval", "tip", "notice", "draft", "idempotency_key",
    *(table.name for table, _ in erasing.EMPTIED),
)  # fmt: skip

log = structlog.get_logger("erasing")


def carry_out(desk: Desk, payload: Mapping[str, Any]) -> None:
    """Sweep what is left of a person, sign the tombstone and tell it in every history; the worker calls this.

    All in the transaction that marks the effect as done: killed anywhere, it begins anew.
    """
    session = desk.session
    # Drafts and kept answers belong to their accounts alone, and may name the person all the same.
    rows.enter_everything(session)
    row = session.execute(select(ERASURE).where(ERASURE.c.id == payload["erasure"])).one()
    if row.erased_at is not None:
        return
    found = _subjects(session, row)
    destroyed = sweep(session, desk.keys, found)
    partners = erasing_abroad.plan(desk, found.copies)
    asked = inquiries.erased(desk, _not_seeking_protection(desk, found.cases))
    body = _body(desk, row, found, destroyed, partners, asked)
    signer = desk.signing.signer(row.country)
    signature = signer.sign(body)
    values = {"erased_at": desk.now, "tombstone": body, "signature": signature}
    session.execute(update(ERASURE).where(ERASURE.c.id == row.id).values(values))
    details = {
        "erasure": row.id, "ground": row.ground, "destroyed": destroyed,
        "tombstone": hashlib.sha256(body).hexdigest(), "signature": signature.hex(),
        "signed_by": signer.key_id,
    }  # fmt: skip
    for case_id in found.cases:
        held = hold_case(desk, case_id)
        move.remark(desk, held, Event("keeping", "erase", held.version, details, desk.now))
    for copy_id in found.copies:
        held = hold_referral(desk, copy_id)
        move.remark(desk, held, Event("keeping", "erase", held.version, details, desk.now))
    erasing_abroad.tell(desk, partners)


def _not_seeking_protection(desk: Desk, cases: Iterable[str]) -> list[str]:
    """The cases of which others may hear: while asylum is asked for it would be a sign of life (OHCHR-G2.7)."""
    held = [hold_case(desk, each) for each in cases]
    return [each.id for each in held if each.case_facts is not None and not each.case_facts.asylum_claim]


def _subjects(session: Session, row: Any) -> Subjects:
    """What there is of whoever was erased: a person with everything of them, or a copy that never had a case here."""
    return subjects_of(session, row.person_id) if row.person_id else subjects_of_copy(session, row.referral_id)


def _body(
    desk: Desk, row: Any, found: Subjects, destroyed: Mapping[str, int], partners: Iterable[erasing_abroad.Telling],
    asked: Iterable[Mapping[str, str]],
) -> bytes:
    return body_of(
        erasure=row.id, country=row.country, person=row.person_id, key=row.key_id, keys=list(found.keys),
        cases=list(found.cases), copies=list(found.copies), case=row.case_id, ground=row.ground,
        approval=row.approval_id, asked_by=row.asked_by, agreed_by=row.agreed_by, agreed_at=row.agreed_at.isoformat(),
        erased_at=desk.now.isoformat(), destroyed=dict(destroyed), policy=desk.policies.digest,
        referral=row.referral_id,
        partners=[
            *({"country": each.country, "referral": each.shared_id, "told": each.step} for each in partners), *asked,
        ],
    )  # fmt: skip


def bury_all(house: House, vacuum: Connection | None = None) -> int:
    """Bring every new tombstone to its folders, and have the last traces leave the files of the database; how many.

    vacuum: a connection of the owner of PostgreSQL's tables, outside any transaction: only the owner can have them
    written anew, so there the command `waymark finish-erasures` does it. A round that meets readers is done again.
    """
    with house.db.read() as session:
        rows.enter_everything(session)
        due = session.execute(
            select(ERASURE).where(ERASURE.c.erased_at.is_not(None), ERASURE.c.left_at.is_(None))
        ).all()
    if not due:
        return 0
    try:
        for row in due:
            for folder in house.graves:
                bury(folder, row.id, row.tombstone, row.signature)
    except OSError as error:
        log.warning("tombstone_stays", kind=type(error).__name__)
        return 0
    if not (_written_back(house) if house.db.dialect == SQLITE else _written_anew(vacuum)):
        return 0
    with house.db.write() as session:
        rows.enter_everything(session)
        left = {"left_at": house.clock.now()}
        session.execute(update(ERASURE).where(ERASURE.c.id.in_([row.id for row in due])).values(left))
    return len(due)


def _written_back(house: House) -> bool:
    """Have SQLite empty its log of changes, which holds what was; False while somebody reads from it."""
    with closing(house.db.engine.raw_connection()) as connection:
        busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _written_anew(vacuum: Connection | None) -> bool:
    """Have PostgreSQL write every table of SWEPT anew; False while somebody still looks at the rows of before.

    Raises Conflict where the connection is not the owner's: the server only warns then, and leaves all as it is.
    """
    if vacuum is None:
        return False
    kept: list[str] = []

    def hear(told: Any) -> None:
        # What stayed since somebody may still read it begins the detail of the report, in whichever language.
        number = re.search(r"\d+", told.message_detail or "")
        if number is not None and int(number[0]):
            kept.append(told.message_primary)

    driver: Any = vacuum.connection.driver_connection
    driver.add_notice_handler(hear)
    try:
        # The planner keeps samples of every column. They are taken anew, and what they were goes with the table that
        # holds them; the owner of a database may have that written anew too.
        for table in (*SWEPT, "pg_catalog.pg_statistic"):
            file = select(func.pg_relation_filenode(cast(table, REGCLASS)))
            before = vacuum.execute(file).scalar_one()
            analyze = ", ANALYZE" if table in SWEPT else ""
            vacuum.execute(text(f"VACUUM (FULL, VERBOSE{analyze}) {table}"))
            if vacuum.execute(file).scalar_one() == before:
                # Said to the operator at the command line, in English.
                why = (
                    f"The table {table} was not written anew: only its owner may have that done. Name the owner's"
                    " address in WAYMARK_OWNER_DATABASE_URL."
                )
                raise Conflict(why, code="not_the_owner")
    finally:
        driver.remove_notice_handler(hear)
    if kept:
        log.warning("traces_stay", kind="rows_in_use", count=len(kept))
    return not kept


def still_due(house: House) -> int:
    """How many erasures are done in the tables and have traces left in the files."""
    with house.db.read() as session:
        rows.enter_everything(session)
        done = ERASURE.c.erased_at.is_not(None), ERASURE.c.left_at.is_(None)
        return int(session.execute(select(func.count()).select_from(ERASURE).where(*done)).scalar_one())


def again(session: Session, keys: KeyRing, known: Iterable[Tombstone]) -> int:
    """Erase once more, in a store that was just restored, everybody whose key is destroyed; how many people.

    The register learns of the erasures that are later than the backup from their tombstones.
    """
    people = destroyed_people(session)
    for person_id in people:
        sweep(session, keys, subjects_of(session, person_id))
    alone = destroyed_copies(session)
    for copy_id in alone:
        sweep(session, keys, subjects_of_copy(session, copy_id))
    people = [*people, *alone]
    if not people or ERASURE.name not in inspect(session.connection()).get_table_names():
        return len(people)
    there = set(session.execute(select(ERASURE.c.id)).scalars())
    for one in known:
        if one.said["erasure"] not in there and (one.said["person"] or one.said["referral"]) in people:
            session.execute(insert(ERASURE), _row_of(one))
    return len(people)


def _row_of(one: Tombstone) -> dict[str, Any]:
    said = one.said
    erased_at = datetime.fromisoformat(said["erased_at"])
    return {
        "id": said["erasure"], "country": said["country"], "person_id": said["person"], "case_id": said["case"],
        "referral_id": said.get("referral"),
        "key_id": said["key"], "ground": said["ground"], "approval_id": said["approval"], "asked_by": said["asked_by"],
        "agreed_by": said["agreed_by"], "agreed_at": datetime.fromisoformat(said["agreed_at"]),
        "erased_at": erased_at, "tombstone": one.body, "signature": one.signature, "left_at": erased_at,
    }  # fmt: skip
