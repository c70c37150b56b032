"""Every further table through the JSON door: its unit, its day, and what it keeps apart."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.casework.held import CASE
from policies.reports import PopulationFigure
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.towns import Town
from tests.inspect import tampering, writing

YEAR = 2026


def read(town: Town, report: str, period: str = str(YEAR), role: str = "national_focal_point", side: str = "th") -> Any:
    answer = town.get(getattr(town, side)[role], f"/statistics/{report}?period={period}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def cells(found: Any) -> dict[tuple[str, ...], int]:
    return {tuple(each["key"][name] for name in found["dimensions"]): each["count"] for each in found["cells"]}


def test_who_was_identified_by_whom_and_who_was_not(town: Town) -> None:
    cases.bring_case(town.house, town.th, "identified")
    cases.bring_case(town.house, town.th, "presumed")
    cases.open_case(town.house, town.th["social_worker"], source="hotline")
    funnel = read(town, "identification")
    assert funnel["unit"] == "person"
    assert cells(funnel) == {
        ("hotline", "reported"): 1, ("social_service", "identified"): 1, ("social_service", "presumed"): 1,
    }  # fmt: skip
    decided = read(town, "decisions")
    authority = town.house.policies.countries["TH"].competent_authority.office
    assert (decided["unit"], cells(decided)) == ("decision", {(authority, "identified"): 1})
    markers = read(town, "markers", f"{YEAR - 3}..{YEAR}")
    assert {key[0] for key in cells(markers)} == {str(YEAR)} and markers["total"] == 3


def test_a_rate_is_told_only_where_somebody_said_how_many_people_there_are(town: Town) -> None:
    cases.bring_case(town.house, town.th, "identified")
    without = read(town, "sdg-16-2-2")
    assert without["per"]["people"] is None and "policies/population.yaml" in without["per"]["says"]
    assert [each["rate"] for each in without["cells"]] == [None] and without["total"] == 1
    policies = town.house.policies
    before = policies.population
    figure = PopulationFigure(year=YEAR, people=200_000, says="A statistics office")
    object.__setattr__(policies, "population", {"TH": (figure,)})
    try:
        with_people = read(town, "sdg-16-2-2")
    finally:
        object.__setattr__(policies, "population", before)
    assert with_people["per"] == {"people": 200_000, "says": "A statistics office"}
    assert (with_people["cells"][0]["rate"], with_people["total_rate"]) == (0.5, 0.5)


def test_nationals_abroad_are_counted_where_they_were_exploited(town: Town) -> None:
    worker = town.th["social_worker"]
    for there in ("JP", "JP", "BH", "unknown", "TH"):
        cases.open_case(town.house, worker, nationality="TH", exploited_in=there)
    cases.open_case(town.house, worker, nationality="MM", exploited_in="JP")
    assert cells(read(town, "abroad")) == {("BH", str(YEAR)): 1, ("JP", str(YEAR)): 2}
    sent = {"source": "embassy", "child": False, "age_band": "18+", "nationality": "TH", "exploited_in": "JP"}
    opened = town.post(worker, "/cases", sent)
    assert opened.status_code == 201, opened.text
    assert opened.json()["facts"]["exploited_in"] == "JP"
    assert cells(read(town, "abroad"))["JP", str(YEAR)] == 3
    assert town.post(worker, "/cases", {**sent, "exploited_in": "Japan"}).status_code == 422


def test_a_return_that_no_referral_brought_is_told_with_the_case(town: Town) -> None:
    worker = town.mm["social_worker"]
    sent = {
        "source": "other_country", "child": False, "age_band": "18+", "sex": "F", "nationality": "MM",
        "channel": "government", "returned_from": "CN", "returned_on": f"{YEAR}-03-09",
    }  # fmt: skip
    opened = town.post(worker, "/cases", sent)
    assert opened.status_code == 201, opened.text
    assert (opened.json()["facts"]["returned_from"], opened.json()["facts"]["returned_on"]) == ("CN", f"{YEAR}-03-09")
    by_boat = {**sent, "channel": "iom", "returned_from": "ID"}
    assert town.post(worker, "/cases", by_boat).status_code == 201
    referrals.bring_referral(town.house, town.th, town.mm, "received", channel="return")
    assert cells(read(town, "returns", side="mm")) == {
        ("CN", "MM", str(YEAR), "F", "18+"): 1, ("TH", "MM", str(YEAR), "F", "18+"): 1,
    }  # fmt: skip
    assert cells(read(town, "returns", str(YEAR - 1), side="mm")) == {}
    for wrong, field in (
        ({"returned_on": None}, "returned_on"), ({"returned_from": None}, "returned_from"),
        ({"returned_from": "MM"}, "returned_from"), ({"returned_on": f"{YEAR + 1}-01-01"}, "returned_on"),
        ({"channel": "shelter"}, "channel"), ({"returned_from": "China"}, "returned_from"),
    ):  # fmt: skip
        refused = town.post(worker, "/cases", {**sent, **wrong})
        assert refused.status_code == 422, wrong
        assert field in {each["field"] for each in refused.json()["errors"]}, wrong


def test_a_sealed_case_is_counted_for_nobody_who_is_not_named(town: Town) -> None:
    """What needs nothing of the case itself leaves sealed cases out by their ids: the same people as by their rows."""
    worker = town.th["social_worker"]
    day = town.clock.now().date().isoformat()
    for sex in ("F", "M", "M"):
        cases.open_case(town.house, worker, sex=sex)
    hidden = cases.open_case(town.house, worker, sex="F")
    before = (read(town, "in-care", day)["total"], read(town, "identification")["total"])
    with tampering(town.house.db) as session:
        session.execute(CASE.update().where(CASE.c.id == hidden).values(sealed=True))
    assert before == (4, 4)
    assert (read(town, "in-care", day)["total"], read(town, "identification")["total"]) == (3, 3)


def test_open_cases_are_those_of_the_day(town: Town) -> None:
    worker = town.th["social_worker"]
    cases.open_case(town.house, worker, opened_on=date(YEAR, 3, 1))
    cases.open_case(town.house, worker, opened_on=date(YEAR, 6, 1), care="closed", sex="M")
    assert [read(town, "in-care", f"{YEAR}-0{month}-15")["total"] for month in (2, 5, 7)] == [0, 1, 2]
    wrong = town.get(town.th["analyst"], "/statistics/in-care?period=2026")
    assert wrong.status_code == 422 and "2017-06-30" in wrong.json()["errors"][0]["rule"]
    # Whoever may not open the cases could take one day from the next.
    today = town.house.policies.day("TH", town.clock.now()).isoformat()
    days = (today, f"{YEAR - 1}-12-31", f"{YEAR}-05-15", f"{YEAR}-05-16")
    asked = [town.get(town.th["analyst"], f"/statistics/in-care?period={day}").status_code for day in days]
    assert asked == [200, 200, 422, 422]


def test_a_person_with_two_cases_in_a_year_is_one_person(town: Town) -> None:
    worker = town.th["social_worker"]
    first = cases.bring_case(town.house, town.th, "sheltered")
    sent = {"source": "police", "child": False, "age_band": "18+", "sex": "F", "nationality": "MM",
            "previous_case_id": first}  # fmt: skip
    assert town.post(worker, "/cases", sent).status_code == 201
    assert read(town, "identification")["total"] == 1
    assert read(town, "in-care", town.clock.now().date().isoformat())["total"] == 2
    # In another year the same person is counted again: they came again.
    town.clock.advance(timedelta(days=400))
    assert town.post(worker, "/cases", {**sent, "channel": "shelter"}).status_code == 201
    assert read(town, "identification", str(YEAR + 1))["total"] == 1
    # Side by side the years say what each says alone: a difference would tell who came again.
    together, alone = read(town, "markers", f"{YEAR}..{YEAR + 1}"), read(town, "markers", str(YEAR + 1))
    assert together["total"] == 2
    assert {key: n for key, n in cells(together).items() if key[0] != str(YEAR)} == cells(alone)
    # A case in another office takes nobody out of the figures of this one.
    with writing(town.house.db) as session:
        session.execute(update(CASE).where(CASE.c.id == first).values(office_id=town.offices["th-datip"]))
    assert read(town, "identification", role="supervisor")["total"] == 1
    assert read(town, "identification")["total"] == 1
    # Nor does one behind a wall, for those who are not told of it: that person counts by the other case.
    with tampering(town.house.db) as session:
        session.execute(update(CASE).where(CASE.c.id == first).values(sealed=True))
    assert read(town, "identification")["total"] == 1


def test_referrals_stand_by_corridor_and_by_why_they_were_declined(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    refused = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    referrals.take(
        town.house, town.mm["national_focal_point"], refused.arrived, "decline",
        form(town.house, "suggestion"), given={"reason": "no_capacity"},
    )  # fmt: skip
    referrals.post(town.house)
    for side in ("th", "mm"):
        found = read(town, "corridors", side=side)
        reasons = {key[3] for key in cells(found) if key[2] == "declined"}
        assert found["unit"] == "referral" and found["total"] == 2 and reasons - {""} and len(reasons) == 1, side
        assert cells(found)["TH", "MM", "acknowledged", ""] == 1


def test_claims_are_counted_by_kind_forum_and_state(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    officer = town.th["legal_officer"]
    for filed in (True, False):
        made = cases.take(town.house, officer, case_id, "prepare_remedy", form(town.house, "remedy_preparation"))
        if filed:
            filing = form(town.house, "remedy_filing")
            cases.take(town.house, officer, case_id, "file_remedy", filing, matter_id=made.matter_id)
    found = read(town, "remedies")
    assert found["unit"] == "claim" and found["total"] == 2
    assert {(key[1], key[2]) for key in cells(found)} == {
        ("labour_inspectorate", "filed"), ("unknown", "preparing"),
    }  # fmt: skip


@one_engine
@pytest.mark.parametrize("report", ["th-shelters", "returns", "abroad", "corridors", "remedies", "sdg-16-2-2"])
def test_a_table_of_nobody_is_told_as_such(town: Town, report: str) -> None:
    found = read(town, report, "1999")
    assert (found["cells"], found["margins"], found["total"]) == ([], [], 0)
