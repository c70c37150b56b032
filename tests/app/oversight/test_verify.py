"""The proof of every chain: sound chains pass, each way of tampering is found and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from app.access.desk import House
from app.casework.held import CASE, REFERRAL
from app.casework.timeline import HISTORY
from app.oversight.verify import Summary, verify_all
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import reading, tampering


def check(house: House) -> Summary:
    with reading(house.db) as session:
        return verify_all(session)


def test_sound_chains_are_verified_in_words(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "received")
    found = check(town.house)
    with reading(town.house.db) as session:
        count = len(session.execute(select(HISTORY.c.seq)).all())
    assert found.sound and found.chains == 4 and found.entries == found.verified == count
    assert found.sentence == f"{count} of {count} entries verified"
    ours = town.get(town.th["supervisor"], "/audit/verify").json()
    theirs = town.get(town.mm["auditor"], "/audit/verify").json()
    assert ours["chains"] == theirs["chains"] == 2 and ours["entries"] + theirs["entries"] == count
    looked = {look.actor_id for look in town.looks("chains_verified")}
    assert looked == {town.th["supervisor"].id, town.mm["auditor"].id}


def test_nothing_is_sound_too(town: Town) -> None:
    assert check(town.house) == Summary(0, 0, 0, None)


def _column(name: str, value: Any) -> Callable[[Any, str], None]:
    def tamper(session: Any, subject: str) -> None:
        third = (HISTORY.c.subject_id == subject, HISTORY.c.seq == 3)
        session.execute(update(HISTORY).where(*third).values({name: value}))

    return tamper


def _cut_end(session: Any, subject: str) -> None:
    last = session.execute(select(CASE.c.history_count).where(CASE.c.id == subject)).scalar_one()
    session.execute(delete(HISTORY).where(HISTORY.c.subject_id == subject, HISTORY.c.seq == last))


def _cut_middle(session: Any, subject: str) -> None:
    session.execute(delete(HISTORY).where(HISTORY.c.subject_id == subject, HISTORY.c.seq == 3))


def _cut_all(session: Any, subject: str) -> None:
    session.execute(delete(HISTORY).where(HISTORY.c.subject_id == subject))


def _shorten_both(session: Any, subject: str) -> None:
    """Cut the last entry and tell the case that it never was; the head of the chain gives it away."""
    _cut_end(session, subject)
    session.execute(update(CASE).where(CASE.c.id == subject).values(history_count=CASE.c.history_count - 1))


def _append(session: Any, subject: str) -> None:
    row = dict(
        session.execute(select(HISTORY).where(HISTORY.c.subject_id == subject, HISTORY.c.seq == 3)).one()._mapping
    )
    session.execute(insert(HISTORY), row | {"seq": 99})


TAMPERING: dict[str, tuple[Callable[[Any, str], None], str]] = {
    "actor": (_column("actor_id", "somebody"), "entry 3: the column 'actor_id' is not what was hashed"),
    "step": (_column("step", "close"), "entry 3: the column 'step' is not what was hashed"),
    "note": (_column("sealed_note", b"other"), "entry 3: the column 'note' is not what was hashed"),
    "bytes": (_column("canonical", b"{}"), "entry 3 does not continue the chain"),
    "hash": (_column("hash", bytes(32)), "entry 3 does not continue the chain"),
    "middle": (_cut_middle, "entry 3 is missing (found 4)"),
    "end": (_cut_end, "the chain ends at"),
    "end_and_count": (_shorten_both, "is not the one the record ends with"),
    "everything": (_cut_all, "the chain ends at 0"),
    "surplus": (_append, "is missing (found 99)"),
}


def test_every_way_of_tampering_is_found(town: Town) -> None:
    for name, (tamper, words) in TAMPERING.items():
        case_id = cases.bring_case(town.house, town.th, "sheltered")
        with pytest.raises(ZeroDivisionError), tampering(town.house.db) as session:
            tamper(session, case_id)
            found = verify_all(session)
            assert found.fault is not None, name
            assert found.fault.startswith(f"case {case_id}: ") and words in found.fault, found.fault
            assert not found.sound and found.verified < found.entries, name
            raise ZeroDivisionError  # undone for the next way
    assert check(town.house).sound


def test_entries_without_their_case_or_referral_are_found(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    with pytest.raises(ZeroDivisionError), tampering(town.house.db) as session:
        session.execute(delete(REFERRAL).where(REFERRAL.c.id == pair.arrived))
        fault = verify_all(session).fault
        assert fault == f"referral {pair.arrived}: entry 1 is there, the referral itself is not"
        raise ZeroDivisionError


def test_a_fault_is_told_within_reach_only(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    with tampering(town.house.db) as session:
        _cut_middle(session, case_id)
    assert case_id in town.get(town.th["supervisor"], "/audit/verify").json()["fault"]
    assert town.get(town.mm["auditor"], "/audit/verify").json()["fault"] is None
