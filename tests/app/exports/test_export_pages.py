"""Lists of cases and approvals through pages: asked for a purpose, taken as a file, decided by a second person."""

from __future__ import annotations

from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.gates.town_forms import reference_of

TYPED = {"purpose": "ministry_report", "note": "For the committee on Friday.", "who": "all", "stage": ""}


def test_a_short_list_is_asked_for_and_taken(town: Town) -> None:
    reference = reference_of(town, cases.bring_case(town.house, town.th, "sheltered"))
    stale = browser_at(town, town.th["supervisor"]).get("/reports/exports")
    assert stale.headers["location"].startswith("/step-up")
    browser = browser_at(town, town.th["supervisor"], fresh=True)
    browser.get("/reports/exports")
    fields = {name: value for name, value in browser.form("/reports/exports").fields.items() if name != "mine"}
    wrong = browser.post("/reports/exports", fields | TYPED | {"note": "short"})
    assert wrong.status_code == 422 and "There is a problem" in wrong.text
    asked = browser.post("/reports/exports", fields | TYPED)
    assert asked.status_code == 303, asked.text
    again = browser.post("/reports/exports", fields | TYPED)
    assert again.headers["location"] == asked.headers["location"], "sent twice, asked once"
    page = browser.follow().text
    assert "Ready" in page and "3 times left" in page and reference not in page
    file = browser.get(f"{asked.headers['location']}/file")
    assert reference in file.text and file.headers["content-type"].startswith("text/csv")
    assert browser_at(town, town.th["national_focal_point"]).get(asked.headers["location"]).status_code == 404
    assert browser_at(town, town.th["social_worker"]).get("/reports/exports").status_code == 403
