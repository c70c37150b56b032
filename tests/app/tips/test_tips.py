"""A tip: told by nobody in particular, looked at in time, and led to somebody who acts; through both doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.tips import watching
from app.tips.queries import TIP
from app.tips.schemas import CaseFromTipIn, CloseIn, PassIn, TipIn
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import of_sheet
from tests.inspect import reading

WORDS = "Men sleep locked in behind the net store."
TOLD: dict[str, Any] = {
    "way": "call", "what": WORDS, "where": "Third pier.", "noticed_on": "2026-11-01", "place_kind": "workplace",
    "sector": "fishing", "exploitation": "ForcedLabour", "people": 9, "children": "unknown", "danger": "medium",
    "call_back": "no", "told": ["where_to_get_help"], "told_language": "my",
}  # fmt: skip


def told(town: Town, who: str = "case_manager", **changes: Any) -> Any:
    return town.post(town.th[who], "/tips", {**TOLD, **changes})


def codes(answer: Any) -> set[str]:
    assert answer.status_code == 409, answer.text
    assert all(each["sources"] and each["mend"] and each["who"] for each in answer.json()["refusals"])
    return {each["code"] for each in answer.json()["refusals"]}


def test_a_tip_is_written_without_a_person_and_read_by_few(town: Town) -> None:
    worker, manager = town.th["social_worker"], town.th["case_manager"]
    for change, field in (
        ({"contact": "+66 1"}, "body.contact"), ({"noticed_on": "2999-01-01"}, "body.noticed_on"),
        ({"sector": "astrology"}, "body.sector"), ({"told_language": "abc-12345678-12345678"}, "told_language"),
    ):  # fmt: skip
        assert [each["field"] for each in told(town, **change).json()["errors"]] == [field]
    written = told(town, "social_worker")
    assert written.status_code == 201, written.text
    tip = written.json()["id"]
    listed = town.get(worker, "/tips")
    assert [each["id"] for each in listed.json()["items"]] == [tip] and "net store" not in listed.text
    assert town.get(worker, f"/tips/{tip}").status_code == 403, "who writes tips down does not read them all"
    whole = town.get(manager, f"/tips/{tip}").json()
    assert (whole["what"], whole["told"], whole["contact"], whole["here"]) == (WORDS, ["where_to_get_help"], "", True)
    assert town.looks("tip_read")
    assert "tip_waits" in {each["kind"] for each in town.get(manager, "/notices").json()["items"]}
    stranger = add_user(town.house, "th-ngo", "case_manager")
    assert town.get(stranger, f"/tips/{tip}").status_code == 404 and not town.get(stranger, "/tips").json()["items"]
    with reading(town.house.db) as session:
        assert b"net store" not in session.execute(select(TIP.c.sealed)).scalar_one()


def test_danger_is_passed_on_and_never_closed_for_want_of_knowledge(town: Town) -> None:
    manager, police = town.th["case_manager"], add_user(town.house, "th-police-tak", "first_responder")
    tip = told(town, children="yes").json()["id"]
    refused = town.post(manager, f"/tips/{tip}/close", {"reason": "too_little_known"})
    assert codes(refused) == {"danger_is_answered"}
    assert codes(town.post(manager, f"/tips/{tip}/pass", {"to": "th-shelter-tak"})) == {"office_is_another"}
    assert codes(town.post(manager, f"/tips/{tip}/pass", {"to": "th-legal-aid"})) == {"office_reads_tips"}
    assert town.post(manager, f"/tips/{tip}/pass", {"to": "mm-dor"}).status_code == 422
    assert town.post(manager, f"/tips/{tip}/pass", {"to": "th-police-tak"}).status_code == 200
    assert codes(town.post(manager, f"/tips/{tip}/close", {"reason": "known_already"})) == {"tip_is_here"}
    # Nobody looks in time: whoever has it now is told, once.
    town.clock.advance(timedelta(hours=25))
    assert (watching.ring(town.house), watching.ring(town.house)) == (1, 0)
    assert "tip_late" in {each["kind"] for each in town.get(police, "/notices").json()["items"]}
    assert town.get(police, "/tips").json()["items"][0]["late"]
    closed = town.post(police, f"/tips/{tip}/close", {"reason": "authority_acted"})
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert codes(town.post(police, f"/tips/{tip}/close", {"reason": "authority_acted"})) == {"tip_waits"}


def test_an_office_passes_on_what_was_passed_to_it(town: Town) -> None:
    manager, police = town.th["case_manager"], add_user(town.house, "th-police-tak", "first_responder")
    third = add_user(town.house, "th-ngo", "case_manager")
    tip = told(town).json()["id"]
    assert town.post(manager, f"/tips/{tip}/pass", {"to": "th-police-tak"}).status_code == 200
    browser = browser_at(town, police)
    browser.get(f"/tips/{tip}/pass")
    assert browser.send(f"/tips/{tip}/pass", **of_sheet(PassIn, {"to": "th-ngo"})).status_code == 303
    assert "The tip was passed on." in browser.follow().text
    assert town.get(police, f"/tips/{tip}").status_code == 404, "it is with somebody else now"
    assert town.get(third, f"/tips/{tip}").json()["here"]
    back = town.post(third, f"/tips/{tip}/pass", {"to": "th-police-tak"})
    assert (back.status_code, back.json()["passed_to"]) == (200, "th-police-tak"), back.text


def test_a_grave_tip_is_not_tied_to_a_case_nobody_works_on(town: Town) -> None:
    manager = town.th["case_manager"]
    open_one, over = (cases.bring_case(town.house, town.th, care=care) for care in ("intake", "closed"))
    called = {each: town.get(manager, f"/cases/{each}").json()["reference"] for each in (open_one, over)}
    grave, plain = told(town, danger="high").json()["id"], told(town).json()["id"]
    refused = town.post(manager, f"/tips/{grave}/join", {"reference": called[over]})
    assert codes(refused) == {"danger_is_answered"}
    assert town.post(manager, f"/tips/{grave}/join", {"reference": called[open_one]}).status_code == 200
    assert town.post(manager, f"/tips/{plain}/join", {"reference": called[over]}).status_code == 200


def test_a_tip_leads_to_a_case_with_its_incident_or_to_a_known_one(town: Town) -> None:
    manager = town.th["case_manager"]
    tip, other = told(town).json()["id"], told(town).json()["id"]
    person = {"sex": "M", "age_band": "18+", "nationality": "MM", "language": "my", "incident": True}
    wrong = town.post(manager, f"/tips/{tip}/case", {**person, "language": "Burmese!"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "language")
    opened = town.post(manager, f"/tips/{tip}/case", person)
    assert opened.status_code == 200, opened.text
    reference = opened.json()["case"]
    found = town.get(manager, "/cases?limit=10").json()["items"]
    case_id = next(each["id"] for each in found if each["reference"] == reference)
    assert cases.facts_of(town.house, case_id).source == "hotline"
    incident = town.get(manager, f"/cases/{case_id}/incident").json()["incident"]
    assert (incident["sector"], incident["happened_on"]) == ("fishing", "2026-11-01")
    kinds = [each["kind"] for each in town.get(manager, f"/cases/{case_id}/timeline").json()["items"]]
    assert kinds == ["opened", "incident", "tip"]
    assert town.post(manager, f"/tips/{other}/join", {"reference": "TH-2026-22222222"}).status_code == 422
    tied = town.post(manager, f"/tips/{other}/join", {"reference": reference})
    assert (tied.status_code, tied.json()["case"], tied.json()["state"]) == (200, reference, "case")


def test_the_danger_a_tip_told_of_goes_with_it_into_the_case(town: Town) -> None:
    manager, police = town.th["case_manager"], add_user(town.house, "th-police-tak", "first_responder")
    calm = told(town).json()
    for change in ({"danger": "serious"}, {"children": "yes"}):
        grave = told(town, **change).json()
        assert grave["triage_by"] < calm["triage_by"], "looked at within hours, not a day"
        passed = town.post(manager, f"/tips/{grave['id']}/pass", {"to": "th-police-tak"})
        assert passed.json()["triage_by"] < calm["triage_by"]
        protecting = [add_user(town.house, "th-police-tak", "supervisor"), town.th["national_focal_point"]]
        person = {"sex": "F", "age_band": "18+", "nationality": "MM", "language": "my", "incident": False}
        opened = town.post(police, f"/tips/{grave['id']}/case", person)
        assert opened.status_code == 200, opened.text
        found = town.get(police, "/cases?limit=10").json()["items"]
        case_id = next(each["id"] for each in found if each["reference"] == opened.json()["case"])
        assert cases.facts_of(town.house, case_id).protection_risk
        for who in protecting:
            notices = {(each["kind"], each["subject_id"]) for each in town.get(who, "/notices").json()["items"]}
            assert ("person_in_danger", case_id) in notices, who.roles
    # A case that is known: the danger is known in it, too, and told again when there is more of it.
    known = cases.bring_case(town.house, town.th, care="intake")
    reference = town.get(manager, f"/cases/{known}").json()["reference"]
    focal = town.th["national_focal_point"]
    for times in (1, 2):
        tip = told(town, danger="high").json()["id"]
        assert town.post(manager, f"/tips/{tip}/join", {"reference": reference}).status_code == 200
        assert cases.facts_of(town.house, known).protection_risk
        heard = [each for each in town.get(focal, "/notices").json()["items"] if each["subject_id"] == known]
        assert [each["kind"] for each in heard] == ["person_in_danger"] * times


def test_the_pages_write_pass_and_open(town: Town) -> None:
    browser = browser_at(town, town.th["case_manager"])
    assert 'href="/tips"' in browser.get("/cases").text
    browser.get("/tips/new")
    wrong = browser.send("/tips/new", **of_sheet(TipIn, {**TOLD, "contact": "+66 1"}))
    assert wrong.status_code == 422 and "Keep no way to reach a caller" in wrong.text
    typed = {**of_sheet(TipIn, {**TOLD, "danger": "serious"}), "record-contact": ""}
    assert browser.send("/tips/new", **typed).status_code == 303
    page = browser.follow().text
    assert "By telephone" in page and "net store" not in page
    tip = town.get(town.th["case_manager"], "/tips").json()["items"][0]["id"]
    assert WORDS in browser.get(f"/tips/{tip}").text
    browser.get(f"/tips/{tip}/close")
    refused = browser.send(f"/tips/{tip}/close", **of_sheet(CloseIn, {"reason": "no_sign"}))
    assert refused.status_code == 409 and "nobody is at work on it" in refused.text and "WM-SAFETY" in refused.text
    browser.get(f"/tips/{tip}/pass")
    add_user(town.house, "th-police-tak", "first_responder")
    kept = browser.send(f"/tips/{tip}/pass", **of_sheet(PassIn, {"to": "th-legal-aid"}))
    assert kept.status_code == 409, kept.text
    browser.get(f"/tips/{tip}/case")
    person = {"sex": "F", "age_band": "15-17", "nationality": "LA", "language": "lo", "incident": False}
    assert browser.send(f"/tips/{tip}/case", **of_sheet(CaseFromTipIn, person)).status_code == 303
    assert 'href="/cases/TH-2026-' in browser.follow().text
