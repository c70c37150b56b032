"""Finding a case: by reference, by a name with a reason, and asking for one without learning whether it is there."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import select

from app.casework.held import CASE
from tests.app.access.browser import Browser
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading

REASON = "The hospital asks whether she is one of ours."
IDENTITY = {"given_names": "Nguyễn Thị", "family_name": "Đào", "other_names": ["ချောစု"]}


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r'href="/cases/([^"]+)"', answer.text.partition('id="found"')[2].partition("</section>")[0])


def search(browser: Browser, code: str) -> Any:
    browser.get("/search")
    return browser.send("/search", reference=code)


def test_a_reference_leads_to_its_case_however_it_was_typed(town: Town) -> None:
    case_id = cases.open_case(town.house, town.th["social_worker"])
    code = reference(town, case_id)
    browser = browser_at(town, town.th["social_worker"])
    for typed in (code, code.lower(), code.replace("-", " "), f"  {code}  "):
        assert search(browser, typed).headers["location"] == f"/cases/{code}"
    answer = search(browser, "Thandar Aung")
    assert answer.status_code == 422 and "A reference looks like" in answer.text


def test_unknown_and_unseen_are_one_page_and_asking_tells_nothing(town: Town) -> None:
    hidden = reference(
        town, cases.open_case(town.house, add_user(town.house, "th-shelter-phitsanulok", "social_worker"))
    )
    foreign = reference(town, cases.open_case(town.house, town.mm["social_worker"]))
    browser = browser_at(town, town.th["social_worker"])
    seen, told = set(), []
    for code in (hidden, foreign, "TH-2026-ABCDEFGH"):
        answer = search(browser, code)
        text = re.sub(r'value="[^"]*"', "", answer.text)
        seen.add((answer.status_code, text))
        assert browser.send("/search/ask").headers["location"] == "/search/asked"
        told.append(browser.follow().text)
    assert len(seen) == 1 and next(iter(seen))[0] == 404
    assert len({re.sub(r'value="[^"]*"', "", text) for text in told}) == 1
    notices = town.get(town.th["supervisor"], "/notices").json()["items"]
    assert {each["subject_id"] for each in notices} == {hidden, foreign, "TH-2026-ABCDEFGH"}
    assert {each["kind"] for each in notices} == {"access_wanted"}
    home = browser_at(town, town.th["supervisor"]).get("/").text
    assert "A colleague asks for access to a case." in home and hidden in home
    assert town.th["social_worker"].login.title() in home
    away = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    assert town.get(away, "/notices").json()["items"] == [], "the own office answers, not that of the case"


def test_a_name_finds_only_whole_parts_within_reach_and_with_a_reason(town: Town) -> None:
    worker = town.th["social_worker"]
    mine = cases.open_case(town.house, worker, identity=IDENTITY)
    cases.open_case(town.house, add_user(town.house, "th-shelter-phitsanulok", "social_worker"), identity=IDENTITY)
    browser = browser_at(town, worker)
    code = reference(town, mine)
    for typed, hits in (
        ("nguyen dao", [code]), ("Đào", [code]), ("DAO THI NGUYEN", [code]), ("ချောစု", [code]), ("Nguy", []),
        ("Dao Nguyen Van", []), ("Thandar", []),
    ):  # fmt: skip
        browser.get("/search")
        assert found(browser.send("/search/person", name=typed, reason=REASON)) == hits, typed
    assert "Đào" not in browser.last.text
    looks = town.looks("identity_searched")
    assert len(looks) == 7 and all("Dao" not in (look.detail or "") for look in looks)
    told = [json.loads(look.detail) for look in looks]
    assert sorted(each["found"] for each in told) == [0, 0, 0, 1, 1, 1, 1]
    # Of whom names were opened: of nobody where nobody's name meets what was typed.
    assert {each["compared"] for each in told if each["found"]} == {1}
    assert min(each["compared"] for each in told) == 0
    assert {look.subject_id for look in town.looks("identity_matched")} == {mine}
    last = town.get(worker, f"/cases/{mine}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"], last["note"]) == ("reveal", "search", REASON)


def test_without_a_reason_or_a_name_nothing_is_searched(town: Town) -> None:
    cases.open_case(town.house, town.th["social_worker"], identity=IDENTITY)
    browser = browser_at(town, town.th["social_worker"])
    for typed, field in (
        ({"name": "Đào", "reason": "short"}, "reason"), ({"name": " - ", "reason": REASON}, "name"),
        ({"name": "Đào", "reason": ""}, "reason"), ({"name": "Đào"}, "reason"),
    ):  # fmt: skip
        browser.get("/search")
        answer = browser.send("/search/person", **{"name": "", "reason": "", **typed})
        assert answer.status_code == 422 and f'id="wrong-{field}"' in answer.text, typed
    assert town.looks("identity_searched") == []


def test_who_uncovers_no_names_searches_none(town: Town) -> None:
    case_id = cases.open_case(town.house, town.th["social_worker"], identity=IDENTITY)
    browser = browser_at(town, town.th["supervisor"])
    page = browser.get("/search")
    assert "/search/person" not in page.text
    fields = browser.form("/search").fields | {"name": "Đào", "reason": REASON}
    del fields["reference"]
    answer = browser.post("/search/person", fields)
    assert answer.status_code == 403 and reference(town, case_id) not in answer.text
