"""The pages of beds: a shelter keeps them and answers, a case asks; refused, the page says why and keeps the form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.models.case import Case
from tests.app.shelter.houses import OTHER, ask, place, presumed, shelter_of, sign
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading


def path_of(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return f"/cases/{session.execute(select(Case.reference).where(Case.id == case_id)).scalar_one()}"


def test_a_manager_keeps_beds_and_answers_by_hand(town: Town) -> None:
    manager = add_user(town.house, OTHER, "shelter_manager")
    browser = browser_at(town, manager)
    house = f"/shelters/{manager.office_id}"
    assert browser.get("/shelters").headers["location"] == house, "who has one house is led to it"
    assert 'href="/shelters"' in browser.get("/").text
    page = browser.get(f"{house}/beds")
    wrong = browser.send(f"{house}/beds", sex="F", ages="adult", need="none", beds="many")
    assert wrong.status_code == 422
    assert "Give a number from 0 to 999." in wrong.text
    assert 'value="many"' in wrong.text, "the form is kept"
    done = browser.send(f"{house}/beds", sex="F", ages="adult", need="none", beds="1")
    assert done.headers["location"] == f"{house}?done=beds", page.text
    case_id = presumed(town)
    request_id = ask(town, case_id).json()["id"]
    assert f"/bed-requests/{request_id}" in browser.get("/notices").text
    assert f"/bed-requests/{request_id}" in browser.get(house).text
    assert 'Beds <span class="count">1</span>' in browser.get("/").text
    shown = browser.get(f"/bed-requests/{request_id}").text
    assert path_of(town, case_id).removeprefix("/cases/") not in shown
    unsaid = browser.send(f"/bed-requests/{request_id}/decline")
    assert unsaid.status_code == 422
    assert "Choose an answer." in unsaid.text
    held = browser.send(f"/bed-requests/{request_id}/confirm")
    assert held.headers["location"] == f"{house}?done=held", held.text
    board = browser.get(house).text
    assert "Held until" in board
    looker = browser_at(town, town.th["supervisor"])
    assert f'href="{house}"' in looker.get("/shelters").text
    assert "Held until" in looker.get(house).text
    assert f"{house}/beds" not in looker.get(house).text, "who only looks is offered nothing to change"
    assert looker.get(f"{house}/beds").status_code == 403


def test_a_case_asks_is_told_why_not_and_takes_back(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    path = path_of(town, case_id)
    browser = browser_at(town, town.th["social_worker"])
    assert f"{path}/beds" in browser.get(f"{path}/needs").text
    browser.get(f"{path}/beds")
    refused = browser.send(f"{path}/beds", shelter=OTHER, need="wheelchair", urgency="tonight")
    assert refused.status_code == 409
    assert "No bed there is fitted for what the person needs." in refused.text
    assert "OHCHR-G6.1" in refused.text
    assert _checked(refused.text, "need", "wheelchair"), "the form is kept"
    asked = browser.send(f"{path}/beds", shelter=OTHER, need="none", urgency="tonight")
    assert asked.headers["location"] == f"{path}/beds?done=asked", asked.text
    request_id = house.board()["waiting"][0]["id"]
    assert house.confirm(request_id).status_code == 200
    assert f"record-shelter={OTHER}" in browser.get(f"{path}/beds").text, "the way to the step that uses it"
    blocked = browser.get(f"{path}/steps/care/admit?record-shelter={OTHER}").text
    assert _chosen(blocked, "record-shelter", OTHER)
    back = browser.get(f"{path}/beds") and browser.send(f"{path}/beds/withdraw")
    assert back.headers["location"] == f"{path}/beds?done=withdrawn"
    assert house.group()["free"] == 2


def test_the_step_page_leads_to_what_is_missing(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    path = path_of(town, case_id)
    answer = place(town, case_id)
    assert answer.status_code == 409
    browser = browser_at(town, town.th["social_worker"])
    step = f"{path}/steps/care/admit"
    browser.get(step)
    typed: dict[str, Any] = {
        "record-place_kind": "shelter_government", "record-place": "there", "record-shelter": OTHER,
        "record-matched_to_needs": "yes",
    }  # fmt: skip
    refused = browser.send(step, **typed)
    assert refused.status_code == 409, refused.text
    assert f'href="{path}/beds"' in refused.text
    assert f"{path}/records/new/admission" in refused.text
    house.confirm(ask(town, case_id).json()["id"])
    sign(town, case_id)
    browser.get(step)
    assert browser.send(step, **typed).status_code == 303
    assert cases.facts_of(town.house, case_id).care == "sheltered"
    beds = browser.get(f"{path}/beds").text
    assert f"{path}/records/new/shelter_leave" in beds
    assert f"{path}/records/new/missing_report" in beds


def _checked(html: str, name: str, value: str) -> bool:
    return f'name="{name}" value="{value}" checked' in html


def _chosen(html: str, name: str, value: str) -> bool:
    return f'value="{value}" selected' in html or _checked(html, name, value)
