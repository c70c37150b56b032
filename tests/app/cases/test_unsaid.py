"""Somebody who does not want to say anything: a case, its rights and its papers, through both doors."""

from __future__ import annotations

from datetime import UTC
from types import SimpleNamespace
from typing import Any

import pytest

from app.casework.held import hold_case
from app.kit.reader import Reader, reading
from app.oversight.rebuild import rebuild_facts
from app.overview.papers import case_papers
from app.overview.papers.wanted import Wanted
from app.people import service as people
from tests.app.access.browser import Browser
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.pages import browser_at
from tests.factories.staff import desk_of
from tests.factories.towns import Town
from tests.gates.case_forms import INCIDENT

NO = "no_wish_to_answer"
# Page -> the answers of somebody who says nothing.
QUIET: dict[str, dict[str, str]] = {
    "/cases/new": {"safe": NO, "source": "unknown"},
    "/cases/new/consent": {"consent": "later"},
    "/cases/new/known": {
        "age": NO, "sex": "not_asked", "nationality": NO, "exploitation": NO, "name_why": NO,
        "birth_year_why": "not_known",
    },
    "/cases/new/contact": {"language": NO, "contact_why": NO},
    "/cases/new/needs": {"level": "not_asked"},
}  # fmt: skip
SILENT = {
    "age_band": NO, "sex": "not_asked", "nationality": NO, "exploitation": NO, "language": NO, "given_names": NO,
    "family_name": NO, "birth_year": "not_known", "safe_contact": NO, "phone": NO,
}  # fmt: skip


def through(browser: Browser, **changes: dict[str, str]) -> Any:
    """Through the pages to the last one; ``changes``: last word of a path -> answers."""
    for path, typed in QUIET.items():
        browser.get(path)
        answer = browser.send(path, **{**typed, **changes.get(path.rpartition("/")[2], {})})
        assert answer.status_code == 303, answer.text
    return browser.follow()


def first_of(town: Town, case_id: str) -> Any:
    """The first entry of a case's timeline."""
    return town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"][0]


def test_a_case_opens_and_goes_on_for_somebody_who_says_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = town.th["social_worker"]
    browser = browser_at(town, worker)
    page = through(browser).text
    assert page.count("Does not want to answer") >= 5 and "Year of birth" in page and "Not known" in page
    opened = browser.send("/cases/new/open")
    code = opened.headers["location"].rpartition("/")[2]
    case_id = next(
        each["id"] for each in town.get(worker, "/cases").json()["items"] if each["reference"] == code
    )
    # The same through the other door: the same facts, and the same reasons.
    body = {"source": "unknown", "child": True, "channel": "shelter", "silent": SILENT}
    twin = town.post(worker, "/cases", body)
    assert twin.status_code == 201, twin.text
    for each in (case_id, twin.json()["id"]):
        assert first_of(town, each)["details"]["silent"] == SILENT
    facts = cases.facts_of(town.house, case_id)
    assert (facts.child, facts.age_band, facts.sex, facts.nationality) == (True, "unknown", "U", "unknown")
    assert facts == cases.facts_of(town.house, twin.json()["id"])
    # A reason beside an answer is refused at both doors, and nothing is opened.
    both = town.post(worker, "/cases", body | {"sex": "F", "identity": {"given_names": "Thiri"}})
    assert both.status_code == 422
    assert {each["field"] for each in both.json()["errors"]} == {"silent.sex", "silent.given_names"}
    for path, typed in list(QUIET.items())[:2]:
        browser.get(path)
        browser.send(path, **typed)
    browser.get("/cases/new/known")
    named = {**QUIET["/cases/new/known"], "given_names": "Thiri", "family_name": "Htun"}
    refused = browser.send("/cases/new/known", **named)
    assert refused.status_code == 422 and 'id="wrong-given_names"' in refused.text and 'value="Htun"' in refused.text

    # Rights: read out, and the person says nothing to it; nothing is refused for it, and nothing is forced.
    path = f"/cases/{code}/rights/my"
    browser.get(path)
    why = {"understood": NO, "answer": NO, "safe_contact_why": NO}
    wrong = browser.send(path, **why, safe_contact="A message.")
    assert wrong.status_code == 422 and 'id="wrong-safe_contact"' in wrong.text and "A message." in wrong.text
    browser.get(path)
    assert browser.send(path, **why).status_code == 303, browser.last.text
    record = town.get(worker, f"/cases/{case_id}/records").json()["items"][-1]
    assert record["body"]["silent"] == {"understood": NO, "answer": NO, "safe_contact": NO}
    after = cases.facts_of(town.house, case_id).rights
    assert after is not None and after.answer in (None, "")
    line = browser.get(f"/cases/{code}/timeline").text
    assert line.count("<dd>Does not want to answer</dd>") == 11 and "<dt>Did the person understand them?</dt>" in line

    # What is left open in a row of a list is told with the row that it is about.
    why = {"doer": "not_asked", "by": "not_known"}
    goals = [{"what": "Sleep.", "doer": "person"}, {"what": "Work.", "silent": why}]
    plan = form(town.house, "care_plan", goals=goals, covers_child_services=True)
    body = {"record": plan, "seen_version": cases.version_of(town.house, case_id)}
    written = town.post(worker, f"/cases/{case_id}/records/care_plan", body)
    assert written.status_code == 201, written.text
    entry = town.get(worker, f"/cases/{case_id}/timeline?newest_first=true").json()["items"][0]
    assert entry["details"]["record"]["silent"] == {"goals.1.doer": "not_asked", "goals.1.by": "not_known"}
    line = browser.get(f"/cases/{code}/timeline").text
    assert "<dt>Goals, one by one 2: By when?</dt><dd>Not known</dd>" in line and "one by one 1" not in line

    # It is screened, protected as a child's, and drafted for another country like anybody's.
    cases.take(town.house, worker, case_id, "start_screening")
    cases.take(town.house, worker, case_id, "presume", form(town.house, "screening", language="unknown"))
    assert cases.facts_of(town.house, case_id).identification == "presumed"
    cases.name_manager(town.house, case_id, town.th)
    manager = town.th["case_manager"]
    drafted = town.post(manager, f"/cases/{case_id}/referrals", {"to_country": "MM"})
    assert drafted.status_code == 201, drafted.text
    # Several were found with them, and say as little: each has a case of their own.
    assert town.post(worker, f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    quiet = {name: NO for name in ("sex", "age_band", "nationality", "language")}
    found = town.post(worker, f"/cases/{case_id}/incident/people", {"groups": [{"people": 2, "silent": quiet}]})
    assert found.status_code == 201, found.text
    listed = town.get(worker, "/cases").json()["items"]
    theirs = [each["id"] for each in listed if each["reference"] in found.json()["opened"]]
    assert [first_of(town, each)["details"]["silent"] for each in theirs] == [quiet, quiet]
    assert rebuild_facts(town.house) == []

    # The person's own copy says in words what they were asked and did not say; a later answer takes its place.
    facts = cases.facts_of(town.house, case_id)
    told = SimpleNamespace(identity={"family_name": "Htun"})
    monkeypatch.setattr(people, "uncovered", lambda desk, of: told)
    with desk_of(town.house, manager) as desk, reading(Reader("en", "", UTC, desk.now)):
        held = hold_case(desk, case_id, lock=False)
        copy = str(case_papers.own_copy(Wanted(desk, held, facts, "en")).blocks)
    assert "Given names" in copy and "Htun" in copy and copy.count("Does not want to answer") == 5
    assert day(town.house)[:4] in copy
    assert "Goals, one by one 2: Who does it? Not asked" in copy and "Goals, one by one 2: By when? Not known" in copy
