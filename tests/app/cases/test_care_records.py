"""Needs that grow old, plans that are looked at again, leave to stay, and rules of contact: through both doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.app.access.world import one_engine
from tests.app.overview.test_case_pages import case_at, filled
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.towns import Town


def file(town: Town, case_id: str, kind: str, who: str = "case_manager", **changes: Any) -> Any:
    record = form(town.house, kind, **changes)
    body = {"record": record, "seen_version": cases.version_of(town.house, case_id)}
    return town.post(town.th[who], f"/cases/{case_id}/records/{kind}", body)


def due(town: Town, case_id: str) -> dict[str, list[str]]:
    """Kind -> the days by which its open tasks are due, as Thailand counts them."""
    found = town.get(town.th["supervisor"], f"/tasks?case_id={case_id}&state=open&limit=100").json()["items"]
    days: dict[str, list[str]] = {}
    for each in found:
        days.setdefault(each["kind"], []).append(each["due_at"][:10])
    return days


def newest(town: Town, case_id: str, kind: str) -> str:
    """The id of the newest record of a kind."""
    items = town.get(town.th["social_worker"], f"/cases/{case_id}/records").json()["items"]
    return [str(each["id"]) for each in items if each["kind"] == kind][-1]


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [each["code"] for each in answer.json()["refusals"]]


def step(town: Town, case_id: str, name: str, record: dict[str, Any]) -> Any:
    seen = cases.version_of(town.house, case_id)
    body = {"seen_version": seen, "record": record}
    return town.post(town.th["case_manager"], f"/cases/{case_id}/steps/{name}", body)


def test_an_assessment_that_is_out_of_date_stops_the_plan_of_return_until_it_is_made_again(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "identified")
    cases.name_manager(town.house, case_id, town.th)
    made = file(town, case_id, "needs_assessment", level=None, threats_degree="much", reassess_on=None)
    assert made.status_code == 201, made.text
    assert made.json()["record"]["body"]["result"] == "high", "what is kept is told, not what was sent"
    assert due(town, case_id)["reassess_needs"] == [day(town.house, 30)]
    low = file(town, case_id, "needs_assessment", level="low", threats_degree="acute")
    assert low.status_code == 422
    assert [each["field"] for each in low.json()["errors"]] == ["record.lower_reason"]
    town.clock.advance(timedelta(days=31))
    assert codes(step(town, case_id, "plan_return", form(town.house, "wish"))) == ["needs_are_up_to_date"]
    assert file(town, case_id, "needs_assessment", level=None, threats_degree="none").status_code == 201
    assert due(town, case_id)["reassess_needs"] == [day(town.house, 60)], "an earlier day than the usual one"
    assert step(town, case_id, "plan_return", form(town.house, "wish")).status_code == 200


@one_engine
def test_a_page_computes_the_level_and_says_it(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering", "case_manager")
    place = f"{path}/records/new/needs_assessment"
    browser.get(place)
    silent = {"health_degree": "no_wish_to_answer", "stigma_degree": "not_asked"}
    said = filled(town, "needs_assessment", level=None, health_degree=None, threats_degree="acute", silent=silent)
    assert browser.send(place, **said, **{"record-level": "medium"}).status_code == 422
    assert "Say why it is lower" in browser.last.text
    assert browser.send(place, **said, **{"record-level": ""}).status_code == 303, browser.last.text
    assert cases.facts_of(town.house, case_id).needs.level == "serious"  # type: ignore[union-attr]
    page = browser.get(f"{path}/records/{newest(town, case_id, 'needs_assessment')}").text
    assert "Level that the answers give" in page and "Serious" in page and "Does not want to answer" in page


@one_engine
def test_a_plan_has_goals_a_view_of_its_own_and_a_day_and_the_next_begins_with_it(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering", "case_manager")
    place = f"{path}/records/new/care_plan"
    browser.get(place)
    goals = [{"what": f"Aim {number}", "doer": "together", "by": day(town.house, number)} for number in (1, 2, 3)]
    said = filled(town, "care_plan", goals=goals, review_on=day(town.house, 20))
    assert browser.send(place, **said).status_code == 303, browser.last.text
    assert due(town, case_id)["review_care_plan"] == [day(town.house, 20)]
    page = browser.get(place).text
    assert all(f'value="Aim {number}"' in page for number in (1, 2, 3)), "goals go on from plan to plan"
    assert "Wants to work soon" not in page, "what the person thinks is asked anew"
    corrected = browser.get(f"{path}/records/{newest(town, case_id, 'care_plan')}/correct").text
    assert 'value="Aim 3"' in corrected, "a correction shows every row there is"
    town.clock.advance(timedelta(days=1))
    later = [{**goals[0], "stands": "reached"}, {**goals[1], "stands": "kept_open"}]
    assert file(town, case_id, "care_plan", goals=later, review_on=None).status_code == 201
    assert len(due(town, case_id)["review_care_plan"]) == 1


def test_leave_to_stay_is_renewed_before_it_ends_and_lasts_as_long_as_proceedings(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    assert file(town, case_id, "permit").status_code == 201
    assert due(town, case_id)["renew_permit"] == [day(town.house, 150)]
    ahead = file(
        town, case_id, "legal_status", "legal_officer", open_proceedings=1, expected_until=day(town.house, 300)
    )
    assert ahead.status_code == 201, ahead.text
    longer = {"valid_until": day(town.house, 200)}
    assert codes(file(town, case_id, "permit", **longer)) == ["stay_lasts_as_long_as_proceedings"]
    assert codes(file(town, case_id, "permit", outcome="ended")) == ["stay_lasts_as_long_as_proceedings"]
    why = {"shorter_reason": "The office gives six months at a time; the next request is prepared."}
    assert file(town, case_id, "permit", **longer, **why).status_code == 201
    assert due(town, case_id)["renew_permit"] == [day(town.house, 170)]
    asked = {"permit": "work", "valid_from": None, "valid_until": None}
    assert file(town, case_id, "permit", outcome="applied", **asked).status_code == 201
    # Thailand states a time until the agreement with an employer.
    assert due(town, case_id)["agree_work"] == [day(town.house, 15)]
    assert file(town, case_id, "permit", outcome="refused", **asked).status_code == 201
    assert "agree_work" not in due(town, case_id) and "renew_permit" in due(town, case_id)


@one_engine
def test_nobody_is_told_in_a_way_that_is_not_safe_and_the_rules_stand_where_contact_is_made(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering", "case_manager")
    rules = filled(town, "contact_rules", never=["on_paper", "telephone"], ways=None, silent={"ways": "not_known"})
    browser.get(f"{path}/records/new/contact_rules")
    assert browser.send(f"{path}/records/new/contact_rules", **rules).status_code == 303, browser.last.text
    assert codes(file(town, case_id, "information_given", way="on_paper")) == ["way_of_contact_is_safe"]
    assert file(town, case_id, "information_given").status_code == 201
    assert file(town, case_id, "contact_rules", never=["on_paper", "telephone", "in_person"]).status_code == 201
    met = file(town, case_id, "information_given", way="through_interpreter")
    assert codes(met) == ["way_of_contact_is_safe"], "an interpreter does not make a meeting none"
    browser.get(f"{path}/records/new/contact_rules")
    assert browser.send(f"{path}/records/new/contact_rules", **rules).status_code == 303, browser.last.text
    for place in (path, f"{path}/people", f"{path}/records/new/information_given"):
        page = browser.get(place).text
        assert "nobody else answers the phone" in page and "Never: On paper, by letter, By telephone" in page, place
    for place in ("/cases", "/work"):
        assert "nobody else answers the phone" not in browser.get(place).text
    facts = town.get(town.th["border_focal_point"], f"/cases/{case_id}")
    assert facts.status_code in (403, 404) or "contact" not in facts.json()["facts"]
