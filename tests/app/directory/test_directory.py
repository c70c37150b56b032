"""Looking up offices, border points and agreements, with where each word comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from app.models.base import new_id
from app.models.office import Office
from policies.model import CORRIDOR_CLOCKS
from tests.factories.towns import Town
from tests.inspect import writing

PATHS = ("/directory/offices", "/directory/border-points", "/directory/corridors", "/directory/corridors/TH/MM")


def get(town: Town, path: str, role: str = "border_focal_point") -> Any:
    answer = town.get(town.th[role], path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", PATHS)
def test_everybody_who_works_here_may_look_up_and_nobody_else(town: Town, path: str) -> None:
    assert town.get(None, path).status_code == 401
    for role in ("social_worker", "administrator", "analyst", "auditor"):
        assert town.get(town.th[role], path).status_code == 200


def test_offices_by_country_and_kind_with_their_basis(town: Town) -> None:
    posts = get(town, "/directory/offices?country=MM&kind=border")["items"]
    assert [row["code"] for row in posts] == sorted(row["code"] for row in posts)
    myawaddy = next(row for row in posts if row["code"] == "mm-border-myawaddy")
    policy = town.house.policies.office("mm-border-myawaddy")
    assert (myawaddy["basis"], myawaddy["note"], myawaddy["sources"]) == (
        policy.basis.value, policy.note, list(policy.sources),
    )  # fmt: skip
    assert {(row["country"], row["kind"]) for row in posts} == {("MM", "border")}
    assert get(town, "/directory/offices?kind=castle")["items"] == []
    for wrong in ("country=Myanmar", "limit=0", "cursor=x"):
        assert town.get(town.th["supervisor"], f"/directory/offices?{wrong}").status_code == 422


def test_an_office_that_no_policy_knows_is_listed_without_a_basis(town: Town) -> None:
    with writing(town.house.db) as session:
        row = {
            "id": new_id(), "code": "th-aaa", "country": "TH", "organisation": "o", "name": "New post",
            "kind": "border", "level": "local", "national_focal_point": False,
        }  # fmt: skip
        session.execute(insert(Office), row)
    first = get(town, "/directory/offices?country=TH&limit=1")
    assert (first["items"][0]["code"], first["items"][0]["basis"]) == ("th-aaa", None)
    second = get(town, f"/directory/offices?country=TH&limit=1&cursor={first['next']}")
    assert second["items"][0]["code"] > "th-aaa"


def test_where_people_live_is_not_looked_up_from_abroad(town: Town) -> None:
    own = get(town, "/directory/offices?country=TH&kind=shelter")["items"]
    assert "th-shelter-tak" in {row["code"] for row in own}
    abroad = town.get(town.mm["national_focal_point"], "/directory/offices?country=TH&limit=100").json()["items"]
    assert abroad and "shelter" not in {row["kind"] for row in abroad}


def test_border_points_with_the_office_on_each_side(town: Town) -> None:
    points = get(town, "/directory/border-points?country=MM")["items"]
    found = next(each for each in points if each["code"] == "mae-sot-myawaddy")
    assert (found["corridor"], found["offices"]) == ("th-mm", {"TH": "th-border-mae-sot", "MM": "mm-border-myawaddy"})
    assert (found["basis"], found["sources"]) == ("sourced", ["MRW-2019"])
    everywhere = get(town, "/directory/border-points")["items"]
    assert len(everywhere) > len(points)


def test_a_corridor_in_either_order_with_clocks_meetings_and_conflicts(town: Town) -> None:
    found = get(town, "/directory/corridors/TH/MM")
    assert found == get(town, "/directory/corridors/MM/TH")
    assert (found["key"], found["is_default"], found["as_of"]) == ("th-mm", False, "2026-11-23")
    assert [each["source"]["id"] for each in found["instruments"]] == [
        "TH-MM-MOU-2009",
        "TH-MM-SOP-2013",
        "TH-MM-SOP-2017",
    ]
    assert found["instruments"][0]["from"] == "2009-04-24"
    assert set(found["clocks"]) == set(CORRIDOR_CLOCKS)
    tracing = found["clocks"]["tracing"]
    assert (tracing["value"], tracing["unit"], tracing["basis"]) == (45, "days", "default") and tracing["note"]
    receipt = found["clocks"]["receipt"]
    assert [source["id"] for source in receipt["sources"]] == ["WM-CUSTODY"]
    meeting = next(each for each in found["meetings"] if each["kind"] == "case_management")
    assert meeting["every_months"] == 8 and len(meeting["conflicts"]) == 2
    assert list(found["escalation"])[0] == "reminder"
    assert "identity" not in found["disclosure"]["offer"] and "identity" in found["disclosure"]["after_acknowledgement"]


def test_only_what_is_in_force_on_the_day(town: Town) -> None:
    town.clock.set(datetime(2012, 5, 1, tzinfo=UTC))
    found = get(town, "/directory/corridors/TH/MM")
    assert [each["source"]["id"] for each in found["instruments"]] == ["TH-MM-MOU-2009"]
    rows = {row["key"]: row for row in get(town, "/directory/corridors")["items"]}
    assert rows["th-mm"]["in_force"] == ["TH-MM-MOU-2009"]


def test_a_pair_without_a_text_of_its_own_rests_on_the_regional_floor(town: Town) -> None:
    found = get(town, "/directory/corridors/MM/LA")
    assert found["is_default"] is True and sorted(found["countries"]) == ["LA", "MM"]
    assert [each["source"]["id"] for each in found["instruments"]] == ["COMMIT-MOU-2004"]


@pytest.mark.parametrize("pair", ["TH/TH", "TH/FR", "XX/YY"])
def test_no_such_pair(town: Town, pair: str) -> None:
    assert town.get(town.th["supervisor"], f"/directory/corridors/{pair}").status_code == 404
