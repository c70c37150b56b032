"""The page of a case and of its steps: who sees what, in which order, and how a step is taken, blocked and mended."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.held import CASE
from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from app.models.notice import Notice
from tests.app.access.browser import Browser
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading

NAMES = ("Mya", "Thandar", "Aung", "1998", "+95 9 000 000", "ForcedLabour", "Forced labour")


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def filled(town: Town, kind: str, **changes: Any) -> dict[str, Any]:
    """What a page would post for the example of a kind."""
    found: dict[str, Any] = {}
    for name, value in fields_for(inputs_of(KINDS[kind].form), form(town.house, kind, **changes)):
        found[name] = [*found[name], value] if name in found else [value]
    return found


def case_at(town: Town, point: str, role: str = "social_worker") -> tuple[Browser, str, str]:
    """A browser of a worker, the path of a case at that point, and its id."""
    case_id = cases.bring_case(town.house, town.th, point)
    return browser_at(town, town.th[role]), f"/cases/{reference(town, case_id)}", case_id


def names_nobody(html: str) -> bool:
    """Whether nothing of who the person is stands in the page."""
    return not [name for name in NAMES if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", html)]


def primary(html: str) -> int:
    """How many primary buttons the content of the page has."""
    return html.partition("<main")[2].partition("</main>")[0].count("button-main")


def headings(html: str) -> list[str]:
    return re.findall(r"<h1[^>]*>([^<]*)</h1>", html)


@one_engine
def test_the_page_tells_what_is_next_and_names_nobody(town: Town) -> None:
    browser, path, _ = case_at(town, "recovering")
    page = browser.get(path)
    assert page.status_code == 200, page.text
    assert len(headings(page.text)) == 1 and "<title>Work</title>" in page.text
    assert names_nobody(page.text)
    assert primary(page.text) == 1
    assert "Visible to:" in page.text and "Show identity" in page.text
    assert "Next steps" in page.text and "Bring before the panel" in page.text
    assert "Recovery started" in page.text and "Recovery started" in page.text
    assert len(gzip.compress(page.content)) <= 8192
    assert [row.action for row in town.looks("case_opened")]


@one_engine
def test_unknown_malformed_and_invisible_are_one_page(town: Town) -> None:
    _, path, _ = case_at(town, "sheltered")
    stranger = browser_at(town, town.mm["social_worker"])
    answers = [stranger.get(each) for each in (path, "/cases/TH-2017-AAAAAAAA", "/cases/x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
    for below in ("steps/care/start_recovery", "records/new/wish", "needs", "people", "consents", "identity"):
        assert stranger.get(f"{path}/{below}").status_code == 404, below
    worker = browser_at(town, town.th["social_worker"])
    for below in ("steps/care/no_step", "steps/referral/send", "steps/care/record_handover", "records/new/no_kind"):
        assert worker.get(f"{path}/{below}").status_code == 404, below


@one_engine
@pytest.mark.parametrize("section", ["needs", "documents", "people", "consents", "notes/new"])
def test_each_section_opens(town: Town, section: str) -> None:
    browser, path, case_id = case_at(town, "recovering")
    cases.add(town.house, town.th["social_worker"], case_id, "consent")
    page = browser.get(f"{path}/{section}")
    assert page.status_code == 200, page.text
    assert len(headings(page.text)) == 1
    assert names_nobody(page.text)
    assert len(gzip.compress(page.content)) <= 15360


@one_engine
def test_the_form_of_every_kind_opens_and_is_small(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering")
    seen = 0
    for kind in KINDS:
        page = browser.get(f"{path}/records/new/{kind}")
        if page.status_code == 200:
            seen += 1
            assert len(headings(page.text)) == 1, kind
            assert len(gzip.compress(page.content)) <= 15360, kind
        else:
            assert page.status_code == 403, (kind, page.text)
    assert seen > 20


def test_a_step_is_two_clicks_from_home_and_happens_once(town: Town) -> None:
    browser, path, case_id = case_at(town, "screening")
    step = f"{path}/steps/identification/presume"
    assert browser.get(step).status_code == 200
    assert "Which signs did you see?" in browser.last.text and "Blocked" not in browser.last.text
    fields = browser.form(step).fields | filled(town, "screening")
    answer = browser.post(step, fields)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{path}?done=step"
    assert browser.post(step, fields).status_code == 303
    assert cases.facts_of(town.house, case_id).identification == "presumed"
    assert "Saved. The step is taken." in browser.get(f"{path}?done=step").text


@one_engine
def test_what_is_missing_is_told_at_its_field_and_what_was_typed_stays(town: Town) -> None:
    # The case was open before the day that is entered late.
    town.clock.advance(timedelta(days=-3))
    case_id = cases.bring_case(town.house, town.th, "screening")
    town.clock.advance(timedelta(days=3))
    browser, path = browser_at(town, town.th["social_worker"]), f"/cases/{reference(town, case_id)}"
    step = f"{path}/steps/identification/presume"
    browser.get(step)
    typed = {**filled(town, "screening"), "note": "kept as typed"}
    del typed["record-private_place"]
    answer = browser.send(step, **typed)
    assert answer.status_code == 422
    assert 'href="#field-record-private_place"' in answer.text and "Choose an answer." in answer.text
    assert "kept as typed" in answer.text and "No wages for seven months." in answer.text
    assert cases.facts_of(town.house, case_id).identification == "screening"
    typed["record-private_place"] = "yes"
    later = {"happened_day": "24", "happened_month": "12", "happened_year": "2999", "happened_time": "10:00"}
    assert browser.send(step, **typed, **later).status_code == 422
    assert browser.send(step, **typed, happened_day="1").status_code == 422
    earlier = {"happened_day": "๒๒", "happened_month": "11", "happened_year": "2569", "happened_time": "10:00"}
    answer = browser.send(step, **typed, **earlier)
    assert answer.status_code == 303, answer.text


@one_engine
def test_more_rows_are_shown_without_saving_anything(town: Town) -> None:
    browser, path, case_id = case_at(town, "screening")
    step = f"{path}/steps/identification/presume"
    browser.get(step)
    answer = browser.send(step, **filled(town, "screening"), more_rows="record-indicators")
    assert answer.status_code == 200 and "No wages for seven months." in answer.text
    assert 'name="record-indicators-3-code"' in answer.text
    assert cases.facts_of(town.house, case_id).identification == "screening"


@one_engine
def test_a_blocked_step_shows_six_parts_and_leads_to_what_frees_it(town: Town) -> None:
    browser, path, case_id = case_at(town, "presumed")
    step = f"{path}/steps/care/assist_outside"
    page = browser.get(step).text
    for part in ("Blocked", "Why", "Who can change it", "waiting since", "What helps", "Guideline", "Cannot wait?"):
        assert part in page, part
    assert primary(page) == 1
    fix = re.findall(r'class="button button-main" href="([^"]+)"', page)[0].replace("&amp;", "&")
    assert fix == f"{path}/records/new/rights_notice?back={step}"
    assert 'href="/guidelines/' in page
    browser.get(fix)
    answer = browser.send(f"{path}/records/new/rights_notice", **filled(town, "rights_notice"))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{step}?done=consent"
    freed = browser.follow().text
    assert "You are back at the step that was waiting." in freed and "What kind of place is it?" in freed
    outside = filled(town, "placement", place_kind="own_housing")
    assert browser.send(step, **outside).status_code == 303
    assert cases.facts_of(town.house, case_id).care == "recovering"


@one_engine
def test_only_who_may_grant_an_exception_is_led_to_it(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed", source="police")
    path = f"/cases/{reference(town, case_id)}"
    step = f"{path}/steps/identification/open_decision"
    worker = browser_at(town, town.th["social_worker"]).get(step).text
    assert "A supervisor may allow an exception" in worker and "never bends" in worker
    assert "records/new/override" not in worker
    focal = browser_at(town, town.th["national_focal_point"])
    told = focal.get(step).text
    assert "records/new/override?back=" in told
    assert focal.get(f"{path}/records/new/override?record-guard=support_agency_is_named").status_code == 200


@one_engine
def test_a_stale_form_meets_what_changed_and_can_be_sent_again(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering")
    place = f"{path}/records/new/needs_assessment"
    browser.get(place)
    mine = browser.form(place).fields | filled(town, "needs_assessment", level="high", health="Mine")
    cases.add(town.house, town.th["case_manager"], case_id, "needs_assessment", level="low", health="Theirs")
    answer = browser.post(place, mine)
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.text and "Case_Manager" in answer.text
    assert "Needs and risks assessed" in answer.text
    assert "Mine" in answer.text and "Theirs" in answer.text and 'name="take-record-level"' in answer.text
    again = browser.form(place).fields | {"take-record-health": "theirs", "take-record-level": "mine"}
    assert browser.post(place, again).status_code == 303, browser.last.text
    assert cases.facts_of(town.house, case_id).needs.level == "high"  # type: ignore[union-attr]
    newest = re.findall(rf'href="({path}/records/[0-9a-f-]+)"', browser.get(f"{path}/needs").text)[0]
    assert "Theirs" in browser.get(newest).text


@one_engine
def test_a_record_is_read_and_corrected(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering")
    record_id = cases.add(town.house, town.th["social_worker"], case_id, "wish", words="Her own words")
    page = browser.get(f"{path}/records/{record_id}").text
    assert "To go home" in page and "Her own words" in page
    place = f"{path}/records/{record_id}/correct"
    assert "Her own words" in browser.get(place).text
    answer = browser.send(place, **{"record-wish": "stay"})
    assert answer.status_code == 303, answer.text
    assert cases.facts_of(town.house, case_id).wish.wish == "stay"  # type: ignore[union-attr]
    health = browser_at(town, town.th["health_officer"])
    plan = cases.add(town.house, town.th["social_worker"], case_id, "care_plan")
    assert health.get(f"{path}/records/{plan}").status_code == 403
    folded = browser.get(f"{path}/records/{plan}").text
    assert "Open it when you are ready" in folded


@one_engine
def test_silence_is_an_answer_of_its_own(town: Town) -> None:
    browser, path, case_id = case_at(town, "recovering")
    place = f"{path}/records/new/circumstances"
    page = browser.get(place).text
    for word in ("Not asked", "Does not want to answer", "Not known"):
        assert word in page
    silent = {"record-asylum_claim": "no_wish_to_answer", "record-missing": "no"}
    assert browser.send(place, **silent).status_code == 303, browser.last.text
    record = re.findall(rf'href="({path}/records/[0-9a-f-]+)"', browser.get(f"{path}/needs").text)
    told = "".join(browser.get(each).text for each in record)
    assert "Does not want to answer" in told
    assert cases.facts_of(town.house, case_id).asylum_claim is False


@one_engine
def test_the_name_is_shown_for_a_reason_and_folds_away(town: Town) -> None:
    browser, path, _ = case_at(town, "sheltered")
    place = f"{path}/identity"
    assert "Mya" not in browser.get(place).text
    assert browser.send(place).status_code == 422
    assert browser.send(place, purpose="other", more="short").status_code == 422
    assert browser.send(place, purpose="health").status_code == 303
    shown = browser.follow()
    assert "Mya Thandar" in shown.text and "Hidden again at" in shown.text and "Refresh" in shown.headers
    assert "Mya" not in browser.get(path).text
    town.clock.advance(timedelta(minutes=6))
    assert "Mya" not in browser.get(place).text
    assert len(town.looks("reveal")) == 1


@one_engine
def test_the_team_is_changed_by_who_may(town: Town) -> None:
    _, path, case_id = case_at(town, "sheltered")
    supervisor = browser_at(town, town.th["supervisor"])
    page = supervisor.get(f"{path}/people")
    assert page.status_code == 200, page.text
    manager, health = town.th["case_manager"], town.th["health_officer"]
    assert supervisor.send(f"{path}/people/manager", manager=manager.id).status_code == 303
    supervisor.get(f"{path}/people")
    answer = supervisor.send(f"{path}/people/leave", user_id=health.id)
    assert answer.status_code in (303, 422), answer.text
    supervisor.get(f"{path}/people")
    wrong = supervisor.send(f"{path}/people/join", colleague="x:y")
    assert wrong.status_code == 422 and 'href="#field-colleague"' in wrong.text
    joined = supervisor.send(
        f"{path}/people/join", colleague=f"{town.th['shelter_manager'].id}:shelter_manager",
        until_day="1", until_month="2", until_year="2027",
    )  # fmt: skip
    assert joined.status_code == 303, joined.text
    worker = browser_at(town, town.th["social_worker"])
    assert "Put somebody on the team" not in worker.get(f"{path}/people").text


@one_engine
def test_a_note_is_kept_in_the_history(town: Town) -> None:
    browser, path, _ = case_at(town, "sheltered")
    browser.get(f"{path}/notes/new")
    assert browser.send(f"{path}/notes/new").status_code == 422
    browser.get(f"{path}/notes/new")
    assert browser.send(f"{path}/notes/new", note="Slept well.").status_code == 303
    page = browser.follow().text
    assert "Note written" in page and "Slept well." not in page


@one_engine
def test_a_colleague_can_be_asked(town: Town) -> None:
    browser, path, case_id = case_at(town, "identified")
    step = f"{path}/steps/care/plan_return"
    assert "Ask: Supervisor" in browser.get(step).text
    sent = browser.send(f"{path}/ask")
    assert sent.status_code == 303 and sent.headers["location"] == f"{step}?done=asked", sent.text
    assert "They were told" in browser.follow().text
    with reading(town.house.db) as session:
        told = session.execute(select(Notice).where(Notice.kind == "asked_for_help")).scalars().all()
    assert [(each.user_id, each.subject_id) for each in told] == [(town.th["supervisor"].id, case_id)]


@one_engine
def test_a_guideline_tells_what_it_asks_and_what_follows(town: Town) -> None:
    browser = browser_at(town, town.th["social_worker"])
    page = browser.get("/guidelines/OHCHR-G4.8")
    assert page.status_code == 200 and "rights" in page.text.lower()
    assert browser.get("/guidelines/NO-SUCH").status_code == 404
    for source in town.house.policies.sources:
        assert browser.get(f"/guidelines/{source}").status_code == 200, source


@one_engine
def test_the_strip_tells_how_far_a_referral_has_come(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    browser = browser_at(town, town.th["case_manager"])
    page = browser.get(f"/cases/{reference(town, pair.case_id)}").text
    for word in ("Sent", "Seen", "Answered", "Handed over", "Arrived", "Thailand is responsible for the person now."):
        assert word in page, word
    assert names_nobody(page)
