"""Working lists: one's own, sealed, counted within one's own reach, renamed and deleted through both doors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.models.access_log import AccessEntry
from app.models.office import Office
from app.models.saved_list import SavedList
from app.models.user import User
from tests.app.access.world import one_engine
from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

NAME = "Mae Sot, waits long"


def kept(town: Town, role: str, name: str = NAME, **filters: str) -> Any:
    return town.post(town.th[role], "/working-lists", {"name": name, "filters": filters})


def move_account(town: Town, worker: Worker, office: str) -> None:
    """Somebody works in another office from now on."""
    with writing(town.house.db) as session:
        there = session.execute(select(Office.id).where(Office.code == office)).scalar_one()
        session.execute(update(User).where(User.id == worker.id).values(office_id=there))


def lists(town: Town, who: str) -> dict[str, Any]:
    items = town.get(town.th[who], "/working-lists").json()["items"]
    return {each["name"]: each["count"] for each in items}


def test_a_list_counts_what_its_owner_reaches_and_nobody_else_has_it(town: Town) -> None:
    made = [cases.bring_case(town.house, town.th, "sheltered") for _ in range(3)]
    cases.bring_case(town.house, town.th)
    answer = kept(town, "social_worker", stage="shelter", who="team")
    assert (answer.status_code, answer.json()["count"]) == (201, 3)
    town.th["stranger"] = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    assert kept(town, "stranger", stage="shelter").json()["count"] == 0
    assert lists(town, "supervisor") == {}
    # A wall that goes up takes the case out of the count at once.
    walls.block(town.house, made[0], "user", town.th["social_worker"].id)
    assert lists(town, "social_worker") == {NAME: 2}
    with reading(town.house.db) as session:
        stored = session.execute(select(SavedList.__table__)).all()
    assert NAME not in str(stored) and NAME.encode() not in b"".join(row.sealed for row in stored)
    own = town.get(town.th["social_worker"], "/working-lists").json()["items"][0]["id"]
    for path, body in (("rename", {"list_id": own, "name": "Mine"}), ("delete", {"list_id": own})):
        assert town.post(town.th["stranger"], f"/working-lists/{path}", body).status_code == 404
    renamed = town.post(town.th["social_worker"], "/working-lists/rename", {"list_id": own, "name": "Shelter"})
    assert renamed.json()["name"] == "Shelter" and lists(town, "social_worker") == {"Shelter": 2}
    assert town.post(town.th["social_worker"], "/working-lists/delete", {"list_id": own}).json() == {"items": []}
    assert lists(town, "social_worker") == {}
    assert len(town.get(town.th["social_worker"], "/cases").json()["items"]) == 3, "no case went with it"


def test_what_is_no_list_is_refused(town: Town) -> None:
    for name, filters in (("  ", {}), ("x" * 61, {}), ("Fine", {"stage": "nowhere"}), ("Fine", {"colour": "red"})):
        assert kept(town, "social_worker", name, **filters).status_code == 422, (name, filters)
    assert kept(town, "social_worker", "Late", late="yes").status_code == 201
    assert kept(town, "social_worker", "LATE ", late="yes").status_code == 422
    assert kept(town, "analyst", "Mine").status_code == 403
    most = town.house.policies.safeguards.working_lists_at_most
    answers = [kept(town, "social_worker", f"List {number}").status_code for number in range(most)]
    assert answers == [201] * (most - 1) + [409]


def test_a_list_of_the_office_shows_each_reader_their_own_and_stays_when_its_maker_leaves(town: Town) -> None:
    made = [cases.bring_case(town.house, town.th, "sheltered") for _ in range(2)]
    walls.block(town.house, made[0], "user", town.th["social_worker"].id)
    body: dict[str, Any] = {"name": NAME, "filters": {"child": "no"}, "shared": True}
    assert town.post(town.th["social_worker"], "/working-lists", body).json()["code"] == "permission_missing"
    maker = town.th["maker"] = add_user(town.house, "th-shelter-tak", "case_manager")
    shared = town.post(maker, "/working-lists", body)
    assert (shared.status_code, shared.json()["shared"], shared.json()["count"]) == (201, True, 0)
    list_id = shared.json()["id"]
    assert lists(town, "supervisor") == {NAME: 2}
    assert lists(town, "social_worker") == {NAME: 1}, "what each sees is their own"
    town.th["elsewhere"] = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    assert lists(town, "elsewhere") == {}
    for path, more in (("rename", {"name": "Mine"}), ("delete", {}), ("share", {"shared": False})):
        sent = {"list_id": list_id, **more}
        assert town.post(town.th["social_worker"], f"/working-lists/{path}", sent).json()["code"] == (
            "list_of_a_colleague"
        )
        assert town.post(town.th["elsewhere"], f"/working-lists/{path}", sent).status_code == 404
    assert town.post(town.th["supervisor"], "/working-lists", body).status_code == 422, "the office has that name"
    taken_back = town.post(maker, "/working-lists/share", {"list_id": list_id, "shared": False})
    assert (taken_back.status_code, lists(town, "supervisor")) == (200, {})
    assert town.post(maker, "/working-lists/share", {"list_id": list_id, "shared": True}).status_code == 200

    move_account(town, maker, "th-shelter-phitsanulok")
    assert lists(town, "maker") == {}, "whoever leaves the office leaves its lists"
    assert lists(town, "elsewhere") == {}
    renamed = town.post(town.th["supervisor"], "/working-lists/rename", {"list_id": list_id, "name": "Waiting"})
    assert (renamed.status_code, lists(town, "social_worker")) == (200, {"Waiting": 1})
    assert town.post(town.th["supervisor"], "/working-lists/delete", {"list_id": list_id}).json() == {"items": []}
    with reading(town.house.db) as session:
        noted = select(AccessEntry.detail).where(
            AccessEntry.subject_id == list_id, AccessEntry.action == "working_list_changed"
        )
        told = [str(row.detail) for row in session.execute(noted)]
    assert len(told) == 5 and NAME not in str(told), "who changes what colleagues work by is noted"


def test_a_name_is_words_and_no_formula(town: Town) -> None:
    for name in ("=1+1", "@sum", "+66 81", " -late", "\u200b=1", "Late\u202egnp", "\u200b\u200b"):
        assert kept(town, "social_worker", name, late="yes").status_code == 422, repr(name)
    for name in ("ករណី\u200bយឺត", "နောက်ကျ (၃)", "3 days - late"):
        assert kept(town, "social_worker", name, late="yes").json()["name"] == name
    most = town.house.policies.safeguards.shared_lists_at_most
    body = {"filters": {"late": "yes"}, "shared": True}
    sent = [town.post(town.th["supervisor"], "/working-lists", {**body, "name": f"L {n}"}) for n in range(most + 1)]
    assert [each.status_code for each in sent] == [201] * most + [409]


@one_engine
def test_the_pages_share_and_tend(town: Town) -> None:
    manager, chief = browser_at(town, town.th["case_manager"]), browser_at(town, town.th["supervisor"])
    manager.get("/cases/lists?keep=late%3Dyes")
    assert manager.send("/cases/lists", name=NAME, whose="office").status_code == 303
    assert NAME in chief.get("/cases").text
    worker = browser_at(town, town.th["social_worker"])
    shown = worker.get("/cases/lists").text
    assert "Shared in your office" in shown
    assert "/cases/lists/rename" not in shown
    manager.get("/cases/lists")
    assert manager.send("/cases/lists/share").status_code == 303
    assert NAME not in worker.get("/cases").text
    manager.get("/cases/lists")
    assert manager.send("/cases/lists/share").status_code == 303
    chief.get("/cases/lists")
    assert chief.send("/cases/lists/delete").status_code == 303
    assert NAME not in manager.get("/cases").text


@one_engine
def test_the_page_keeps_shows_renames_and_deletes(town: Town) -> None:
    cases.bring_case(town.house, town.th, "sheltered")
    browser = browser_at(town, town.th["social_worker"])
    assert "/cases/lists?keep=stage%3Dshelter" in browser.get("/cases?stage=shelter").text
    browser.get("/cases/lists?keep=stage%3Dshelter")
    assert "You have a list" not in browser.last.text
    assert browser.send("/cases/lists", name="").status_code == 422
    assert browser.send("/cases/lists", name=NAME).headers["location"] == "/cases?stage=shelter"
    shown = browser.get("/cases?stage=shelter").text
    assert NAME in shown and 'aria-current="page"' in shown.partition("work-lists")[2][:400]
    assert "Keep these filters" not in shown
    browser.get("/cases/lists")
    assert browser.send("/cases/lists/rename", name="Sheltered").headers["location"] == "/cases/lists"
    assert "Sheltered" in browser.get("/cases/lists").text
    browser.send("/cases/lists/delete")
    assert "Sheltered" not in browser.get("/cases").text
