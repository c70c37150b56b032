"""What figures count by says what the facts say: after a migration down and up as before it, in more than one batch."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from app.casework.counted import copy_columns, counted_columns
from app.casework.facts import case_facts_from, referral_facts_from
from app.casework.held import FACTS, REFERRAL
from app.casework.timeline import HISTORY
from app.kit import migrate
from app.kit.canonical import canonical_bytes
from app.kit.db import Database
from app.models.office import Office
from tests.factories.crowds import Somebody, put
from tests.inspect import reading, writing
from workflows.facts import ClosureFacts, DecisionFacts, MatterFacts

DAY = date(2017, 5, 2)
DECISION = DecisionFacts(DAY, "trafficked", "th-mdt", "TH", "x", 3, True, True, True, True, None, True)
CLOSURE = ClosureFacts(date(2017, 9, 1), "solution", True, True, False)
CLAIMS = tuple(MatterFacts(str(n), "remedy", "filed", DAY, DAY, "wages") for n in range(2))
PEOPLE = (
    Somebody("TH", DAY, "MM", placed=True, facts={"decision": DECISION, "closure": CLOSURE}),
    Somebody("TH", DAY, "MM", facts={"care": "recovering", "closure": CLOSURE, "matters": CLAIMS}),
    Somebody("TH", DAY, "MM", facts={"identification": "screened_out", "finding": "smuggled", "presumed_on": DAY}),
    Somebody("TH", DAY, "TH", received_from="MM", facts={"exploited_in": "unknown"}),
    Somebody("TH", DAY, "TH", channel="government", facts={"returned_from": "CN", "returned_on": DAY}),
    Somebody("TH", DAY, "TH", received_from="MM", referral="declined"),
)


def entry(subject: str, kind: str, step: str, seq: int, details: dict[str, Any]) -> dict[str, Any]:
    """A row of history, as far as a migration reads it."""
    at = datetime(2017, 5, 2, tzinfo=UTC)
    return {
        "subject_id": subject, "seq": seq, "subject": kind, "kind": "opened" if seq == 1 else "step", "step": step,
        "actor_id": "x", "version": seq, "happened_at": at, "recorded_at": at,
        "canonical": canonical_bytes({"details": details}), "sealed_note": None, "previous": bytes(32),
        "hash": bytes(32),
    }  # fmt: skip


def told(database: Database) -> dict[str, Any]:
    """Every row of case_facts and of referral, by its id."""
    with reading(database) as session:
        cases = {row.case_id: row._mapping for row in session.execute(select(FACTS))}
        copies = {row.id: row._mapping for row in session.execute(select(REFERRAL))}
    return cases | copies


def test_the_columns_are_filled_from_facts_and_histories(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    database = Database(empty_url)
    with writing(database) as session:
        session.add(
            Office(id="o", code="o", country="TH", organisation="o", name="o", kind="shelter", level="national")
        )
        session.flush()
        # Enough people for three batches.
        put(session, PEOPLE * 450, {"TH": "o"})
        refused = session.execute(select(REFERRAL.c.id).where(REFERRAL.c.state == "declined").limit(1)).scalar_one()
        case_id = session.execute(select(FACTS.c.case_id).limit(1)).scalar_one()
        given = {"to": "declined", "given": {"reason": "no_capacity"}}
        session.execute(insert(HISTORY), [
            entry(case_id, "case", "open", 1, {"source": "police"}),
            entry(refused, "referral", "decline", 2, given),
        ])  # fmt: skip
    before = told(database)
    database.dispose()
    migrate.downgrade(empty_url, "036")
    migrate.upgrade(empty_url)
    database = Database(empty_url)
    after = told(database)
    assert before.keys() == after.keys() and len(after) == 450 * (len(PEOPLE) + 2)
    for name, row in after.items():
        if "case_id" in row and "shared_id" not in row:
            facts = case_facts_from(row["facts"])
            assert {key: row[key] for key in counted_columns(facts)} == counted_columns(facts), name
            assert row["source"] == ("police" if name == case_id else "unknown")
        else:
            copied = referral_facts_from(row["facts"])
            assert {key: row[key] for key in copy_columns(copied)} == copy_columns(copied), name
            assert row["declined_for"] == ("no_capacity" if name == refused else None)
    with reading(database) as session:
        assert session.execute(select(func.count()).where(FACTS.c.claims == 2)).scalar_one() == 450
        assert session.execute(select(func.count()).where(FACTS.c.closed_on.is_not(None))).scalar_one() == 450
    database.dispose()
