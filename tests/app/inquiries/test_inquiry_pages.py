"""The same through the pages: asked on the case, read and answered at the desk of the other country."""

from __future__ import annotations

from app.casework.kinds.inquiry_answer import InquiryAnswer
from app.worker import Worker as Postman
from tests.app.inquiries.test_inquiries import BIRTH, NAME, a_case, agree, there
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.gates.case_forms import of_sheet, path_of, posted

LINK = 'href="/inquiries/'


def test_a_question_is_asked_and_answered_at_two_desks(town: Town) -> None:
    case_id = a_case(town)
    us = browser_at(town, town.th["case_manager"])
    ask = f"{path_of(town, case_id)}/steps/inquiry/ask_tracing"
    fields = posted(town, "tracing_inquiry", may_say_why=False)
    assert us.get(ask).status_code == 200, us.last.text
    refused = us.post(ask, us.form(ask).fields | fields)
    assert "consent to contacting the family (MM)" in refused.text
    agree(town, case_id)
    agree(town, case_id, "contact_family")
    us.get(ask)
    assert us.post(ask, us.form(ask).fields | fields).status_code == 303
    Postman(town.house).drain()
    them = browser_at(town, there(town))
    found = them.get("/inquiries").text
    assert NAME not in found
    page = "/inquiries/" + found.partition(LINK)[2].partition('"')[0]
    seen = them.get(page).text
    for said in (NAME, BIRTH, "Do not tell the relatives why they are looked for"):
        assert said in seen
    assert path_of(town, case_id) not in seen
    assert them.post(f"{page}/take-up", them.form(f"{page}/take-up").fields).status_code == 303
    answer = f"{page}/answer"
    them.get(answer)
    half = them.post(answer, them.form(answer).fields | of_sheet(InquiryAnswer, {"family_found": True}))
    assert "does not say whether the family was found" in half.text
    whole = {"family_found": True, "family_willing": True, "family_safe": True, "complicity_suspected": False}
    them.get(answer)
    assert them.post(answer, them.form(answer).fields | of_sheet(InquiryAnswer, whole)).status_code == 303
    assert "Answered" in them.get(page).text
    Postman(town.house).drain()
    matter = cases.facts_of(town.house, case_id).matters_of("inquiry")[0]
    assert matter.state == "answered"
    own = us.get(f"{path_of(town, case_id)}/matters/{matter.id}").text
    assert "Tracing of the family" in own
    assert "Ask the other country to forget the question" in own
