"""A new case in six pages: answers stay, nothing opens early, a person is not opened twice without anybody noticing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.casework.held import CASE
from app.models.draft import Draft
from tests.app.access.browser import Browser
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.answers import PAGES, walk
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading

SECRETS = ("Thiri", "Zarni", "Htun", "2003", "+66 8 111")


def at_work(town: Town, who: str = "social_worker") -> Browser:
    return browser_at(town, town.th[who])


def count(town: Town, table: Any) -> int:
    with reading(town.house.db) as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def opened(town: Town, browser: Browser, worker: Worker) -> dict[str, Any]:
    """The case behind where the browser was sent on to, as its worker reads it."""
    path = browser.last.headers["location"]
    with reading(town.house.db) as session:
        code = path.rpartition("/")[2]
        case_id = session.execute(select(CASE.c.id).where(CASE.c.reference == code)).scalar_one()
    found: dict[str, Any] = town.get(worker, f"/cases/{case_id}").json()
    return found


def test_six_pages_open_one_case_with_its_consent_and_needs(town: Town) -> None:
    worker = town.th["social_worker"]
    browser = at_work(town)
    page = walk(browser)
    assert page.status_code == 200 and "page 6 of 6" in page.text and "Entered; sealed, not shown here" in page.text
    for secret in SECRETS:
        assert secret not in page.text
    assert count(town, CASE) == 0, "nothing before the last page"
    sent = browser.form("/cases/new/open").fields
    for _ in range(2):
        assert browser.post("/cases/new/open", sent).status_code == 303
    assert (count(town, CASE), count(town, Draft.__table__)) == (1, 0)
    case = opened(town, browser, worker)
    facts = case["facts"]
    assert (facts["child"], facts["age_band"], facts["sex"], facts["nationality"]) == (False, "18+", "F", "MM")
    assert (facts["exploitation"], facts["language"], facts["protection_risk"]) == ("unknown", "shn", True)
    assert [(row["purpose"], row["recipient"]) for row in facts["consents"]] == [("assistance", "TH")]
    assert facts["needs"]["level"] == "high" and case["channel"] == "shelter"
    records = town.get(worker, f"/cases/{case['id']}/records").json()["items"]
    bodies = {each["kind"]: each["body"] for each in records}
    assert bodies["consent"]["told_purpose"] is True and bodies["consent"]["told_storage_time"] is False
    assert (bodies["needs_assessment"]["health"], bodies["needs_assessment"]["threats"]) == (
        "Fever.", "The boss waits outside.",
    )  # fmt: skip
    first = town.get(worker, f"/cases/{case['id']}/timeline").json()["items"][0]
    assert first["note"].startswith("Came with two others.")
    assert first["details"]["silent"] == {"exploitation": "no_wish_to_answer"}
    told = town.post(worker, f"/cases/{case['id']}/identity/reveal", {"reason": "The doctor asks for it."}).json()
    assert (told["identity"]["family_name"], told["identity"]["birth_year"]) == ("Htun", 2003)
    # A second window that still stands on the last page has nothing left to open.
    second = browser.post("/cases/new/open", sent | {"act": "another"})
    assert second.status_code == 409 and "There is nothing to open." in second.text and count(town, CASE) == 1


def test_answers_stay_while_one_goes_back_and_forth_and_signs_in_again(town: Town) -> None:
    browser = at_work(town)
    walk(browser)
    again = at_work(town)
    assert '<a class="button button-main" href="/cases/new/check">Go on opening a case</a>' in again.get("/cases").text
    for path, typed in PAGES.items():
        page = again.get(path)
        for name, value in typed.items():
            if name in ("language", "other_language", "birth_year"):
                continue
            assert value in page.text, (path, name)
    assert 'value="2003"' in again.get("/cases/new/known").text and "Shan" in again.get("/cases/new/contact").text
    again.get("/cases/new/known?back=check")
    answer = again.send("/cases/new/known", **PAGES["/cases/new/known"] | {"age": "doubt"})
    assert answer.headers["location"] == "/cases/new/check"
    assert "Not sure, may be under 18" in again.follow().text
    assert browser_at(town, town.th["case_manager"]).get("/cases/new/check").headers["location"] == "/cases/new"


def test_a_page_is_shown_again_with_what_was_typed(town: Town) -> None:
    browser = at_work(town)
    browser.get("/cases/new")
    known = PAGES["/cases/new/known"] | {"family_name": "Kept words."}
    for path, wrong, field in (
        ("/cases/new", {"danger": "Kept words.", "source": "police"}, "safe"),
        ("/cases/new", {"safe": "yes", "danger": "Kept words.", "source": "nobody"}, "source"),
        ("/cases/new/consent", {"consent": "yes", "form": "written"}, "giver"),
        ("/cases/new/known", known | {"birth_year": "1789"}, "birth_year"),
        ("/cases/new/known", known | {"nationality": "XX"}, "nationality"),
        ("/cases/new/contact", {"language": "other", "other_language": "Kept words."}, "other_language"),
        ("/cases/new/needs", {"level": "none", "health": "Kept words."}, "level"),
    ):  # fmt: skip
        browser.get(path)
        answer = browser.send(path, **wrong)
        assert answer.status_code == 422, (path, wrong)
        assert f'href="#field-{field}"' in answer.text and f'id="wrong-{field}"' in answer.text, (path, field)
        assert "Kept words." in answer.text or path.endswith("consent")
        browser.get(path)
        assert browser.send(path, **PAGES[path]).status_code == 303
    assert count(town, CASE) == 0


@one_engine
def test_a_later_page_waits_for_the_earlier_ones(town: Town) -> None:
    browser = at_work(town)
    for path in [*list(PAGES)[1:], "/cases/new/check"]:
        assert browser.get(path).headers["location"] == "/cases/new", path
    assert browser.get("/cases/new").status_code == 200
    assert at_work(town, "supervisor").get("/cases/new").status_code == 403


def test_who_does_not_want_to_be_written_down_is_opened_without_a_name(town: Town) -> None:
    browser = at_work(town)
    walk(browser)
    browser.get("/cases/new/consent?back=check")
    browser.send("/cases/new/consent", consent="no")
    browser.follow()
    assert "Entered; sealed, not shown here" not in browser.last.text
    assert "Given names" not in browser.get("/cases/new/known").text
    browser.get("/cases/new/check")
    browser.send("/cases/new/open")
    worker = town.th["social_worker"]
    case = opened(town, browser, worker)
    assert case["facts"]["consents"] == []
    told = town.post(worker, f"/cases/{case['id']}/identity/reveal", {"reason": "To see what was kept."}).json()
    assert told["identity"]["given_names"] is None and told["identity"]["safe_contact"] == "Only messages."


def test_an_age_in_doubt_opens_a_childs_case(town: Town) -> None:
    browser = at_work(town, "first_responder")
    not_asked = {"known": {"age": "not_asked"}, "needs": {"level": "not_asked"}}
    walk(browser, consent={"consent": "later"}, new={"safe": "yes"}, **not_asked)
    browser.send("/cases/new/open")
    case = opened(town, browser, town.th["first_responder"])
    assert (case["facts"]["child"], case["facts"]["age_band"]) == (True, "unknown")
    assert town.get(town.th["first_responder"], f"/cases/{case['id']}/records").json()["items"] == []


def test_the_last_page_tells_of_a_like_name_by_its_reference_alone(town: Town) -> None:
    worker = town.th["social_worker"]
    same = cases.open_case(town.house, worker, identity={"given_names": "Thiri Zami", "family_name": "Htun"})
    other = cases.open_case(town.house, worker, identity={"given_names": "Khin", "family_name": "Win"})
    nameless = cases.open_case(town.house, worker, identity={})
    elsewhere = cases.open_case(
        town.house, add_user(town.house, "th-shelter-phitsanulok", "social_worker"),
        identity={"given_names": "Thiri Zarni", "family_name": "Htun"},
    )  # fmt: skip
    codes = {}
    with reading(town.house.db) as session:
        codes.update({row.id: row.reference for row in session.execute(select(CASE.c.id, CASE.c.reference))})
    browser = at_work(town)
    page = walk(browser)
    assert "This person may have a case already" in page.text
    assert codes[same] in page.text and codes[nameless] in page.text, "alike, and fitting with no name to tell apart"
    assert codes[other] not in page.text and codes[elsewhere] not in page.text
    assert "Thiri" not in page.text and "Zami" not in page.text
    assert {look.subject_id for look in town.looks("identity_matched")} == {same}
    assert len(town.looks("duplicates_searched")) == 1
    forms = [each for each in browser.last.text.split("<form")[1:] if f'value="{codes[same]}"' in each]
    assert len(forms) == 1
    fields = browser.form("/cases/new/same").fields | {"reference": codes[elsewhere]}
    assert browser.post("/cases/new/same", fields).status_code == 404, "out of sight"
    browser.get("/cases/new/check")
    browser.send("/cases/new/same", reference=codes[same])
    assert f"the person of {codes[same]}" in browser.follow().text
    browser.send("/cases/new/open")
    case = opened(town, browser, worker)
    assert case["previous_case_id"] == same
    assert "person_came_back" in {task["kind"] for task in town.get(worker, f"/cases/{same}").json()["tasks"]}


def test_a_child_known_from_an_earlier_case_is_not_opened_as_an_adult(town: Town) -> None:
    worker = town.th["social_worker"]
    same = cases.open_case(town.house, worker, child=True, age_band="15-17", identity={})
    with reading(town.house.db) as session:
        code = session.execute(select(CASE.c.reference).where(CASE.c.id == same)).scalar_one()
    browser = at_work(town)
    walk(browser)
    browser.post("/cases/new/same", browser.form("/cases/new/open").fields | {"reference": code, "act": "same"})
    browser.get("/cases/new/check")
    # The question that was answered wrongly comes back with its answers, and the way back to the last page.
    refused = browser.send("/cases/new/open")
    assert refused.status_code == 422 and 'id="wrong-age"' in refused.text and 'value="Thiri Zarni"' in refused.text
    known = PAGES["/cases/new/known"]
    again = browser.send("/cases/new/known", **known)
    assert again.status_code == 422 and 'id="wrong-age"' in again.text
    browser.get("/cases/new/known?back=check")
    assert browser.send("/cases/new/known", **known | {"age": "doubt", "birth_year": ""}).status_code == 303
    browser.follow()
    assert browser.send("/cases/new/open").status_code == 303
    case = opened(town, browser, worker)
    assert (case["previous_case_id"], case["facts"]["child"]) == (same, True)


def test_answers_can_be_thrown_away(town: Town) -> None:
    browser = at_work(town)
    walk(browser)
    assert browser.send("/cases/new/discard").headers["location"] == "/cases"
    assert (count(town, CASE), count(town, Draft.__table__)) == (0, 0)


def test_a_draft_tells_nothing_to_whoever_reads_the_table(town: Town) -> None:
    walk(at_work(town))
    with reading(town.house.db) as session:
        (row,) = session.execute(select(Draft.__table__))
    for secret in SECRETS:
        assert secret.encode() not in row.sealed and secret not in row.place


def test_where_it_happened_and_how_somebody_came_home(town: Town) -> None:
    worker = town.th["social_worker"]
    browser = at_work(town)
    back = {
        "nationality": "TH", "exploited_in": "JP", "returned_from": "JP", "returned_by": "government",
        "returned_on_day": "3", "returned_on_month": "5", "returned_on_year": "2569",
    }  # fmt: skip
    page = walk(browser, known=back)
    assert "Came back" in page.text and "Japan" in page.text and "3 May 2026" in page.text
    assert "<details class=\"new-back\" open>" in browser.get("/cases/new/known?back=check").text
    browser.get("/cases/new/check")
    browser.post("/cases/new/open", browser.form("/cases/new/open").fields)
    case = opened(town, browser, worker)
    facts = case["facts"]
    assert (facts["exploited_in"], facts["returned_from"], facts["returned_on"]) == ("JP", "JP", "2026-05-03")
    assert case["channel"] == "government"


def test_a_return_is_told_whole_or_not_at_all(town: Town) -> None:
    browser = at_work(town)
    walk(browser)
    whole = {"returned_from": "JP", "returned_by": "government", "returned_on_day": "3", "returned_on_month": "5",
             "returned_on_year": "2026"}  # fmt: skip
    for wrong, field in (
        ({"returned_by": ""}, "returned_by"), ({"returned_from": ""}, "returned_from"),
        ({"returned_on_day": "", "returned_on_month": "", "returned_on_year": ""}, "returned_on"),
        ({"returned_on_day": "31", "returned_on_month": "2"}, "returned_on"),
        ({"returned_on_year": "2031"}, "returned_on"),
        ({"returned_from": "TH"}, "returned_from"), ({"returned_from": "QQ"}, "returned_from"),
        ({"returned_by": "on foot"}, "returned_by"), ({"exploited_in": "QQ"}, "exploited_in"),
    ):  # fmt: skip
        browser.get("/cases/new/known")
        answer = browser.send("/cases/new/known", **PAGES["/cases/new/known"] | whole | wrong)
        assert answer.status_code == 422 and f'id="wrong-{field}"' in answer.text, (wrong, answer.text[:2000])
        assert "<details class=\"new-back\" open>" in answer.text
