"""Compares every stored fact with what history and records say, and puts it right where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk, House
from app.casework import move, refold
from app.casework.counted import copy_columns
from app.casework.facts import plain, stored
from app.casework.held import CASE, FACTS, REFERRAL, Held, fact_columns, hold_case, hold_referral, save_case_facts
from app.casework.history import Event
from workflows.facts import CaseFacts, ReferralFacts


@dataclass(frozen=True, slots=True)
class Difference:
    """One subject whose stored facts are not what its history says; the values are codes and days."""

    kind: str
    subject_id: str
    stored: dict[str, Any]
    rebuilt: dict[str, Any]

    @property
    def sentence(self) -> str:
        """The difference in words, for the command line."""
        return f"{self.kind} {self.subject_id}: {', '.join(sorted(self.rebuilt))}"


def rebuild_facts(house: House, country: str | None = None, repair: bool = False) -> list[Difference]:
    """Rebuild the facts of every referral copy and case and compare them with what is stored.

    country: two letters, None = all. repair: write what was rebuilt, with an entry in the history of the
    subject. Each subject is locked in a short transaction of its own. Referral copies come first, since the
    facts of a case repeat what its copies say.

    Of a person who was erased nothing can be folded again: their facts stay as they are.

    Raises HistoryUnreadable when a history cannot be folded; `verify_all` tells where it was broken.
    """
    found: list[Difference] = []
    with house.db.read() as session:
        rows.enter_everything(session)
        every = subjects(session, country)
    for kind, subject_id, here in every:
        with house.db.write() as session:
            difference = difference_of(house.system_desk(session, here, "rebuild"), kind, subject_id, repair)
        if difference is not None:
            found.append(difference)
    return found


def subjects(session: Session, country: str | None = None) -> list[tuple[str, str, str]]:
    """Kind, id and country of everything that has facts, in the order in which it is to be folded; all that is seen."""
    found = []
    for kind, table in (("referral", REFERRAL), ("case", CASE)):
        query = select(table.c.id, table.c.country).order_by(table.c.opened_at, table.c.id)
        if country is not None:
            query = query.where(table.c.country == country)
        found += [(kind, row.id, row.country) for row in session.execute(query)]
    return found


def difference_of(desk: Desk, kind: str, subject_id: str, repair: bool = False) -> Difference | None:
    """Fold one of `subjects` again; None if its facts are what its history says. See `rebuild_facts`."""
    return (_referral if kind == "referral" else _case)(desk, subject_id, repair)


def _referral(desk: Desk, referral_id: str, repair: bool) -> Difference | None:
    held = hold_referral(desk, referral_id)
    if held.erased:
        return None
    fresh = refold.referral_facts(desk, held)
    row = held.row
    columns = {"state": fresh.state, "custody": fresh.custody, **copy_columns(fresh)}
    difference = _compare(held, fresh, {name: getattr(row, name) for name in columns}, columns)
    if difference is not None and repair:
        desk.session.execute(
            update(REFERRAL).where(REFERRAL.c.id == referral_id).values(facts=stored(fresh), **columns)
        )
        _tell(desk, held, difference)
    return difference


def _case(desk: Desk, case_id: str, repair: bool) -> Difference | None:
    held = hold_case(desk, case_id)
    if held.erased:
        return None
    fresh = refold.case_facts(desk, held)
    states = {"identification": fresh.identification, "care": fresh.care}
    managed = {"case_manager_id": fresh.case_manager}
    filters = {name: value for name, value in fact_columns(fresh).items() if name != "facts"}
    kept = desk.session.execute(select(FACTS).where(FACTS.c.case_id == case_id)).one()
    now = {name: getattr(held.row, name) for name in states | managed}
    now |= {name: getattr(kept, name) for name in filters}
    difference = _compare(held, fresh, now, states | managed | filters)
    if difference is not None and repair:
        desk.session.execute(update(CASE).where(CASE.c.id == case_id).values(**states, **managed))
        save_case_facts(desk, case_id, fresh)
        _tell(desk, held, difference)
    return difference


COLUMN: Final = "column "


def _compare(
    held: Held, fresh: CaseFacts | ReferralFacts, now: dict[str, Any], columns: dict[str, Any]
) -> Difference | None:
    """Facts field by field, and the columns that repeat some of them."""
    before = plain(held.facts) | {COLUMN + name: value for name, value in now.items()}
    after = plain(fresh) | {COLUMN + name: value for name, value in columns.items()}
    differing = [name for name in after if before.get(name) != after[name]]
    if not differing:
        return None
    return Difference(
        held.kind, held.id, {name: before.get(name) for name in differing}, {name: after[name] for name in differing}
    )


def _tell(desk: Desk, held: Held, difference: Difference) -> None:
    details = {"fields": sorted(difference.rebuilt)}
    move.remark(desk, held, Event("repaired", "facts", held.version, details, desk.now))
