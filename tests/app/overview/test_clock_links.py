"""Where the page of a case leads to the clock of a duty: only where something can be done with it."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.casework.tasks import TABLE
from tests.app.overview.test_work_pages import reference
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading


def tasks(town: Town, case_id: str) -> dict[str, str]:
    """Kind -> id of the open tasks of a case."""
    query = select(TABLE.c.kind, TABLE.c.id).where(TABLE.c.case_id == case_id, TABLE.c.state != "done")
    with reading(town.house.db) as session:
        return {kind: task_id for kind, task_id in session.execute(query)}


def test_a_clock_is_offered_where_it_can_stand_run_again_or_run_longer(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    lawyer, manager = town.th["legal_officer"], town.th["case_manager"]
    cases.add(town.house, lawyer, case_id, "permit", valid_until=day(town.house, 42))
    cases.add(town.house, town.th["social_worker"], case_id, "care_plan", review_on=day(town.house, 20))
    begun = form(town.house, "remedy_preparation", file_before=day(town.house, 5))
    cases.take(town.house, manager, case_id, "prepare_remedy", begun)
    known = tasks(town, case_id)
    browser, path = browser_at(town, manager), f"/cases/{reference(town, case_id)}"

    def offered() -> set[str]:
        found = set(re.findall(r'href="/tasks/([^/"]+)/clock"', browser.get(path).text))
        return {kind for kind, task_id in known.items() if task_id in found}

    dated, never, ours = {"renew_permit", "file_remedy"}, {"end_of_reflection"}, {"review_care_plan", "reassess_needs"}
    assert ours <= offered() and not (dated | never) & offered(), "a court and the end of a paper wait for nobody"
    for kind in dated | never:
        assert town.post(manager, f"/tasks/{known[kind]}/stop", {"cause": "person_unwell"}).status_code == 409
    # Stopped as often as rules allow it runs, and is not offered to be stopped once more.
    task = known["review_care_plan"]
    for _ in range(town.house.policies.clocks.most_stops):
        assert town.post(manager, f"/tasks/{task}/stop", {"cause": "person_unwell"}).status_code == 200
        assert "review_care_plan" in offered(), "it can run again"
        assert town.post(manager, f"/tasks/{task}/resume", {}).status_code == 200
    assert "review_care_plan" not in offered()
    # While the person is missing nobody lets it run.
    cases.add(town.house, town.th["social_worker"], case_id, "circumstances", asylum_claim=None, missing=True)
    assert offered() == set()
