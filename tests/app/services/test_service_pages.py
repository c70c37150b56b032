"""The same through the pages: asked on the case, answered by the provider at its desk, closed with the person."""

from __future__ import annotations

from tests.app.services.test_services import NAME, NGO, a_case, agree, duties, only, state_of, take_back
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import path_of, posted

NUMBER_OF = 'href="/services/'


def test_a_provider_is_asked_answers_and_is_done_at_the_desk(town: Town) -> None:
    there = add_user(town.house, NGO, "health_officer")
    case_id = a_case(town)
    us = browser_at(town, town.th["social_worker"])
    ask = f"{path_of(town, case_id)}/steps/service/request_service"
    fields = posted(town, "service_request", provider_office=NGO)
    assert us.get(ask).status_code == 200
    refused = us.post(ask, us.form(ask).fields | fields)
    assert "has not agreed that this provider learns of" in refused.text
    agree(town, case_id)
    us.get(ask)
    assert us.post(ask, us.form(ask).fields | fields).status_code == 303
    them = browser_at(town, there)
    home = them.get("/").text
    assert "Services asked of us" in home
    assert "1 request waits for an answer of your office" in home
    found = them.get("/services").text
    page = "/services/" + found.partition(NUMBER_OF)[2].partition('"')[0]
    seen = them.get(page).text
    assert "S-" in seen
    for secret in (NAME, path_of(town, case_id), "Burmese nurse"):
        assert secret not in seen
    assert path_of(town, case_id) not in them.get("/notices").text

    def send(action: str, **typed: str) -> int:
        them.get(page)
        return them.post(f"{page}/{action}", them.form(f"{page}/{action}").fields | typed).status_code

    assert send("decline") == 422, "nobody declines without a reason"
    assert send("accept", appointment_on_day="40", appointment_on_month="1", appointment_on_year="2030") == 422
    assert send("accept", appointment_time="t0930") == 422, "a time without a day"
    assert send(
        "accept", appointment_on_day="5", appointment_on_month="2", appointment_on_year="2027",
        appointment_time="t0930", appointment_place="with_provider",
    ) == 303  # fmt: skip
    row = only(town, there)
    matter = f"{path_of(town, case_id)}/matters/"
    told = us.get(page).text
    assert "9:30" in told
    assert matter in told, "who asked is led back to the case"
    own = us.get(matter + told.partition(matter)[2].partition('"')[0]).text
    assert "The provider accepted" in own
    for others in ("Record that the service begins", "Say that the service begins"):
        assert others not in own, "nobody is led to what is for the provider to say"
    assert "Stop the request" in own
    assert send("begin") == 303
    assert send("finish") == 422
    assert send("finish", outcome="partly") == 303
    matter_id = told.partition(matter)[2].partition('"')[0]
    assert duties(town, case_id, matter_id) == {"hear_person"}
    complete = f"{matter}{matter_id}/steps/complete_service"
    us.get(complete)
    closing = posted(town, "service_outcome", feedback=None)
    assert us.post(complete, us.form(complete).fields | closing).status_code == 303
    assert state_of(town, case_id, matter_id) == "done"
    assert row["number"] in them.get("/services").text
    assert "Services asked of us" not in them.get("/").text, "a day without such work has no such card"


def test_the_page_says_that_the_consent_is_gone(town: Town) -> None:
    there = add_user(town.house, NGO, "social_worker")
    case_id = a_case(town)
    agree(town, case_id)
    us = browser_at(town, town.th["social_worker"])
    ask = f"{path_of(town, case_id)}/steps/service/request_service"
    us.get(ask)
    assert us.post(ask, us.form(ask).fields | posted(town, "service_request", provider_office=NGO)).status_code == 303
    them, page = browser_at(town, there), f"/services/{only(town, there)['id']}"
    them.get(page)
    assert them.post(f"{page}/accept", them.form(f"{page}/accept").fields).status_code == 303
    take_back(town, case_id)
    assert "no longer agrees" in them.get(page).text
    refused = them.post(f"{page}/begin", them.form(f"{page}/begin").fields)
    assert "has not agreed that this provider learns of" in refused.text
    assert "The consent for a service has ended." in them.get("/notices").text
