"""Lists of cases: within reach, filtered, in pages, newest first, and noted in the book of looks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from app.casework.stages import STAGES, stage_of
from tests.factories import cases
from tests.factories.staff import add_user
from tests.factories.towns import Town
from workflows.care import Care


def listed(town: Town, who: str, query: str = "") -> list[str]:
    answer = town.get(town.th[who], f"/cases?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_every_state_of_care_has_one_stage_but_the_closed_one() -> None:
    mapped = [state for states in STAGES.values() for state in states]
    assert len(mapped) == len(set(mapped))
    assert {state for state in Care if stage_of(state.value) is None} == {Care.CLOSED}


def test_each_role_lists_what_it_reaches(town: Town) -> None:
    team = cases.bring_case(town.house, town.th)
    alone = cases.open_case(town.house, town.th["first_responder"])
    elsewhere = cases.open_case(town.house, add_user(town.house, "th-shelter-phitsanulok", "social_worker"))
    abroad = cases.open_case(town.house, town.mm["social_worker"])
    assert set(listed(town, "social_worker")) == {team}
    assert set(listed(town, "first_responder")) == {alone}
    assert set(listed(town, "supervisor")) == {team, alone}
    assert set(listed(town, "national_focal_point")) == {team, alone, elsewhere}
    assert abroad not in listed(town, "national_focal_point")


FILTERS = (
    ("identification=presumed", {"sheltered", "child"}),
    ("identification=identified", set()),
    ("care=intake", {"reported"}),
    ("stage=shelter", {"sheltered", "child"}),
    ("stage=repatriation", set()),
    ("child=true", {"child"}),
    ("child=false", {"reported", "sheltered"}),
    ("nationality=LA", {"child"}),
    ("nationality=unknown", set()),
    ("child=false&care=sheltered&nationality=MM", {"sheltered"}),
)


def test_filters_narrow_the_list(town: Town) -> None:
    made = {
        "reported": cases.bring_case(town.house, town.th),
        "sheltered": cases.bring_case(town.house, town.th, "sheltered"),
        "child": cases.bring_case(town.house, town.th, "sheltered", child=True, age_band="0-14", nationality="LA"),
    }
    for query, found in FILTERS:
        assert set(listed(town, "supervisor", query)) == {made[name] for name in found}, query


def test_mine_are_those_on_whose_team_i_am_or_which_i_manage(town: Town) -> None:
    manager = add_user(town.house, "th-datip", "national_focal_point")
    town.th["another"] = manager
    case_id = cases.bring_case(town.house, town.th)
    cases.open_case(town.house, town.th["first_responder"])
    assert len(listed(town, "another")) == 2
    assert listed(town, "another", "mine=true") == []
    cases.join(town.house, case_id, manager)
    assert listed(town, "another", "mine=true") == [case_id]


def test_pages_follow_each_other_newest_first_without_loss(town: Town) -> None:
    made = []
    for number in range(7):
        # Two at a time are opened in the same moment: the id decides between them.
        town.clock.advance(timedelta(hours=number % 2))
        made.append(cases.open_case(town.house, town.th["social_worker"]))
    seen: list[Any] = []
    cursor = ""
    while True:
        answer = town.get(town.th["social_worker"], f"/cases?limit=3{cursor}").json()
        seen += answer["items"]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert {item["id"] for item in seen} == set(made) and len(seen) == 7
    keys = [(item["opened_at"], item["id"]) for item in seen]
    assert keys == sorted(keys, reverse=True)


def test_a_list_holds_no_name_and_leaves_one_row(town: Town) -> None:
    cases.open_case(town.house, town.th["social_worker"])
    answer = town.get(town.th["social_worker"], "/cases?stage=identification&mine=true")
    assert not any(name in answer.text for name in ("Mya", "Aung", "+95"))
    (look,) = town.looks("cases_listed")
    assert look.actor_id == town.th["social_worker"].id
    assert json.loads(look.detail) == {"stage": "identification", "mine": True, "count": 1}


def test_a_case_is_found_by_its_whole_reference_within_reach(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    worker = town.th["social_worker"]
    reference = town.get(worker, f"/cases/{case_id}").json()["reference"]
    for written in (reference, reference.lower()):
        assert [row["id"] for row in town.get(worker, f"/cases?reference={written}").json()["items"]] == [case_id]
        assert town.get(worker, f"/cases/count?reference={written}").json()["count"] == 1
    assert town.get(worker, f"/cases?reference={reference[:-1]}").json()["items"] == [], "no part of one is enough"
    assert town.get(town.mm["national_focal_point"], f"/cases?reference={reference}").json()["items"] == []
    assert town.get(worker, "/cases?reference=%25").status_code == 422
