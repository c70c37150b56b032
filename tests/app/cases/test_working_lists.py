"""Working lists: one's own, sealed, counted within one's own reach, renamed and deleted through both doors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.models.saved_list import SavedList
from tests.app.access.world import one_engine
from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading

NAME = "Mae Sot, waits long"


def kept(town: Town, role: str, name: str = NAME, **filters: str) -> Any:
    return town.post(town.th[role], "/working-lists", {"name": name, "filters": filters})


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
