"""A bed is asked for without a name, confirmed by the shelter alone, and used by the step that places the person."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from app.casework import refold
from app.casework.held import hold_case
from app.worker import Worker as Machine
from tests.app.shelter.houses import OTHER, ask, codes, place, presumed, shelter_of, sign, sign_elsewhere
from tests.factories import cases
from tests.factories.staff import add_user, desk_of
from tests.factories.towns import Town


def test_from_the_request_to_the_bed_and_out_again(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    assert codes(place(town, case_id)) == {"bed_is_confirmed", "admission_is_signed"}
    asked = ask(town, case_id)
    assert asked.status_code == 201, asked.text
    seen = town.get(house.manager, f"/bed-requests/{asked.json()['id']}").json()
    told = {"age_band": "18+", "sex": "F", "language": "my", "ages": "adult", "need": "none", "urgency": "tonight"}
    assert {name: seen[name] for name in told} == told
    assert case_id not in str(seen)
    assert town.get(house.manager, f"/cases/{case_id}").status_code == 404, "a request opens no case"
    assert {each["kind"] for each in town.get(house.manager, "/notices").json()["items"]} == {"bed_asked"}

    assert ask(town, case_id).json()["code"] == "bed_asked"
    held = house.confirm(asked.json()["id"])
    assert held.status_code == 200, held.text
    assert held.json()["state"] == "held"
    assert (house.group()["held"], house.group()["free"]) == (1, 1)
    facts = cases.facts_of(town.house, case_id)
    assert facts.bed_held is not None
    assert facts.bed_held.shelter == OTHER
    assert house.confirm(asked.json()["id"]).json()["code"] == "bed_request_over"

    assert codes(place(town, case_id)) == {"admission_is_signed"}
    sign(town, case_id)
    assert place(town, case_id).status_code == 200
    board = house.board()
    assert (house.group()["staying"], house.group()["held"], house.group()["free"]) == (1, 0, 1)
    assert [each["number"] for each in board["inside"]] == [asked.json()["number"]]
    assert case_id not in str(board)
    assert cases.facts_of(town.house, case_id).bed_used.shelter == OTHER  # type: ignore[union-attr]

    sign_elsewhere(town, case_id)
    assert place(town, case_id, "move_placement", shelter=None).status_code == 200
    assert (house.group()["staying"], house.group()["free"]) == (0, 2)
    steps = [(each["kind"], each["step"]) for each in _line(town, case_id) if each["kind"] == "bed"]
    assert sorted(steps) == [("bed", "ask"), ("bed", "confirm")]
    cut = town.get(town.th["supervisor"], f"/cases/{case_id}/timeline").json()["items"]
    assert [each["details"] for each in cut if each["kind"] == "bed"] == [{}, {}], "where a person sleeps is for few"


def _line(town: Town, case_id: str) -> Any:
    return town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"]


def test_the_wrong_bed_is_refused_with_its_source(town: Town) -> None:
    house = shelter_of(town)
    woman, man = presumed(town), presumed(town, sex="M")
    child = presumed(town, child=True, age_band="15-17")
    refused = {
        "bed_fits_sex": ask(town, man), "bed_fits_age": ask(town, child),
        "bed_fits_need": ask(town, woman, need="wheelchair"),
        "shelter_keeps_beds": ask(town, woman, shelter="th-shelter-tak"),
    }
    for code, answer in refused.items():
        assert codes(answer) == {code}, answer.text
        assert answer.json()["refusals"][0]["sources"][0]["id"] == "OHCHR-G6.1"
    house.add("children", ages="child")
    assert ask(town, child).status_code == 201
    group = house.group()
    change = {"sex": "F", "ages": "adult", "beds": 2, "seen_version": group["version"], "closed_reason": "repair"}
    path = f"{house.path}/beds/{group['id']}"
    assert town.post(house.manager, path, change).status_code == 200
    assert codes(ask(town, woman)) == {"shelter_is_open"}
    assert town.post(house.manager, path, change).json()["code"] == "stale_version"
    change |= {"seen_version": 2, "closed_reason": None, "beds": 0}
    assert town.post(house.manager, path, change).status_code == 200
    assert codes(ask(town, woman)) == {"bed_is_free"}
    kept = [row for row in town.looks("beds_changed") if row.subject_id == group["id"]]
    assert [row.actor_id for row in kept] == [house.manager.id] * 2
    assert any('"was_closed_reason":"repair"' in row.detail for row in kept)
    offers = town.get(town.th["social_worker"], f"/cases/{woman}/bed-requests").json()["offers"]
    assert [(each["shelter"], each["free"]) for each in offers] == [(OTHER, 0)]


def test_a_shelter_answers_its_own_requests_only(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    request_id = ask(town, case_id).json()["id"]
    elsewhere = town.th["shelter_manager"]
    assert town.get(elsewhere, f"/bed-requests/{request_id}").status_code == 404
    assert house.confirm(request_id, who=elsewhere).status_code == 404
    assert town.get(elsewhere, house.path).status_code == 404
    assert town.post(elsewhere, f"{house.path}/beds", {"sex": "F", "ages": "adult", "beds": 1}).status_code == 404
    assert house.confirm(request_id, who=town.th["supervisor"]).json()["code"] == "permission_missing"
    assert town.get(town.mm["supervisor"], house.path).status_code == 404
    every = town.get(town.th["supervisor"], "/shelters").json()["items"]
    assert {each["shelter"]: each["waiting"] for each in every}[OTHER] == 1, "a supervisor sees all of the country"
    assert town.get(town.th["analyst"], "/shelters").status_code == 403
    stranger = add_user(town.house, OTHER, "social_worker")
    body = {"shelter": OTHER, "urgency": "days"}
    assert town.post(stranger, f"/cases/{case_id}/bed-requests", body).status_code == 404
    declined = town.post(house.manager, f"/bed-requests/{request_id}/decline", {"why": "no_care"})
    assert (declined.status_code, declined.json()["reason"]) == (200, "no_care")
    assert town.post(house.manager, f"/bed-requests/{request_id}/decline", {"why": "police"}).status_code == 422
    assert ask(town, case_id).status_code == 201, "after a decline another request may be made"


def test_who_is_kept_away_from_a_person_does_not_find_their_request(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    request_id = ask(town, case_id).json()["id"]
    body = {"against": "user", "value": house.manager.id, "why": "family", "reason": "A sister works there."}
    block = town.post(town.th["case_manager"], f"/cases/{case_id}/blocks", body)
    assert block.status_code == 201, block.text
    assert town.get(house.manager, f"/bed-requests/{request_id}").status_code == 404
    assert house.board()["waiting"] == []


def test_a_request_is_taken_back_and_a_held_bed_is_free_again(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    request_id = ask(town, case_id).json()["id"]
    house.confirm(request_id)
    path = f"/cases/{case_id}/bed-requests/{request_id}/withdraw"
    assert town.post(town.th["social_worker"], path).json()["state"] == "withdrawn"
    assert town.post(town.th["social_worker"], path).json()["code"] == "bed_request_over"
    assert (house.group()["held"], house.group()["free"]) == (0, 2)
    assert cases.facts_of(town.house, case_id).bed_held is None


def test_nothing_runs_out_silently(town: Town) -> None:
    house = shelter_of(town)
    waiting, held = presumed(town), presumed(town)
    first, second = ask(town, waiting).json()["id"], ask(town, held).json()["id"]
    house.confirm(second)
    town.clock.advance(timedelta(hours=5))
    assert house.confirm(first).json()["code"] == "bed_request_over", "the time to answer is over"
    machine = Machine(town.house)
    assert machine.watch() >= 1
    kinds = [each["kind"] for each in town.get(town.th["social_worker"], "/notices").json()["items"]]
    assert "bed_lapsed" in kinds
    assert cases.facts_of(town.house, held).bed_held is not None
    sign(town, held)
    town.clock.advance(timedelta(hours=20))
    assert codes(place(town, held)) == {"bed_is_confirmed"}, "a bed is held for a day"
    assert machine.watch() >= 1
    assert cases.facts_of(town.house, held).bed_held is None
    assert house.group()["free"] == 2


def test_of_two_confirmations_of_the_last_bed_one_wins(town: Town) -> None:
    house = shelter_of(town)
    house.add("last", beds=1, need="wheelchair")
    requests = [ask(town, presumed(town), need="wheelchair").json()["id"] for _ in range(2)]
    barrier, answers = threading.Barrier(2), []

    def confirm(request_id: str) -> None:
        barrier.wait()
        answers.append(house.confirm(request_id, "last"))

    threads = [threading.Thread(target=confirm, args=(each,)) for each in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200, 409], [each.text for each in answers]
    assert codes(next(each for each in answers if each.status_code == 409)) == {"bed_is_free"}
    assert house.group("last")["held"] == 1


def test_facts_about_beds_are_built_again_from_the_history(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    house.confirm(ask(town, case_id).json()["id"])
    sign(town, case_id)
    assert place(town, case_id).status_code == 200
    with desk_of(town.house, town.th["social_worker"]) as desk:
        held = hold_case(desk, case_id)
        assert refold.case_facts(desk, held) == held.facts
