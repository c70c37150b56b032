"""G29: no row can be tied to what its writer cannot see, though foreign keys allow it, nor carried over to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.desk import House
from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.models import load_all
from app.models.base import Base, new_id
from migrations.walls.grants import ONLY_ADDED
from migrations.walls.policies import ALL_RULES as RULES
from tests.app.access.world import fill
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Worker, add_user, desk_of
from tests.inspect import as_owner, writing
from tests.postgres import SERVING, Cluster

load_all()
MODELS = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
# A look that was refused names what its actor could not see; a day's answers and notices belong to an account.
# A house belongs to its office; an incident is made before a case is tied to it. What was done to several cases is ids
# in a text, and a meeting an office's. What is reserved hangs on an operation, which the worker has no right to see:
# tests/app/readiness tries its tie with those who have. A checkpoint is of the whole installation,
# and a training is an account's. An erasure is written by the house alone, after two people agreed.
# A conversation of two countries, and the directory that goes with it, is written by the house alone; a meeting of
# theirs by those who hold such meetings. A table for the public hangs on an approval, which the worker has no part in.
# Which case a record of a file became, the house alone writes and compares.
WITHOUT_PARENT = {
    "access_entry", "bulk_act", "case_export", "checkpoint", "contact", "contact_answer", "contact_told",
    "correspondence", "corridor_decision", "corridor_meeting", "data_key", "deputy", "draft", "erasure",
    "idempotency_key", "imported_case", "inquiry", "job", "case_import",
    "incident", "index_key", "meeting", "notice", "saved_list", "operation",
    "shelter_visit", "shelter_visit_part",
    "microdata_made",
    "operation_reserve", "partner_replay", "released_table", "shelter_beds", "tip", "training_entry", "witness_finding",
    "witnessed_checkpoint",
}  # fmt: skip


@dataclass
class Ties:
    """What one person's rows are tied to: ids of each kind."""

    case: str
    person: str
    key: str
    copy: str
    shared: str
    message: str
    record: str
    document: str
    incident: str
    # An import and the long work of it, by one id.
    brought: str


@dataclass
class Scene:
    """A worker who sees one person's case and not the other's, in the same country."""

    house: House
    worker: Worker
    colleague: Worker
    stranger: Worker
    mine: Ties
    theirs: Ties
    # A case of the worker's that belongs to no incident.
    free: str


@pytest.fixture
def scene(postgres: Cluster, clock: SettableClock, keys: Any, signing: Any) -> Iterator[Scene]:
    template = postgres.template("waymark_template", migrate.upgrade)
    with postgres.database(template, SERVING) as url:
        opened = Database(url)
        house = make_house(opened, clock, keys, signing)
        put_offices(house)
        worker = add_user(house, "th-shelter-tak", "case_manager")
        colleague = add_user(house, "th-shelter-tak", "social_worker")
        stranger = add_user(house, "mm-dor", "social_worker")
        # Of another organisation: an emergency would let the worker find a case of their own.
        other = add_user(house, "th-police-tak", "first_responder")
        try:
            free = put(house, worker, tied=False).case
            yield Scene(house, worker, colleague, stranger, put(house, worker), put(house, other), free)
        finally:
            opened.dispose()


def put(house: House, worker: Worker, *, tied: bool = True) -> Ties:
    """A person with everything, in the worker's office and on their team; ``tied``: with an incident."""
    now, ties = house.clock.now(), Ties(*(new_id() for _ in range(10)))
    here = {"country": worker.country}
    asked = {"id": ties.brought, "office_id": worker.office_id, "asked_by": worker.id, **here}
    rows = (
        ("data_key", {"id": ties.key, **here}),
        ("person", {"id": ties.person, "key_id": ties.key, **here}),
        ("case_file", {"id": ties.case, "person_id": ties.person, "office_id": worker.office_id, "reference": ties.case,
                       "organisation": worker.organisation, "created_by": worker.id, **here}),
        ("case_team", {"case_id": ties.case, "user_id": worker.id}),
        ("referral", {"id": ties.copy, "shared_id": ties.shared, "case_id": ties.case, "key_id": ties.key,
                      "office_id": worker.office_id, "organisation": worker.organisation, "created_by": worker.id,
                      **here}),
        ("message", {"id": new_id(), "message_id": ties.message, "shared_id": ties.shared, "key_id": ties.key, **here}),
        ("document", {"id": ties.document, "case_id": ties.case, "key_id": ties.key, "seq": 90, **here}),
        ("meeting", {"id": ties.case, "office_id": worker.office_id, "made_by": worker.id, "present": "[]", **here}),
        ("record", {"id": ties.record, "subject": "case", "subject_id": ties.case, "seq": 90, "key_id": ties.key}),
        ("incident", {"id": ties.incident, "reference": ties.incident, "created_by": worker.id, **here}),
        ("incident_case", {"incident_id": ties.incident, "case_id": ties.case, **here}),
        ("job", {**asked, "subject_id": ties.brought}),
        ("case_import", {**asked, "check_id": ties.brought}),
    )  # fmt: skip
    with writing(house.db) as session:
        for table, values in rows if tied else rows[:4]:
            session.execute(insert(MODELS[table]), fill(MODELS[table], now, **values))
    return ties


def attachments(scene: Scene, to: Ties) -> list[tuple[str, dict[str, Any]]]:
    """Rows of every table that would be tied to ``to``, as the worker would write them; some tables in several ways."""
    me, mine = scene.worker, scene.mine
    own = {"subject": "case", "subject_id": mine.case}
    here = {"country": me.country}
    case = {"country": me.country, "office_id": me.office_id, "organisation": me.organisation, "created_by": me.id,
            "reference": new_id()}  # fmt: skip
    copy = {"office_id": me.office_id, "organisation": me.organisation, "created_by": me.id, **here}
    return [
        ("case_file", {**case, "id": new_id(), "person_id": to.person}),
        ("case_file", {**case, "id": new_id(), "person_id": mine.person, "previous_case_id": to.case}),
        ("case_team", {"case_id": to.case, "user_id": scene.colleague.id}),
        ("case_team", {"case_id": to.case, "user_id": me.id}),
        ("case_facts", {"case_id": to.case, **here}),
        ("person", {"id": new_id(), "key_id": to.key, **here}),
        ("person_identity", {"person_id": to.person}),
        ("name_key", {"person_id": to.person, "digest": "=2"}),
        ("person_link", {"case_id": to.case, "other_case_id": mine.case, "made_by": me.id, **here}),
        ("person_link", {"case_id": mine.case, "other_case_id": to.case, "made_by": me.id, **here}),
        ("record", {"subject": "case", "subject_id": to.case, "seq": 1, "key_id": to.key}),
        ("record", {"subject": "referral", "subject_id": to.copy, "seq": 1, "key_id": to.key}),
        ("record", {**own, "seq": 2, "key_id": mine.key, "corrects_id": to.record}),
        ("record", {**own, "seq": 3, "key_id": to.key}),
        ("document", {"case_id": to.case, "key_id": to.key, "seq": 1, **here}),
        ("document", {"case_id": mine.case, "key_id": to.key, "seq": 2, **here}),
        ("document_error", {"document_id": to.document, **here}),
        ("document_error", {"document_id": mine.document, "replaced_by": to.document, **here}),
        ("history_entry", {"subject": "case", "subject_id": to.case, "seq": 1}),
        ("history_entry", {"subject": "referral", "subject_id": to.copy, "seq": 1}),
        ("referral", {**copy, "id": new_id(), "shared_id": new_id(), "case_id": to.case, "key_id": to.key}),
        ("referral", {**copy, "id": new_id(), "shared_id": new_id(), "case_id": mine.case, "key_id": to.key}),
        ("message", {"message_id": new_id(), "shared_id": to.shared, "seq": 7, "key_id": to.key, **here}),
        ("message_receipt", {"message_id": to.message, **here}),
        ("task", {"case_id": to.case, "office_id": me.office_id, **here}),
        ("task", {"referral_id": to.copy, "office_id": me.office_id, **here}),
        ("meeting_case", {"meeting_id": mine.case, "case_id": to.case, "record_id": to.record}),
        ("outbox_row", {"line": f"TH:{to.shared}", **here}),
        ("outbox_row", {"line": f"TH:{to.case}:withdrawal", **here}),
        ("access_block", {"key_id": to.key, "kind": "user", "value": me.id, **here}),
        ("seal_name", {"key_id": to.key, "user_id": me.id, **here}),
        ("emergency_access", {"case_id": to.case, "user_id": me.id, "office_id": me.office_id, **here}),
        ("approval", {"subject_kind": "case", "subject_id": to.case, "asked_by": me.id, **here}),
        ("legal_hold", {"case_id": to.case, "set_by": me.id, **here}),
        ("bed_request", {"case_id": to.case, "key_id": to.key, "office_id": me.office_id, **here}),
        ("fund_movement", {"case_id": to.case, "booked_by": me.id, **here}),
        ("case_transfer", {"case_id": to.case, "key_id": to.key, "office_id": me.office_id,
                           "from_office_id": me.office_id, **here}),
        ("case_service", {"case_id": to.case, "key_id": to.key, "office_id": me.office_id,
                          "from_office_id": me.office_id, **here}),
        ("fund_request", {"case_id": to.case, "key_id": to.key, "office_id": me.office_id,
                          "from_office_id": me.office_id, **here}),
        ("incident_case", {"incident_id": to.incident, "case_id": scene.free, **here}),
        ("incident_offender", {"incident_id": to.incident, "added_by": me.id, **here}),
        ("import_line", {"import_id": to.brought, "stage": "check", "line": 1, **here}),
        ("import_line", {"import_id": mine.brought, "stage": "check", "line": 2, "case_id": to.case, **here}),
        ("reveal", {"case_id": to.case, "user_id": me.id, "session_id": new_id(), **here}),
    ]  # fmt: skip


def refused(scene: Scene, act: Callable[[Session], Any]) -> bool:
    """Whether PostgreSQL refuses ``act`` of the worker for want of a right; nothing stays of it."""
    with desk_of(scene.house, scene.worker) as desk:
        trial = desk.session.begin_nested()
        try:
            act(desk.session)
        except DBAPIError as error:
            trial.rollback()
            assert type(error.orig).__name__ == "InsufficientPrivilege", error
            return True
        trial.rollback()
        return False


def adding(table: str, values: dict[str, Any], scene: Scene) -> Callable[[Session], Any]:
    row = fill(MODELS[table], scene.house.clock.now(), **values)
    return lambda session: session.execute(insert(MODELS[table]), row)


def test_nothing_can_be_tied_to_what_is_out_of_sight(scene: Scene) -> None:
    wrong = [row for row in attachments(scene, scene.theirs) if not refused(scene, adding(*row, scene))]
    print(f"GATE g29 attached_to_invisible={len(wrong)} limit=0 n={len(attachments(scene, scene.theirs))}")
    assert wrong == []
    assert {table for table, _ in wrong + attachments(scene, scene.mine)} == set(RULES) - WITHOUT_PARENT
    useless = [row for row in attachments(scene, scene.mine) if refused(scene, adding(*row, scene))]
    assert useless == [], "the same rows on what is in sight are taken: the refusals above were about sight"


def test_without_the_checks_a_foreign_key_would_let_them_in(scene: Scene) -> None:
    owner = as_owner(scene.house.db)
    with owner.write() as session:
        for table in RULES:
            session.execute(text(f"ALTER POLICY adds ON {table} WITH CHECK (true)"))
    owner.dispose()
    let_in = [row for row in attachments(scene, scene.theirs) if not refused(scene, adding(*row, scene))]
    assert len(let_in) == len(attachments(scene, scene.theirs)), "the mutant: no check on new rows"


def test_rows_stay_with_their_person_country_and_account(scene: Scene) -> None:
    mine, theirs, abroad = scene.mine, scene.theirs, scene.stranger.id
    carried = {
        "another person": f"UPDATE case_file SET person_id = '{theirs.person}' WHERE id = '{mine.case}'",
        "another case": f"UPDATE case_team SET case_id = '{theirs.case}' WHERE case_id = '{mine.case}'",
        "another key": f"UPDATE person SET key_id = '{theirs.key}' WHERE id = '{mine.person}'",
        "another copy": f"UPDATE referral SET case_id = '{theirs.case}' WHERE id = '{mine.copy}'",
        "a manager abroad": f"UPDATE case_file SET case_manager_id = '{abroad}' WHERE id = '{mine.case}'",
    }
    for how, statement in carried.items():
        assert refused(scene, lambda session, said=statement: session.execute(text(said))), how
    country = adding("data_key", {"id": new_id(), "country": "MM"}, scene)
    assert refused(scene, country), "another country's key"
    look = {"actor_id": scene.colleague.id, "country": "TH", "subject_kind": "case", "subject_id": mine.case}
    assert refused(scene, adding("access_entry", look, scene)), "a look in somebody else's name"
    assert refused(scene, adding("notice", {"user_id": abroad, "country": "TH"}, scene)), "a notice abroad"
    colleague = {"case_id": mine.case, "user_id": abroad}
    assert refused(scene, adding("case_team", colleague, scene)), "a colleague from abroad"


@pytest.mark.parametrize("table", sorted(ONLY_ADDED))
def test_what_is_evidence_cannot_be_changed_or_removed(scene: Scene, table: str) -> None:
    column = next(iter(Base.metadata.tables[table].columns)).name
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        assert refused(scene, lambda session, said=statement: session.execute(text(said))), statement


def test_a_number_out_of_sight_cannot_be_found_out(scene: Scene) -> None:
    """A unique key would answer whether a row is there; the check of the new row answers first, the same each time."""
    for key in (scene.theirs.case, new_id()):
        row = {"case_id": key, "country": "TH"}
        assert refused(scene, adding("case_facts", row, scene))
        line = {"subject": "case", "subject_id": key, "seq": 90, "key_id": scene.mine.key}
        assert refused(scene, adding("record", line, scene))
