"""Figures: exact for the published tables, each person once, and no figure that betrays somebody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from app.casework.counted import copy_columns
from app.casework.facts import case_facts_from, referral_facts_from, stored
from app.casework.held import FACTS, REFERRAL, fact_columns
from app.statistics.tables import returns_table, shelter_table
from tests.factories import cases, referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading, tampering, writing
from workflows.facts import PlacementFacts

YEAR = 2026


def admitted(town: Town, count: int = 1, worker: str = "social_worker", **facts: Any) -> None:
    """People in the shelter group with a place of stay."""
    for _ in range(count):
        place = PlacementFacts(date(YEAR, 11, 1), "shelter_government", True)
        cases.open_case(town.house, town.th[worker], identity={}, placement=place, **facts)


def shelters(town: Town, country: str = "TH", year: int = YEAR) -> dict[Any, int]:
    with reading(town.house.db) as session:
        return shelter_table(session, town.house.policies, country, year)


def returns(town: Town, year: int = YEAR, **more: Any) -> dict[Any, int]:
    with reading(town.house.db) as session:
        return returns_table(session, town.house.policies, year, **more)


def table(town: Town, role: str, report: str = "th-shelters", year: int = YEAR) -> Any:
    answer = town.get(town.th[role], f"/statistics/{report}?year={year}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_shelter_table_counts_who_was_admitted_in_the_year(town: Town) -> None:
    admitted(town, 3)
    admitted(town, 2, sex="M", nationality="KH", exploitation="ForcedBegging", age_band="0-14", child=True)
    admitted(town, 1, opened_on=date(YEAR - 1, 12, 31))
    admitted(town, 1, opened_on=date(YEAR + 1, 1, 1))
    admitted(town, 4, channel="return")
    cases.open_case(town.house, town.th["social_worker"], identity={})
    assert shelters(town) == {
        ("KH", "ForcedBegging", "0-14", "M"): 2,
        ("MM", "ForcedLabour", "18+", "F"): 3,
    }
    assert sum(shelters(town, year=YEAR - 1).values()) == 1
    assert shelters(town, "MM") == {}


def test_a_person_who_moved_on_was_still_admitted(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    assert sum(shelters(town).values()) == 1
    with reading(town.house.db) as session:
        from sqlalchemy import select

        facts = case_facts_from(session.execute(select(FACTS.c.facts).where(FACTS.c.case_id == case_id)).scalar_one())
    assert facts.placement is not None
    moved = replace(facts, care="closed", placement=replace(facts.placement, kind="hospital"))
    with writing(town.house.db) as session:
        session.execute(update(FACTS).where(FACTS.c.case_id == case_id).values(**fact_columns(moved)))
    assert sum(shelters(town).values()) == 1


def test_the_return_table_counts_each_received_person_once(town: Town) -> None:
    adult = referrals.bring_referral(town.house, town.th, town.mm, "received", channel="return")
    child = referrals.bring_referral(
        town.house, town.th, town.mm, "in_reintegration", child=True, age_band="15-17", sex="M"
    )
    referrals.bring_referral(town.house, town.th, town.mm, "handed_over")
    expected = {("TH", "MM", "F", "18+"): 1, ("TH", "MM", "M", "0-17"): 1}
    assert returns(town) == expected
    assert returns(town, country="TH") == returns(town, country="MM") == expected
    assert returns(town, YEAR - 1) == returns(town, country="LA") == {}
    # By the channel of the sending country's case, where it is here.
    assert returns(town, channel="return") == {("TH", "MM", "F", "18+"): 1}
    assert returns(town, channel="shelter") == {("TH", "MM", "M", "0-17"): 1}
    # The receiving country's cases are of the channel "return" and never shelter figures.
    assert shelters(town, "MM") == {}
    with tampering(town.house.db) as session:
        session.execute(REFERRAL.delete().where(REFERRAL.c.id.in_([adult.sent_from, child.sent_from])))
    assert returns(town) == returns(town, channel="return") == expected


def test_a_return_belongs_to_the_year_of_the_receipt(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    for copy in (pair.sent_from, pair.arrived):
        facts = referral_facts_from(referrals.row_of(town.house, copy).facts)
        assert facts.receipt is not None and facts.schedule is not None
        earlier = replace(facts, receipt=replace(facts.receipt, on=date(2017, 6, 12)))
        with writing(town.house.db) as session:
            told = {"facts": stored(earlier), **copy_columns(earlier)}
            session.execute(update(REFERRAL).where(REFERRAL.c.id == copy).values(told))
    assert returns(town) == {}
    assert sum(returns(town, 2017).values()) == 1


def test_small_figures_are_for_those_who_may_open_the_cases(town: Town) -> None:
    admitted(town, 12)
    admitted(town, 2, sex="M")
    admitted(town, 3, sex="M", age_band="15-17", child=True)
    full = table(town, "national_focal_point")
    assert (full["total"], full["suppressed_cells"], full["smallest_cell"]) == (17, 0, 1)
    assert {(each["dimension"], each["value"]): each["count"] for each in full["margins"]} == {
        ("nationality", "MM"): 17, ("exploitation", "ForcedLabour"): 17, ("age_band", "15-17"): 3,
        ("age_band", "18+"): 14, ("sex", "F"): 12, ("sex", "M"): 5,
    }  # fmt: skip
    safe = table(town, "analyst")
    assert safe["smallest_cell"] == 5
    # 12 could be told only beside a total that leaves 5 for two cells: each of them would lie below the limit.
    assert {cell["count"] for cell in safe["cells"]} == {None} and safe["total"] is None
    assert {each["count"] for each in safe["margins"]} == {None}
    assert table(town, "data_protection_officer")["total"] == 17
    assert table(town, "auditor")["suppressed_cells"] == 3


@pytest.mark.parametrize(("small", "total"), [((4,), None), ((4, 4), 21), ((6, 4), None), ((5, 5), 23), ((), 13)])
def test_a_total_is_told_only_where_it_hides_enough(town: Town, small: tuple[int, ...], total: int | None) -> None:
    admitted(town, 13)
    for nationality, count in zip(("KH", "LA"), small, strict=False):
        admitted(town, count, nationality=nationality)
    assert table(town, "analyst")["total"] == total


def test_a_supervisor_counts_the_own_office(town: Town) -> None:
    admitted(town, 2)
    other = add_user(town.house, "th-datip", "social_worker")
    town.th["elsewhere"] = other
    admitted(town, 1, "elsewhere")
    assert table(town, "supervisor")["total"] == 2
    assert table(town, "national_focal_point")["total"] == 3


def test_a_table_says_what_it_is_and_that_it_was_read(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "received", channel="return")
    found = table(town, "national_focal_point", "returns")
    assert (found["unit"], found["what"]) == ("return", "persons received in the year")
    assert (found["counted_by"], found["channel"]) == ("received_on", ["government"])
    assert found["revision"]["number"] == 2 and found["sources"][0]["id"] == "MRW-2019"
    assert found["dimensions"] == ["from_country", "to_country", "year", "sex", "age_band"]
    assert found["cells"] == [
        {
            "key": {"from_country": "TH", "to_country": "MM", "year": "2026", "sex": "F", "age_band": "18+"},
            "count": 1,
            "suppressed": False,
            "rate": None,
        }
    ]
    assert found["as_of"].startswith("2026-11-23T02:00:00") and "Received is not identified" in found["note"]
    looks = town.looks("statistics_read")
    assert [(look.subject_id, json.loads(look.detail)["cells"]) for look in looks] == [("returns", 1)]


def test_who_may_open_a_table(town: Town) -> None:
    for path in ("/statistics", "/statistics/returns?year=2017"):
        assert town.get(None, path).status_code == 401
        assert town.get(town.th["social_worker"], path).status_code == 403
    names = {each["name"]: each["readable"] for each in town.get(town.th["analyst"], "/statistics").json()["items"]}
    assert names == dict.fromkeys(town.house.policies.reports, True)
    analyst = town.th["analyst"]
    assert town.get(analyst, "/statistics/unknown?year=2017").status_code == 404
    wrongs = ("", "?year=x", "?year=1900", "?year=99999", "?period=2017-Q1", "?period=2018..2015", "?period=1..9")
    for wrong in wrongs:
        assert town.get(analyst, f"/statistics/returns{wrong}").status_code == 422
    assert town.get(analyst, "/statistics/returns?year=2017").json()["total"] == 0
