"""Absence cover does not end at the office door: what waits for an office waits for whoever stands in there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.casework.held import CASE
from app.casework.tasks import TABLE as TASK
from app.models.person import Person
from app.models.walls import AccessBlock
from tests.app.access.world import fill
from tests.app.deputies.test_deputies import name
from tests.app.services import test_services as services
from tests.app.transfers import test_transfers as transfers
from tests.factories import cases
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import keep_beds
from tests.gates.readiness_forms import BEDS, plan
from tests.inspect import writing

SISTER = "th-shelter-phitsanulok"


def heard(town: Town, who: Worker) -> set[str]:
    return {each["kind"] for each in town.get(who, "/notices?limit=50").json()["items"]}


def ids(town: Town, who: Worker, path: str) -> set[str]:
    return {each["id"] for each in town.get(who, path).json()["items"]}


def bed_asked(town: Town) -> tuple[str, str]:
    """The id of a request for a bed, and that of its case."""
    case_id = cases.bring_case(town.house, town.th, "presumed")
    body = {"shelter": "th-shelter-tak", "urgency": "tonight"}
    answer = town.post(town.th["social_worker"], f"/cases/{case_id}/bed-requests", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"]), case_id


def test_a_bed_is_asked_for_tonight_and_somebody_is_there(town: Town) -> None:
    beds, absent = keep_beds(town), town.th["shelter_manager"]
    deputy, other = (add_user(town.house, SISTER, "shelter_manager") for _ in range(2))
    # Who is away passes it on in turn, and two who stand in for each other are no endless ring.
    further = add_user(town.house, "th-shelter-chiang-rai", "shelter_manager")
    assert name(town, absent, deputy, days=2).status_code == 201
    assert name(town, deputy, further, "national_focal_point", days=2).status_code == 201
    assert name(town, further, deputy, "national_focal_point", days=2).status_code == 201
    (first, _), (second, hidden) = bed_asked(town), bed_asked(town)
    for who in (absent, deputy, further):
        assert "bed_asked" in heard(town, who) and {first, second} <= ids(town, who, "/bed-requests")
    assert "bed_asked" not in heard(town, other) and not ids(town, other, "/bed-requests")
    kept = town.post(deputy, f"/bed-requests/{first}/confirm", {"beds_id": beds})
    assert (kept.status_code, kept.json()["state"]) == (200, "held"), kept.text
    # What the house itself does stays its own: its beds, and the cases it works on.
    body = {"sex": "F", "ages": "adult", "beds": 3}
    assert town.post(deputy, f"/shelters/{absent.office_id}/beds", body).status_code == 404
    assert not ids(town, deputy, "/cases")
    # What is kept ready for an operation, and how it is told.
    focal = town.th["national_focal_point"]
    operation = town.post(focal, "/operations", plan(town)).json()["id"]
    town.post(focal, f"/operations/{operation}/reservations", BEDS)
    (reserve,) = ids(town, deputy, "/reservations")
    assert "operation_asked" in heard(town, deputy) and town.get(deputy, f"/reservations/{reserve}").status_code == 200
    said = town.post(deputy, f"/reservations/{reserve}/answer", {"answer": "hold", "beds_id": beds})
    assert said.status_code == 200, said.text
    # A wall keeps the stand-in away as it keeps everybody.
    with writing(town.house.db) as session:
        key = select(Person.key_id).join(CASE, CASE.c.person_id == Person.id).where(CASE.c.id == hidden)
        row = {"country": "TH", "key_id": session.execute(key).scalar_one(), "kind": "user", "value": deputy.id,
               "since": town.clock.now(), "until": None, "lifted_at": None}  # fmt: skip
        session.execute(insert(AccessBlock), fill(AccessBlock, town.clock.now(), **row))
    assert second not in ids(town, deputy, "/bed-requests") and second in ids(town, further, "/bed-requests")
    assert town.get(deputy, f"/bed-requests/{second}").status_code == 404
    town.clock.advance(timedelta(days=2))
    assert not ids(town, deputy, "/bed-requests") and not ids(town, deputy, "/reservations")
    assert town.get(deputy, f"/reservations/{reserve}").status_code == 404
    later, _ = bed_asked(town)
    assert later not in ids(town, deputy, "/bed-requests") and later in ids(town, absent, "/bed-requests")


def test_tasks_services_and_transfers_of_the_office_are_seen_and_answered(town: Town) -> None:
    absent = add_user(town.house, SISTER, "case_manager")
    deputy = add_user(town.house, "th-shelter-chiang-rai", "case_manager")
    case_id = transfers.a_case(town)
    transfers.agree(town, case_id)
    services.agree(town, case_id, SISTER)

    def seen(what: str) -> list[Any]:
        return list(town.get(deputy, f"/{what}").json()["asked_of_us"])

    service, share = services.asked(town, case_id, SISTER), transfers.asked(town, case_id, "joint_work")
    task = _waits_at(town, absent.office_id, "case_manager")
    wall = _waits_at(town, absent.office_id, "legal_officer")
    assert not seen("services") and not seen("transfers") and task not in ids(town, deputy, "/tasks?limit=50")
    assert name(town, absent, deputy, "national_focal_point", days=3).status_code == 201
    tasks = ids(town, deputy, "/tasks?limit=50")
    assert task in tasks and wall not in tasks, "in the roles they share, and in no other"
    assert [each["ours"] for each in (*seen("services"), *seen("transfers"))] == [True, True]
    accepted = town.post(deputy, f"/services/{seen('services')[0]['id']}/accept", {})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted"), accepted.text
    agreed = town.post(deputy, f"/transfers/{share}/accept", {})
    assert (agreed.status_code, agreed.json()["state"]) == (200, "shared"), agreed.text
    assert town.get(deputy, f"/cases/{case_id}").status_code == 404, "an asked office opens no case by it"
    assert service
    other, third = transfers.a_case(town), transfers.a_case(town)
    for each in (other, third):
        transfers.agree(town, each)
    taken, left = transfers.asked(town, other), transfers.asked(town, third)
    assert "transfer_asked" in heard(town, deputy)
    # To hold a case is for the office itself: it would stay with the stand-in when the absence is over.
    assert transfers.codes(town.post(deputy, f"/transfers/{taken}/take-over", {})) == {"asked_office_answers"}
    town.clock.advance(timedelta(days=3))
    assert not seen("services") and not seen("transfers")
    body = {"reason": "no_capacity", "suggestion": "later"}
    assert town.post(deputy, f"/transfers/{left}/decline", body).status_code == 404
    assert task not in ids(town, deputy, "/tasks?limit=50")


def _waits_at(town: Town, office_id: str, role: str) -> str:
    """An open task of a case, handed to an office of another house."""
    case_id = cases.bring_case(town.house, town.th, "recovering")
    with writing(town.house.db) as session:
        query = select(TASK.c.id).where(TASK.c.case_id == case_id, TASK.c.state == "open").limit(1)
        task = str(session.execute(query).scalar_one())
        session.execute(update(TASK).where(TASK.c.id == task).values(office_id=office_id, role=role, assignee_id=None))
    return task
