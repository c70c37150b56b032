"""One incident, many people: recorded once, cases opened at once, offenders kept apart, each shown what is theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.casework import suspects
from app.casework.held import CASE
from app.casework.incidents import OFFENDER
from app.incidents.schemas import IncidentIn, OffenderIn, PeopleIn
from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user, desk_of
from tests.factories.towns import Town
from tests.gates.case_forms import INCIDENT, of_sheet
from tests.inspect import reading

RAID = {**INCIDENT, "source": "labour_inspection", "border_point": "mae-sot-myawaddy", "route": ["MM", "TH"]}
# Fourteen people of three nationalities.
GROUPS = [
    {"people": 6, "sex": "M", "age_band": "18+", "nationality": "MM", "language": "my"},
    {"people": 4, "sex": "M", "age_band": "18+", "nationality": "KH", "language": "km"},
    {"people": 2, "sex": "M", "age_band": "unknown", "nationality": "MM", "language": "my"},
    {"people": 1, "sex": "F", "age_band": "15-17", "nationality": "LA", "language": "lo"},
]


def raid(town: Town, who: str = "social_worker", **changes: Any) -> tuple[str, Any]:
    """A case with its incident recorded; the id of the case, and the answer."""
    case_id = cases.open_case(town.house, town.th[who], source="labour_inspection", identity={})
    return case_id, town.post(town.th[who], f"/cases/{case_id}/incident", {**RAID, **changes})


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def test_a_raid_with_fourteen_people_is_one_incident_and_fourteen_cases(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id, recorded = raid(town)
    assert recorded.status_code == 201, recorded.text
    assert recorded.json()["route"] == ["MM", "TH"] and recorded.json()["offenders"] is None
    opened = town.post(worker, f"/cases/{case_id}/incident/people", {"groups": GROUPS})
    assert opened.status_code == 201, opened.text
    assert len(opened.json()["opened"]) == 13
    found = town.get(worker, f"/cases/{case_id}/incident").json()["incident"]
    assert len(found["cases"]) == 14
    assert [each["nationality"] for each in found["cases"]].count("KH") == 4
    # In doubt a person is a child; and every case carries what the incident says.
    assert sum(each["child"] for each in found["cases"]) == 3
    girl = next(each["id"] for each in found["cases"] if each["nationality"] == "LA")
    last = cases.facts_of(town.house, girl)
    assert (last.source, last.exploitation, last.age_band) == ("labour_inspection", "ForcedLabour", "15-17")
    timeline = town.get(worker, f"/cases/{girl}/timeline").json()["items"]
    assert [each["kind"] for each in timeline] == ["opened", "incident"]
    # Nothing is done twice, and a case belongs to one incident.
    assert town.post(worker, f"/cases/{case_id}/incident", RAID).json()["code"] == "incident_recorded"
    too_many = [{**GROUPS[0], "people": 25}] * 3
    assert town.post(worker, f"/cases/{case_id}/incident/people", {"groups": too_many}).status_code == 422
    unreadable = [{**GROUPS[0], "language": "Burmese!"}]
    assert town.post(worker, f"/cases/{case_id}/incident/people", {"groups": unreadable}).status_code == 422


def test_bad_input_is_refused_with_its_field(town: Town) -> None:
    case_id = cases.open_case(town.house, town.th["social_worker"], identity={})
    path = f"/cases/{case_id}/incident"
    for change, field in (
        ({"happened_on": "2999-01-01"}, "body.happened_on"),
        ({"sector": "astrology"}, "body.sector"),
        ({"border_point": "nowhere"}, "body.border_point"),
    ):
        answer = town.post(town.th["social_worker"], path, {**RAID, **change})
        assert answer.status_code == 422 and [each["field"] for each in answer.json()["errors"]] == [field]
    assert town.post(town.th["social_worker"], f"{path}/people", {"groups": GROUPS}).json()["code"] == "no_incident"


def test_the_cases_of_an_incident_are_those_one_may_see(town: Town) -> None:
    worker, other = town.th["social_worker"], add_user(town.house, "th-ngo", "social_worker")
    case_id, recorded = raid(town)
    theirs = cases.open_case(town.house, other, identity={})
    # Who does not see the case of an incident cannot join it, and is told nothing of it.
    join = f"/cases/{theirs}/incident/join"
    unseen = town.post(other, join, {"reference": reference(town, case_id)})
    assert (unseen.status_code, unseen.json()["errors"][0]["field"]) == (422, "body.reference")
    cases.join(town.house, case_id, other)
    assert town.post(other, join, {"reference": reference(town, case_id)}).status_code == 200
    assert town.get(other, f"/cases/{theirs}/incident").json()["incident"]["reference"] == recorded.json()["reference"]
    both = town.get(other, f"/cases/{case_id}/incident").json()["incident"]["cases"]
    mine = town.get(worker, f"/cases/{case_id}/incident").json()["incident"]["cases"]
    assert {each["id"] for each in both} == {case_id, theirs} and {each["id"] for each in mine} == {case_id}
    # Somebody who is kept away from a person does not find them here either.
    walls.block(town.house, case_id, "user", other.id)
    left = town.get(other, f"/cases/{theirs}/incident").json()["incident"]["cases"]
    assert [each["id"] for each in left] == [theirs]
    assert town.get(other, f"/cases/{case_id}/incident").status_code == 404


def test_alleged_offenders_are_read_by_law_and_compared_by_everybody(town: Town) -> None:
    case_id, _ = raid(town)
    worker, lawyer = town.th["social_worker"], town.th["legal_officer"]
    cases.join(town.house, case_id, lawyer)
    path = f"/cases/{case_id}/incident/offenders"
    body = {"role": "recruiter", "names": ["Somchai Kaewkla", "Uncle Chai"], "words": "Took the passports."}
    refused = town.post(worker, path, body)
    assert (refused.status_code, refused.json()["group"]) == (403, "offenders")
    told = town.post(lawyer, path, body)
    assert told.status_code == 201, told.text
    assert [each["names"] for each in told.json()["offenders"]] == [["Somchai Kaewkla", "Uncle Chai"]]
    shown = town.get(worker, f"/cases/{case_id}/incident")
    assert shown.json()["incident"]["offenders"] is None and "Somchai" not in shown.text
    assert len(town.looks("offenders_read")) == 1, "a look at offenders is noted, and only then"
    # Whoever appoints a guardian compares without reading.
    with desk_of(town.house, worker) as desk:
        found = suspects.suspects_of(desk, case_id)
        assert [each.role for each in suspects.matching(found, "KAEWKLA, Somchai")] == ["recruiter"]
        assert suspects.matching(found, "Malee Srisai", "") == ()
    other = cases.open_case(town.house, worker, identity={})
    with desk_of(town.house, worker) as desk:
        assert suspects.suspects_of(desk, other) == ()
    assert town.looks("suspects_compared")
    with reading(town.house.db) as session:
        kept = session.execute(select(OFFENDER.c.sealed)).scalar_one()
    assert b"Somchai" not in kept


def test_the_pages_record_open_and_accuse(town: Town) -> None:
    case_id = cases.open_case(town.house, town.th["social_worker"], identity={})
    cases.join(town.house, case_id, town.th["legal_officer"])
    path = f"/cases/{reference(town, case_id)}/incident"
    browser = browser_at(town, town.th["social_worker"])
    assert "No incident is recorded for this case." in browser.get(path).text
    browser.get(f"{path}/new")
    wrong = browser.send(f"{path}/new", **{**of_sheet(IncidentIn, INCIDENT), "record-sector": ""})
    assert wrong.status_code == 422 and "Choose an answer." in wrong.text
    future = {"record-happened_on_year": "2027"}
    wrong = browser.send(f"{path}/new", **{**of_sheet(IncidentIn, INCIDENT), **future})
    assert "Choose a day that is not in the future." in wrong.text and 'href="#field-record-happened_on"' in wrong.text
    done = browser.send(f"{path}/new", **of_sheet(IncidentIn, INCIDENT))
    assert done.status_code == 303, done.text
    page = browser.get(path).text
    assert "Fishing" in page and "Alleged offenders" not in page
    browser.get(f"{path}/people")
    more = browser.send(f"{path}/people", **of_sheet(PeopleIn, {"groups": GROUPS}), more_rows="record-groups")
    assert more.status_code == 200 and 'name="record-groups-5-people"' in more.text
    assert browser.send(f"{path}/people", **of_sheet(PeopleIn, {"groups": GROUPS})).status_code == 303
    assert browser.get(path).text.count('class="work-ref"') == 14
    assert browser.get(f"{path}/offenders").status_code == 403
    lawyer = browser_at(town, town.th["legal_officer"])
    lawyer.get(f"{path}/offenders")
    body = {"role": "exploiter", "names": ["Captain Lek"], "words": "Owns two boats."}
    assert lawyer.send(f"{path}/offenders", **of_sheet(OffenderIn, body)).status_code == 303
    page = lawyer.get(path).text
    assert "Captain Lek" in page and "Employer or exploiter" in page
