"""A planned operation waits until those it frees can be received; each office confirms what is its own."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from app.models.operation import OperationReserve
from app.readiness import watching
from app.readiness.schemas import EndIn, OperationIn, ReserveIn
from tests.app.access.world import fill
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user, desk_of
from tests.factories.together import together
from tests.factories.towns import Town
from tests.gates.case_forms import keep_beds, of_sheet
from tests.gates.readiness_forms import BEDS, plan

PLAN: dict[str, Any] = {
    "planned_on": "2026-12-20", "place_kind": "workplace", "sector": "fishing",
    "where": "Two boats at the third pier.",
    "expected": [
        {"people": 4, "sex": "M", "age_band": "18+", "language": "my"},
        {"people": 1, "sex": "F", "age_band": "15-17", "language": "lo"},
    ],
}  # fmt: skip
FOUR = ["beds_are_reserved", "interpreters_are_reserved", "health_staff_are_reserved", "ngo_is_reserved"]


def people(town: Town) -> dict[str, Worker]:
    return {
        "police": add_user(town.house, "th-police-tak", "first_responder"),
        "chief": add_user(town.house, "th-police-tak", "supervisor"),
        "doctor": add_user(town.house, "th-health-tak", "health_officer"),
        "ngo": add_user(town.house, "th-ngo", "social_worker"),
        "shelter": town.th["shelter_manager"],
    }


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.text
    found = answer.json()["refusals"]
    assert all(each["mend"] and each["who"] and each["sources"][0]["id"] == "OHCHR-G5.6" for each in found)
    return [each["code"] for each in found]


def asked(town: Town, who: Worker, operation: str, kind: str, office: str, **more: Any) -> str:
    body = {"kind": kind, "office": office, **more}
    answer = town.post(who, f"/operations/{operation}/reservations", body)
    assert answer.status_code == 201, answer.text
    wanted = {"kind": kind, "state": "asked", **more}
    found = [each for each in answer.json()["reserves"] if wanted.items() <= each.items()]
    assert len(found) == 1
    return str(found[0]["id"])


def test_nobody_is_freed_into_nothing(town: Town) -> None:
    who = people(town)
    police, chief, shelter = who["police"], who["chief"], who["shelter"]
    assert town.post(police, "/operations", {**PLAN, "planned_on": "2020-01-01"}).status_code == 422
    planned = town.post(police, "/operations", PLAN)
    assert planned.status_code == 201, planned.text
    operation = planned.json()["id"]
    release = f"/operations/{operation}/release"
    assert town.post(police, release, {}).status_code == 403, "who plans it does not release it"
    assert codes(town.post(chief, release, {})) == FOUR
    # An office of another kind, and half of what is needed, are told at once.
    for body, field in (
        ({"kind": "beds", "office": "th-ngo", "people": 4, "sex": "M", "ages": "adult"}, "body.office"),
        ({"kind": "beds", "office": "th-shelter-tak"}, "body.people"),
        ({"kind": "interpreter", "office": "th-ngo"}, "body.language"),
        ({"kind": "ngo", "office": "mm-dor"}, "body.office"),
    ):
        wrong = town.post(police, f"/operations/{operation}/reservations", body)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)
    house = shelter.office_id
    beds = {}
    for sex, ages, number in (("M", "adult", 4), ("any", "child", 2)):
        group = town.post(shelter, f"/shelters/{house}/beds", {"sex": sex, "ages": ages, "beds": number})
        beds[ages] = group.json()["id"]
    men = asked(town, police, operation, "beds", "th-shelter-tak", people=4, sex="M", ages="adult")
    girl = asked(town, police, operation, "beds", "th-shelter-tak", people=1, sex="F", ages="child")
    seen = town.get(shelter, f"/reservations/{men}")
    assert (seen.json()["people"], seen.json()["planned_on"]) == (4, "2026-12-20") and "pier" not in seen.text
    assert town.get(shelter, f"/operations/{operation}").status_code == 403
    assert town.get(who["ngo"], f"/reservations/{men}").status_code == 404
    hold = {"answer": "hold"}
    unnamed = town.post(shelter, f"/reservations/{men}/answer", hold)
    assert (unnamed.status_code, unnamed.json()["errors"][0]["field"]) == (422, "body.beds_id")
    assert town.post(shelter, f"/reservations/{men}/answer", {**hold, "beds_id": beds["child"]}).status_code == 422
    assert town.post(shelter, f"/reservations/{men}/answer", {**hold, "beds_id": beds["adult"]}).status_code == 200
    assert town.post(shelter, f"/reservations/{girl}/answer", {**hold, "beds_id": beds["child"]}).status_code == 200
    board = town.get(shelter, f"/shelters/{house}").json()
    assert (board["shelter"]["free"], board["groups"][0]["held"] + board["groups"][1]["held"]) == (1, 5)
    for language in ("my", "lo"):
        speaks = asked(town, police, operation, "interpreter", "th-ngo", language=language)
        assert town.post(who["ngo"], f"/reservations/{speaks}/answer", hold).status_code == 200
    doctor = asked(town, police, operation, "health", "th-health-tak")
    assert codes(town.post(chief, release, {})) == FOUR[2:]
    assert town.post(who["doctor"], f"/reservations/{doctor}/answer", hold).status_code == 200
    beside = asked(town, police, operation, "ngo", "th-ngo")
    assert codes(town.post(chief, release, {})) == FOUR[3:]
    assert town.post(who["ngo"], f"/reservations/{beside}/answer", hold).status_code == 200
    # What is given back is missing again.
    assert town.post(who["doctor"], f"/reservations/{doctor}/answer", {"answer": "give_back"}).status_code == 200
    assert codes(town.post(chief, release, {})) == FOUR[2:3]
    again = asked(town, police, operation, "health", "th-health-tak")
    assert town.post(who["doctor"], f"/reservations/{again}/answer", hold).status_code == 200
    released = town.post(chief, release, {})
    assert (released.status_code, released.json()["state"]) == (200, "released")
    assert all(each["met"] for each in released.json()["needs"])
    assert "operation_released" in {each["kind"] for each in town.get(shelter, "/notices").json()["items"]}
    assert codes(town.post(chief, release, {})) == ["operation_is_planned"]
    # The people have come, and ask for their beds: what was kept for them is free.
    assert town.post(police, f"/operations/{operation}/end", {"ended": "over"}).status_code == 200
    assert town.get(shelter, f"/shelters/{house}").json()["shelter"]["free"] == 6
    assert town.post(police, f"/operations/{operation}/end", {"ended": "over"}).status_code == 409
    assert town.looks("operation_read") or town.looks("operation_released")


def test_the_pages_plan_ask_answer_and_refuse(town: Town) -> None:
    focal, shelter = browser_at(town, town.th["national_focal_point"]), browser_at(town, town.th["shelter_manager"])
    assert 'href="/operations"' in focal.get("/cases").text
    focal.get("/operations/new")
    more = focal.send("/operations/new", more_rows="record-expected")
    assert more.status_code == 200 and 'name="record-expected-2-people"' in more.text
    assert focal.send("/operations/new", **of_sheet(OperationIn, PLAN)).status_code == 303
    page = focal.follow().text
    assert "Two boats at the third pier." in page and "0 of 4 confirmed" in page
    path = str(focal.last.url.path)
    refused = focal.send(f"{path}/release")
    assert refused.status_code == 409 and "There is not a bed for everybody" in refused.text
    assert "OHCHR-G5.6" in refused.text
    keep_beds(town)
    focal.get(f"{path}/reserve")
    wrong = focal.send(f"{path}/reserve", **of_sheet(ReserveIn, {**BEDS, "office": "th-ngo"}))
    assert wrong.status_code == 422 and "cannot give what is needed" in wrong.text
    assert focal.send(f"{path}/reserve", **of_sheet(ReserveIn, BEDS)).status_code == 303
    listed = shelter.get("/reservations").text
    place = re.search(r'href="(/reservations/[0-9a-f-]{36})"', listed)
    assert place is not None and "pier" not in listed
    assert "pier" not in shelter.get(place[1]).text
    assert shelter.send(f"{place[1]}/answer", answer="hold").status_code == 303
    assert "Confirmed" in shelter.follow().text
    focal.get(f"{path}/end")
    assert focal.send(f"{path}/end", **of_sheet(EndIn, {"ended": "called_off"})).status_code == 303
    assert "Called off" in focal.follow().text


def test_nothing_is_confirmed_after_the_day(town: Town) -> None:
    who = people(town)
    operation = town.post(who["police"], "/operations", PLAN).json()["id"]
    kept, late = (asked(town, who["police"], operation, kind, office) for kind, office in
                  (("health", "th-health-tak"), ("ngo", "th-ngo")))  # fmt: skip
    assert town.post(who["doctor"], f"/reservations/{kept}/answer", {"answer": "hold"}).status_code == 200
    town.clock.advance(date(2026, 12, 22) - town.clock.now().date())
    refused = town.post(who["ngo"], f"/reservations/{late}/answer", {"answer": "hold"})
    assert (refused.status_code, refused.json()["code"]) == (409, "reserve_over")
    assert town.post(who["ngo"], f"/reservations/{late}/answer", {"answer": "decline"}).status_code == 200
    assert town.post(who["doctor"], f"/reservations/{kept}/answer", {"answer": "give_back"}).status_code == 200


def ready(town: Town, who: dict[str, Worker], beds: str) -> tuple[str, dict[str, str]]:
    """A released operation for two women, and what is kept ready for it by kind."""
    focal = town.th["national_focal_point"]
    operation = str(town.post(focal, "/operations", plan(town)).json()["id"])
    kept = {}
    for answers, kind, office, more, said in (
        ("shelter", "beds", "th-shelter-tak", {"people": 2, "sex": "F", "ages": "adult"}, {"beds_id": beds}),
        ("ngo", "interpreter", "th-ngo", {"language": "my"}, {}),
        ("doctor", "health", "th-health-tak", {}, {}), ("ngo", "ngo", "th-ngo", {}, {}),
    ):  # fmt: skip
        kept[kind] = asked(town, focal, operation, kind, office, **more)
        answer = town.post(who[answers], f"/reservations/{kept[kind]}/answer", {"answer": "hold", **said})
        assert answer.status_code == 200, answer.text
    assert town.post(focal, f"/operations/{operation}/release", {}).status_code == 200
    return operation, kept


def heard(town: Town, who: Worker) -> list[str]:
    return [each["kind"] for each in town.get(who, "/notices?limit=50").json()["items"]]


def test_what_is_given_back_takes_the_release_back(town: Town) -> None:
    who, focal = people(town), town.th["national_focal_point"]
    operation, kept = ready(town, who, keep_beds(town))
    release, back = f"/operations/{operation}/release", {"answer": "give_back"}
    # More than is needed is given back without a word; what is needed is not.
    more = asked(town, focal, operation, "health", "th-health-tak")
    assert town.post(who["doctor"], f"/reservations/{more}/answer", {"answer": "hold"}).status_code == 200
    assert town.post(who["doctor"], f"/reservations/{more}/answer", back).status_code == 200
    assert town.get(focal, f"/operations/{operation}").json()["state"] == "released"
    assert town.post(who["shelter"], f"/reservations/{kept['beds']}/answer", back).status_code == 200
    after = town.get(focal, f"/operations/{operation}").json()
    assert (after["state"], [each["code"] for each in after["refusals"]]) == ("planned", FOUR[:1])
    assert heard(town, focal).count("operation_taken_back") == 1
    assert codes(town.post(focal, release, {})) == FOUR[:1]


def test_nobody_is_kept_ready_for_two_operations_on_a_day(town: Town) -> None:
    who, focal = people(town), town.th["national_focal_point"]
    _, kept = ready(town, who, keep_beds(town))
    two = [str(town.post(focal, "/operations", plan(town)).json()["id"]) for _ in range(2)]
    for answers, kind, office, more in (
        ("doctor", "health", "th-health-tak", {}), ("ngo", "ngo", "th-ngo", {}),
        ("ngo", "interpreter", "th-ngo", {"language": "my"}),
    ):  # fmt: skip
        wanted = asked(town, focal, two[0], kind, office, **more)
        refused = town.post(who[answers], f"/reservations/{wanted}/answer", {"answer": "hold"})
        assert codes(refused) == ["office_is_free"]
    page = browser_at(town, who["ngo"])
    page.get(f"/reservations/{wanted}")
    told = page.send(f"/reservations/{wanted}/answer", answer="hold")
    assert told.status_code == 409 and "with two groups of people at once" in told.text and "OHCHR-G5.6" in told.text
    # Another language is another interpreter, and another day another one too.
    lao = asked(town, focal, two[0], "interpreter", "th-ngo", language="lo")
    assert town.post(who["ngo"], f"/reservations/{lao}/answer", {"answer": "hold"}).status_code == 200
    back = f"/reservations/{kept['health']}/answer"
    assert town.post(who["doctor"], back, {"answer": "give_back"}).status_code == 200
    # Two that are answered at the same moment: one is kept, whichever came first.
    asks = [asked(town, focal, each, "health", "th-health-tak") for each in two[1:]]
    asks.append(next(
        each["id"] for each in town.get(who["doctor"], "/reservations").json()["items"]
        if each["state"] == "asked" and each["id"] not in asks
    ))  # fmt: skip
    hold = [partial(town.post, who["doctor"], f"/reservations/{each}/answer", {"answer": "hold"}) for each in asks]
    assert sorted(each.status_code for each in together(*hold)) == [200, 409]


def test_an_operation_nobody_ended_is_asked_after_and_keeps_nothing_for_ever(town: Town) -> None:
    who, focal = people(town), town.th["national_focal_point"]
    beds = keep_beds(town)

    def free() -> Any:
        return town.get(who["shelter"], f"/shelters/{who['shelter'].office_id}").json()["shelter"]["free"]

    before = free()
    operation, _ = ready(town, who, beds)
    other = town.post(focal, "/operations", plan(town)).json()["id"]
    assert free() == before - 2
    # Its own day, until midnight where it is.
    town.clock.advance(timedelta(days=14))
    assert watching.ring(town.house) == 0
    town.clock.advance(timedelta(days=1))
    assert codes(town.post(focal, f"/operations/{other}/release", {})) == ["operation_is_ahead"]
    assert (watching.ring(town.house), watching.ring(town.house)) == (2, 0)
    assert heard(town, focal).count("operation_asked_after") == 2 and free() == before - 2
    town.clock.advance(timedelta(days=2))
    assert (watching.ring(town.house), watching.ring(town.house)) == (2, 0)
    assert free() == before
    assert town.get(focal, f"/operations/{operation}").json()["state"] == "over"
    assert "operation_run_out" in heard(town, focal)
    assert all("reserve_run_out" in heard(town, who[each]) for each in ("shelter", "doctor", "ngo"))


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_nobody_ties_a_reservation_to_an_operation_out_of_sight(town: Town) -> None:
    """The second wall, which only PostgreSQL has."""
    police, stranger = people(town)["police"], add_user(town.house, "th-rtp", "supervisor")
    operation = town.post(police, "/operations", PLAN).json()["id"]

    def tied(who: Worker) -> bool:
        row = {"country": "TH", "operation_id": operation, "office_id": who.office_id, "by_office": who.office_id,
               "asked_by": who.id, "state": "asked"}  # fmt: skip
        with desk_of(town.house, who) as desk:
            trial = desk.session.begin_nested()
            try:
                desk.session.execute(insert(OperationReserve), fill(OperationReserve, desk.now, **row))
            except DBAPIError as error:
                trial.rollback()
                assert type(error.orig).__name__ == "InsufficientPrivilege", error
                return False
            trial.rollback()
            return True

    assert tied(police), "whoever plans it may ask"
    assert not tied(stranger)
