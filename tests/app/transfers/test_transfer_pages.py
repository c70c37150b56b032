"""The same through the pages: asked on the case, answered by the other office, and taken over or shared."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.access.browser import Browser
from tests.app.transfers.test_transfers import NAME, OTHER, a_case, agree
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import path_of, posted


@pytest.fixture
def there(town: Town) -> Worker:
    """A case manager of the other office."""
    return add_user(town.house, OTHER, "case_manager")


def asked_on_the_page(town: Town, case_id: str, what: str, groups: list[str]) -> Any:
    manager = browser_at(town, town.th["case_manager"])
    page = f"{path_of(town, case_id)}/steps/transfer/request_transfer"
    shown = manager.get(page)
    assert shown.status_code == 200, shown.text
    fields = posted(town, "transfer_request", what=what, to_office=OTHER, data_groups=groups)
    answer = manager.post(page, manager.form(page).fields | fields)
    assert answer.status_code == 303, answer.text
    return manager


def _send(browser: Browser, page: str, action: str, **typed: str) -> Any:
    assert browser.get(page).status_code == 200
    return browser.post(action, browser.form(action).fields | typed)


def _only(browser: Browser) -> str:
    found = browser.get("/transfers").text
    return "/transfers/" + found.partition('href="/transfers/')[2].partition('"')[0]


def test_a_case_is_handed_on_at_the_desk(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    asked_on_the_page(town, case_id, "take_over", ["needs", "language"])
    them = browser_at(town, there)
    assert "1 request waits for an answer of your office" in them.get("/").text
    page = _only(them)
    seen = them.get(page).text
    assert "Take the case over" in seen
    assert NAME not in seen
    assert path_of(town, case_id) not in seen
    refused = _send(them, page, f"{page}/decline")
    assert refused.status_code == 422, "nobody declines without a reason"
    assert "Choose an answer." in refused.text
    assert _send(them, page, f"{page}/take-over", user_id=there.id).status_code == 303
    assert them.get(path_of(town, case_id)).status_code == 200
    assert path_of(town, case_id) in them.get(page).text
    us = browser_at(town, town.th["case_manager"])
    assert us.get(path_of(town, case_id)).status_code == 404
    kept = us.get(page).text
    assert "What your office may see" in kept
    assert "Taken over" in us.get("/transfers").text
    assert cases.facts_of(town.house, case_id).office == OTHER


def test_a_share_is_read_with_a_reason_and_ends_at_once(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    asked_on_the_page(town, case_id, "service", ["needs", "identity"])
    them = browser_at(town, there)
    page = _only(them)
    assert _send(them, page, f"{page}/accept").status_code == 303
    shown = them.get(page).text
    assert "Show who the person is" in shown
    assert NAME not in shown
    assert _send(them, f"{page}/person", f"{page}/person", reason="short").status_code == 422
    told = _send(them, f"{page}/person", f"{page}/person", reason="She comes to us at ten today.")
    assert told.status_code == 200, told.text
    assert NAME in told.text
    assert them.get(path_of(town, case_id)).status_code == 404
    consents = browser_at(town, town.th["social_worker"]).get(f"{path_of(town, case_id)}/consents").text
    assert town.house.policies.office(OTHER).name in consents
    record = form(town.house, "consent_withdrawal", purposes=["assistance"])
    cases.add(town.house, town.th["social_worker"], case_id, "consent_withdrawal", **record)
    gone = them.get(page).text
    assert "Show who the person is" not in gone
    assert them.get(f"{page}/person").text.count(NAME) == 0
