"""The report of `waymark demo --once`: every figure asked of the database and compared with what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.demo import custody, tables
from app.demo.figures import Figures
from app.demo.section import Section
from app.demo.story import Said, story
from app.demo.transaction import OneTransaction
from app.models.history import HistoryEntry
from app.models.person import Person
from app.models.task import Task
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all


def sections(house: House, figures: Figures, said: Said) -> Iterator[Section]:
    """The parts of the report in the order of reading.

    said: the sentences of refused steps as they were told, where the build is still at hand.
    """
    with house.db.read() as session:
        parts: tuple[Callable[[], Section], ...] = (
            lambda: _overview(session, house, figures),
            lambda: story(session, house, "MM", False, said),
            lambda: story(session, house, "LA", True, said),
            lambda: custody.corridors(session, house.policies),
            lambda: custody.custody(session),
            lambda: custody.handovers(session, house, figures),
            lambda: tables.shelters(session, house.policies, figures),
            lambda: tables.returned(session, house.policies, figures),
            lambda: tables.declared(session, house.policies, figures),
        )
        for part in parts:
            # Anew for each: a part that opens records sits down at one country's desk, which sees only its own.
            rows.enter_everything(session)
            yield part()
        rows.enter_everything(session)
        chains = _chains(session)
    yield _proof(house, chains)


def _overview(session: Session, house: House, figures: Figures) -> Section:
    section = Section("Waymark demonstration")
    counts = {
        name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in (("people", Person), ("entries", HistoryEntry))
    }
    rung = session.execute(select(func.count()).select_from(Task).where(Task.missed_at.is_not(None))).scalar_one()
    attempts = session.execute(
        select(func.count()).select_from(HistoryEntry).where(HistoryEntry.kind == "attempt")
    ).scalar_one()
    section.say(
        "  Invented people in the numbers of published tables, moved through the real program day by day.",
        f"  It is {house.clock.now():%d %B %Y}: {counts['people']} persons on record in both countries' books,"
        f" {counts['entries']} entries of",
        f"  history, {attempts} steps that were refused, {rung} deadlines that rang.",
    )
    if not figures.whole:
        section.say("  A SAMPLE: the tables below are compared with what was to be built, not with the publication.")
    return section


def _chains(session: Session) -> Section:
    section = Section("Audit")
    summary = verify_all(session)
    section.say(f"  {summary.chains} chains, {summary.entries} entries: {summary.sentence}")
    if not summary.sound:
        section.faults.append(summary.fault or summary.sentence)
    return section


def _proof(house: House, section: Section) -> Section:
    with house.db.write() as session:
        differing = rebuild_facts(replace(house, db=OneTransaction(session)))
    section.faults.extend(f"rebuilt facts differ: {each.sentence}" for each in differing)
    if not differing:
        section.say("  Facts rebuilt from history and records equal the stored ones, for every case and copy.")
    return section
