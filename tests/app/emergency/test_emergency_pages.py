"""Emergency access through pages: opened with code and reason, shown above every page, ended, judged, answered."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.town_forms import reference_of

TYPED = {"why": "life_or_health", "reason": walls.REASON, "confirm": "yes"}


def test_it_is_opened_with_code_and_reason_and_stands_above_every_page(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    reference = reference_of(town, case_id)
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    stale = browser_at(town, opener).get("/emergency")
    assert stale.headers["location"].startswith("/step-up"), "before anything is typed"
    browser = browser_at(town, opener, fresh=True)
    browser.get("/emergency")
    unknown = browser.send("/emergency", **TYPED, reference="TH-2017-7F3K2QXB")
    assert unknown.status_code == 404 and walls.REASON in unknown.text and "TH-2017-7F3K2QXB" in unknown.text
    wordless = browser.send("/emergency", **{**TYPED, "reason": "x"}, reference=reference)
    assert wordless.status_code == 422 and "There is a problem" in wordless.text
    opened = browser.send("/emergency", **TYPED, reference=f" {reference.lower()} ")
    assert opened.status_code == 303 and opened.headers["location"] == f"/cases/{reference}", opened.text
    page = browser.get("/reports").text
    assert "! Emergency access" in page and reference in page and "to read only, until" in page
    line = browser.get(f"/cases/{reference}/timeline").text
    assert "line-emergency" in line and "Life or health is in danger" in line
    assert "seal the case" not in browser.get(f"/cases/{reference}/access").text.lower()
    browser.get("/emergency/mine")
    assert browser.send("/emergency/end").status_code == 303
    assert "The emergency access has ended." in browser.follow().text
    assert "! Emergency access" not in browser.last.text
    assert browser.get(f"/cases/{reference}/timeline").status_code == 404


def test_it_is_judged_in_three_clicks_and_a_question_is_answered(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    walls.open_in_emergency(town, opener, case_id)
    town.get(opener, f"/cases/{case_id}")
    reviewer = browser_at(town, town.th["supervisor"])
    reviewer.get("/reports")
    queue = reviewer.get("/reports/emergency").text
    assert "Still open" in queue
    path = "/reports/emergency/" + queue.partition('href="/reports/emergency/')[2].partition('"')[0]
    item = reviewer.get(path).text
    assert walls.REASON in item and "case page" in item and "Question" in item and ">Justified<" not in item
    empty = reviewer.send(path, verdict="question", comment="")
    assert empty.status_code == 422
    assert reviewer.send(path, verdict="question", comment="Why at night?").status_code == 303
    assert "The question was sent" in reviewer.follow().text and "Nothing waits for a review." in reviewer.last.text
    asked = browser_at(town, opener)
    assert "The reviewer asks" in asked.get("/emergency/mine").text
    assert asked.send("/emergency/answer", answer="short").status_code == 422
    assert asked.send("/emergency/answer", answer="The doctor asked for it.").status_code == 303


def test_only_reviewers_see_the_queue_and_nobody_judges_their_own(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    opener = add_user(town.house, "th-shelter-phitsanulok", "supervisor", "data_protection_officer")
    access = walls.open_in_emergency(town, add_user(town.house, "th-shelter-phitsanulok", "social_worker"), case_id)
    assert browser_at(town, town.th["social_worker"]).get("/reports/emergency").status_code == 403
    assert browser_at(town, town.mm["supervisor"]).get(f"/reports/emergency/{access}").status_code == 404
    town.clock.advance(timedelta(hours=3))
    page = browser_at(town, opener).get(f"/reports/emergency/{access}")
    assert page.status_code == 200 and ">Justified<" in page.text
    assert browser_at(town, town.th["administrator"]).get("/emergency").status_code == 403
