"""Rows of a file are kept no longer as soon as whoever brought it along says so; what came in stays."""

from __future__ import annotations

from sqlalchemy import select

from app.models.job import CaseImport
from tests.app.imports.registers import (
    FIRST,
    SECOND,
    WHY,
    asked_of_two,
    bring_along,
    checked,
    come_in,
    report,
    table,
    worked,
)
from tests.app.imports.test_imports import how_many
from tests.factories.approvals import decide, step_up
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading


def kept(town: Town) -> list[bool]:
    with reading(town.house.db) as session:
        return [sealed is not None for (sealed,) in session.execute(select(CaseImport.sealed))]


def test_rows_are_thrown_away_at_once_and_the_report_stays(town: Town) -> None:
    who = town.th["case_manager"]
    found = checked(town, who, table(FIRST, SECOND))
    path = f"/imports/{found['id']}"
    assert found["rows_kept"] and kept(town) == [True]
    for other in (town.th["shelter_manager"], town.mm["case_manager"]):
        assert town.post(other, f"{path}/throw-away").status_code == 404
    gone = town.post(who, f"{path}/throw-away")
    assert gone.status_code == 200, gone.text
    assert (gone.json()["state"], gone.json()["rows_kept"], kept(town)) == ("gone", False, [False])
    assert len(report(town, who, found["id"])) == 2 and how_many(town) == 0
    assert town.post(who, f"{path}/throw-away").json()["code"] == "import_over"
    step_up(town, who)
    assert town.post(who, f"{path}/start", {"why": WHY}).status_code == 409
    assert [each.subject_id for each in town.looks("import_thrown_away")] == [found["id"]]


def test_a_trial_run_is_stopped_with_it_and_cases_that_come_in_are_not(town: Town) -> None:
    who = town.th["case_manager"]
    asked = bring_along(town, who, table(FIRST)).json()
    gone = town.post(who, f"/imports/{asked['id']}/throw-away").json()
    assert (gone["state"], gone["check"]["state"]) == ("gone", "cancelled")
    found = checked(town, who, table(FIRST))
    step_up(town, who)
    assert town.post(who, f"/imports/{found['id']}/start", {"why": WHY}).status_code == 200
    refused = town.post(who, f"/imports/{found['id']}/throw-away")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_coming_in")
    worked(town)
    assert how_many(town) == 1
    assert town.post(who, f"/imports/{found['id']}/throw-away").json()["code"] == "import_over"
    assert come_in(town, who, table(FIRST))["bring"]["counts"] == {"known": 1}


def test_what_a_second_person_was_asked_for_is_gone_as_well(town: Town) -> None:
    who, second = town.th["case_manager"], town.th["supervisor"]
    asked = asked_of_two(town, who, second)
    assert town.post(who, f"/imports/{asked['id']}/throw-away").json()["state"] == "gone"
    approval = asked["approval"]["id"]
    assert town.get(who, f"/approvals/{approval}").json()["state"] == "withdrawn"
    assert decide(town, second, approval).status_code == 409
    worked(town)
    assert how_many(town) == 0


def test_the_page_has_a_button_for_it(town: Town) -> None:
    who = town.th["case_manager"]
    found = checked(town, who, table(FIRST))
    browser = browser_at(town, who)
    path = f"/reports/imports/{found['id']}"
    assert "Throw the rows away" in browser.get(path).text
    done = browser.post(f"{path}/throw-away", browser.form(f"{path}/throw-away").fields)
    assert done.status_code == 303, done.text
    page = browser.get(path).text
    assert "The rows of the file are not kept any more" in page and "Throw the rows away" not in page
