"""Requests for services on the pages of a case: asked, answered, followed; blocked and stale as every other step."""

from __future__ import annotations

import re

from tests.app.overview.test_case_pages import case_at, filled, reference
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.towns import Town


def test_a_request_goes_its_way_by_buttons(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering")
    ask = f"{path}/steps/service/request_service"
    assert ask in browser.get(f"{path}/needs").text
    page = browser.get(ask).text
    assert "What is the provider asked to do?" in page and "Blocked" not in page
    # Without the person's yes it is refused with the source, and what was typed stays.
    no = filled(town, "service_request", person_agrees=False)
    refused = browser.send(ask, **no)
    assert refused.status_code == 409
    assert "has not agreed to this service" in refused.text and "A first check by a nurse" in refused.text
    answer = browser.send(ask, **filled(town, "service_request"))
    assert answer.status_code == 303, answer.text
    matter = re.search(rf"{path}/matters/[0-9a-f-]+", answer.headers["location"])
    page = browser.follow().text
    assert matter is not None and "Health" in page and "Asked" in page
    decline = f"{matter[0]}/steps/decline_service"
    assert decline in page
    browser.get(decline)
    assert browser.send(decline).status_code == 422
    assert browser.send(decline, **{"given-reason": "no_capacity"}).status_code == 303
    said = browser.get(matter[0]).text
    assert "No capacity now" in said and "Declined" in said and "Open the form" in said
    # The duty that follows leads straight to the act that ends it.
    assert f"{matter[0]}/steps/ask_elsewhere" in browser.get(path).text
    elsewhere = f"{matter[0]}/steps/ask_elsewhere"
    browser.get(elsewhere)
    assert browser.send(elsewhere, **filled(town, "service_request", provider_office="th-mdt")).status_code == 303
    stale = browser.get(f"{matter[0]}/steps/accept_service")
    fields = browser.form(f"{matter[0]}/steps/accept_service").fields
    cases.add(town.house, town.th["case_manager"], case_id, "wish")
    assert stale.status_code == 200
    assert browser.post(f"{matter[0]}/steps/accept_service", fields).status_code == 409
    browser.get(f"{matter[0]}/steps/accept_service")
    assert browser.send(f"{matter[0]}/steps/accept_service").status_code == 303
    assert "Accepted" in browser.get(f"{path}/needs").text
    assert "Another provider asked" in browser.get(f"{path}/timeline").text


def test_who_does_not_see_the_plan_sees_no_request_and_work_leads_to_it(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    made = cases.take(
        town.house, town.th["social_worker"], case_id, "request_service", form(town.house, "service_request")
    )
    path = f"/cases/{reference(town, case_id)}/matters/{made.matter_id}"
    page = browser_at(town, town.th["shelter_manager"]).get(path)
    assert page.status_code == 200 and "Your role does not open this" in page.text and "Health" not in page.text
    worker = browser_at(town, town.th["social_worker"])
    assert path in worker.get("/").text
    assert "not possible from where" in worker.get(f"{path}/steps/complete_service").text
    assert worker.get(f"/cases/{reference(town, case_id)}/matters/none").status_code == 404
