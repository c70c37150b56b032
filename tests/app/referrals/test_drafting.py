"""Writing a referral: who may, about whom, to whom, and what the draft knows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories import cases, referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

BODY = {"to_country": "MM", "border_point": "mae-sot-myawaddy", "note": "She asked twice when she can go home."}


def path(case_id: str) -> str:
    return f"/cases/{case_id}/referrals"


def test_a_draft_stays_at_home_and_asks_for_approval(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    answer = town.post(town.th["case_manager"], path(case_id), BODY)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert re.fullmatch(r"TH-MM-2026-[2-9A-Z]{6}", made["reference"])
    assert (made["state"], made["side"], made["pen"], made["our_turn"]) == ("draft", "sender", "sender", True)
    assert (made["from_country"], made["to_country"], made["border_point"]) == ("TH", "MM", "mae-sot-myawaddy")
    assert made["facts"]["receiver_office"] == "mm-dor"
    assert made["facts"]["drafted_by"] == town.th["case_manager"].id
    assert (made["clock"]["task"], made["clock"]["role"]) == ("approve_referral", "supervisor")
    assert made["case_id"] == case_id
    assert "Thailand is responsible" in made["custody_sentence"]
    assert made["receipts"]["sent"] == 0
    row = referrals.row_of(town.house, made["id"])
    assert row.border_office_id == town.offices["th-border-mae-sot"]
    assert cases.facts_of(town.house, case_id).open_referrals == 1
    assert cases.facts_of(town.house, case_id).referral_state == "draft"
    assert town.get(town.mm["national_focal_point"], "/referrals").json()["items"] == []


def test_the_note_is_sealed_and_only_for_those_who_see_narrative(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    made = town.post(town.th["case_manager"], path(case_id), BODY).json()
    for role, shown in (("case_manager", BODY["note"]), ("supervisor", None)):
        entries = town.get(town.th[role], f"/referrals/{made['id']}/timeline").json()["items"]
        assert (entries[0]["kind"], entries[0]["step"]) == ("opened", "draft")
        assert entries[0]["note"] == shown
    with reading(town.house.db) as session:
        dump = "".join(str(row) for row in session.connection().exec_driver_sql("SELECT * FROM history_entry"))
    assert "asked twice" not in dump


def test_a_second_open_referral_to_the_same_country_is_refused_with_its_reason(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    manager = town.th["case_manager"]
    first = town.post(manager, path(case_id), BODY).json()
    again = town.post(manager, path(case_id), BODY)
    assert again.status_code == 409
    told = again.json()
    assert [each["code"] for each in told["refusals"]] == ["referral_is_open"]
    assert first["reference"] in told["refusals"][0]["missing"]
    assert told["refusals"][0]["sources"][0]["id"] == "WM-PROTOCOL"
    assert town.post(manager, path(case_id), {"to_country": "LA"}).status_code == 201
    cancelled = town.post(
        manager, f"/referrals/{first['id']}/steps/cancel", {"seen_version": 1, "given": {"reason": "other"}}
    )
    assert cancelled.status_code == 200, cancelled.text
    assert town.post(manager, path(case_id), BODY).status_code == 201


def test_a_repeated_request_writes_one_draft(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    first, again = (town.post(town.th["case_manager"], path(case_id), BODY, key="k") for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert len(town.get(town.th["case_manager"], "/referrals").json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to_country": "TH"}, "to_country"),
        ({"to_country": "FR"}, "to_country"),
        ({"to_country": "Myanmar"}, "to_country"),
        ({}, "to_country"),
        ({"to_country": "MM", "border_point": "nong-khai-vientiane"}, "border_point"),
        ({"to_country": "MM", "receiver_office": "la-mlsw"}, "receiver_office"),
        ({"to_country": "MM", "receiver_office": 7}, "receiver_office"),
        ({"to_country": "MM", "name": "Mya"}, "name"),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(town: Town, body: dict[str, Any], field: str) -> None:
    case_id = cases.bring_case(town.house, town.th, "reported")
    answer = town.post(town.th["case_manager"], path(case_id), body)
    assert answer.status_code == 422, answer.text
    assert any(field in str(each) for each in answer.json()["errors"])
    assert "Mya" not in answer.text.replace("Myanmar", "")


def test_only_who_sees_the_case_and_may_write_referrals(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "reported")
    stranger = add_user(town.house, "th-datip", "case_manager")
    unknown = "00000000-0000-4000-8000-000000000000"
    same = [
        town.post(stranger, path(case_id), BODY),
        town.post(stranger, path(unknown), BODY),
        town.post(stranger, path("no-id"), BODY),
        town.post(town.mm["case_manager"], path(case_id), BODY),
    ]
    assert {(answer.status_code, answer.content) for answer in same} == {(404, same[0].content)}
    assert town.post(None, path(case_id), BODY).status_code == 401
    refused = town.post(town.th["shelter_manager"], path(case_id), BODY)
    assert (refused.status_code, refused.json()["permission"]) == (403, "referral:draft")


def test_no_referral_about_a_closed_case(town: Town) -> None:
    from sqlalchemy import select, update

    from app.casework.facts import case_facts_from, stored
    from app.casework.held import CASE, FACTS

    case_id = cases.bring_case(town.house, town.th, "reported")
    with writing(town.house.db) as session:
        facts = case_facts_from(session.execute(select(FACTS.c.facts).where(FACTS.c.case_id == case_id)).scalar_one())
        closed = {"facts": stored(facts).replace('"care":"intake"', '"care":"closed"')}
        session.execute(update(FACTS).where(FACTS.c.case_id == case_id).values(closed))
        session.execute(update(CASE).where(CASE.c.id == case_id).values(care="closed"))
    answer = town.post(town.th["case_manager"], path(case_id), BODY)
    assert answer.status_code == 409
    assert [each["code"] for each in answer.json()["refusals"]] == ["case_is_open"]
