"""The directory that countries keep for each other: an entry, its check, what the other side found, at both doors."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.contact_rows import _UNSAID, ANSWER, CONTACT
from app.casework.contacts import EntrySaid
from app.casework.held import CASE, REFERRAL
from app.models.notice import Notice
from app.worker import Worker as Postman
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading

BODY: dict[str, Any] = {
    "office": "mm-dor", "kinds": ["referral", "child"], "places": ["Kayin State", "Mon State"],
    "hours": {"mon": "08:30-16:30", "tue": "08:30-16:30"}, "phone": "+95 00 000 001", "languages": ["my", "en"],
    "deputy_office": "mm-atipd", "deputy_role": "national_focal_point", "valid_from": "2017-01-01",
}  # fmt: skip
LIST = "/directory/corridors/TH/MM/contacts"


def keeper(town: Town, country: str) -> Any:
    return {"TH": town.th, "MM": town.mm}[country]["national_focal_point"]


def add(town: Town, country: str = "MM", **changes: Any) -> dict[str, Any]:
    answer = town.post(keeper(town, country), "/directory/contacts", BODY | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def seen_by(town: Town, country: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.get(keeper(town, country), LIST).json()["items"]
    return found


def drain(town: Town) -> None:
    Postman(town.house).drain()


def notices(town: Town, kind: str) -> set[str]:
    with reading(town.house.db) as session:
        return set(session.execute(select(Notice.user_id).where(Notice.kind == kind)).scalars())


def test_an_entry_travels_and_what_was_found_comes_back(town: Town) -> None:
    made = add(town)
    assert (made["version"], made["own"], made["valid"], made["said"]["verified_by"]) == (
        1, True, True, "national_focal_point",
    )  # fmt: skip
    assert seen_by(town, "TH") == []
    drain(town)
    theirs = seen_by(town, "TH")
    assert [(each["id"], each["own"], each["country"]) for each in theirs] == [(made["id"], False, "MM")]
    assert theirs[0]["said"] == made["said"]
    assert keeper(town, "TH").id in notices(town, "contact_changed")
    path = f"/directory/contacts/{made['id']}"
    found = town.post(keeper(town, "TH"), f"{path}/found", {"result": "answers", "seen_version": 1})
    assert found.status_code == 200, found.text
    drain(town)
    for country in ("TH", "MM"):
        told = seen_by(town, country)[0]["found"]
        assert [(each["country"], each["result"], each["version"]) for each in told] == [("TH", "answers", 1)]
    assert keeper(town, "MM").id in notices(town, "contact_confirmed")
    town.clock.advance(timedelta(days=1))
    silent = town.post(keeper(town, "TH"), f"{path}/found", {"result": "no_answer"}, If_Match='"1"')
    assert silent.status_code == 200
    drain(town)
    assert seen_by(town, "MM")[0]["found"][0]["result"] == "no_answer"
    assert keeper(town, "MM").id in notices(town, "contact_doubted")


def test_a_change_needs_the_version_that_was_seen_and_keeps_the_old_one(town: Town) -> None:
    made = add(town)
    path = f"/directory/contacts/{made['id']}"
    who = keeper(town, "MM")
    assert town.post(who, path, BODY).status_code == 428
    assert town.post(who, path, BODY, If_Match='"7"').status_code == 409
    changed = town.post(who, path, BODY | {"phone": "+95 00 000 002"}, If_Match='"1"')
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert town.post(who, path, BODY, If_Match='"1"').json()["code"] == "stale_version"
    town.clock.advance(timedelta(days=10))
    checked = town.post(who, f"{path}/check", {"seen_version": 2}).json()
    assert checked["version"] == 3 and checked["said"]["phone"] == "+95 00 000 002"
    assert checked["said"]["verified_on"] > made["said"]["verified_on"]
    drain(town)
    with reading(town.house.db) as session:
        for country in ("MM", "TH"):
            kept = select(CONTACT.c.version).where(CONTACT.c.country == country).order_by(CONTACT.c.version)
            assert list(session.execute(kept).scalars()) == [1, 2, 3]
    assert {each.action for each in town.looks()} >= {"contact_added", "contact_changed", "contact_checked"}


def test_only_the_focal_point_keeps_and_only_the_own(town: Town) -> None:
    made = add(town)
    drain(town)
    path = f"/directory/contacts/{made['id']}"
    assert town.post(None, "/directory/contacts", BODY).status_code == 401
    for role in ("border_focal_point", "social_worker", "administrator"):
        assert town.post(town.mm[role], "/directory/contacts", BODY).status_code in (403, 404), role
        assert town.get(town.mm[role], LIST).status_code == 200
    assert town.post(keeper(town, "TH"), path, BODY | {"office": "th-datip"}, If_Match='"1"').status_code == 409
    assert town.post(keeper(town, "TH"), f"{path}/check", {"seen_version": 1}).status_code == 409
    assert town.post(keeper(town, "MM"), f"{path}/found", {"result": "answers", "seen_version": 1}).status_code == 409
    others = town.get(keeper(town, "TH"), "/directory/corridors/MM/CN/contacts").json()["items"]
    assert [each["country"] for each in others] == ["MM"], "what is known here of two others"
    assert town.get(keeper(town, "TH"), "/directory/corridors/MM/XX/contacts").status_code == 404
    assert town.get(keeper(town, "TH"), "/directory/corridors/TH/TH/contacts").status_code == 404
    with reading(town.house.db) as session:
        assert session.execute(select(ANSWER.c.id)).all() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"office": "th-datip"}, "office"),
        ({"office": "mm-dsw-yangon-shelter"}, "office"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["everything"]}, "kinds"),
        ({"kinds": ["handover"]}, "points"),
        ({"points": ["aranyaprathet-poipet"]}, "points"),
        ({"phone": "", "other_way": ""}, "phone"),
        ({"phone": "ring me"}, "phone"),
        ({"hours": {"mon": "from nine"}}, "hours"),
        ({"hours": {"someday": "08:00-09:00"}}, "hours"),
        ({"languages": ["klingon"]}, "languages"),
        ({"deputy_office": "th-datip"}, "deputy_office"),
        ({"deputy_role": "emperor"}, "deputy_role"),
        ({"valid_until": "2016-01-01"}, "valid_until"),
    ],
)
def test_what_does_not_fit_is_named(town: Town, wrong: dict[str, Any], field: str) -> None:
    answer = town.post(keeper(town, "MM"), "/directory/contacts", BODY | wrong)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert seen_by(town, "MM") == []


def test_who_keeps_it_is_reminded_once_and_it_is_shown_as_out_of_date(town: Town) -> None:
    made = add(town)
    due = date.fromisoformat(made["said"]["next_check"])
    today = town.house.policies.day("MM", town.clock.now())
    assert timedelta(days=88) <= due - today <= timedelta(days=93)
    Postman(town.house).watch()
    assert notices(town, "contact_due") == set()
    town.clock.advance(due - today)
    for _ in range(2):
        Postman(town.house).watch()
        town.clock.advance(timedelta(minutes=2))
    with reading(town.house.db) as session:
        told = select(Notice.user_id).where(Notice.kind == "contact_due", Notice.country == "MM")
        assert list(session.execute(told).scalars()).count(keeper(town, "MM").id) == 1
    assert seen_by(town, "MM")[0]["out_of_date"] is False
    town.clock.advance(timedelta(days=1))
    assert seen_by(town, "MM")[0]["out_of_date"] is True
    assert seen_by(town, "MM")[0]["valid"] is True
    town.post(keeper(town, "MM"), f"/directory/contacts/{made['id']}/check", {"seen_version": 1})
    assert seen_by(town, "MM")[0]["out_of_date"] is False


def test_who_is_on_duty_is_told_in_the_time_of_the_office(town: Town) -> None:
    add(town)
    # Monday, nine in the morning in Yangon; then the evening, and Tuesday is next.
    monday = datetime(2027, 6, 7, 2, 30, tzinfo=UTC)
    town.clock.advance(monday - town.clock.now())
    duty = seen_by(town, "MM")[0]["duty"]
    assert (duty["open"], datetime.fromisoformat(duty["until"])) == (True, datetime(2027, 6, 7, 10, tzinfo=UTC))
    town.clock.advance(timedelta(hours=9))
    duty = seen_by(town, "MM")[0]["duty"]
    assert (duty["open"], datetime.fromisoformat(duty["opens"])) == (False, datetime(2027, 6, 8, 2, tzinfo=UTC))


def test_the_pages_say_the_same_to_both(town: Town) -> None:
    mm, th = browser_at(town, keeper(town, "MM")), browser_at(town, keeper(town, "TH"))
    page = "/admin/corridors/MM/TH/contacts"
    assert "Nothing was said yet" in mm.get(page).text
    assert mm.get("/admin/contacts/new").status_code == 200
    form = mm.form("/admin/contacts/new")
    sent = form.fields | {"office": "mm-dor", "kinds": ["referral"], "phone": "+95 00 000 001", "mon": "08:30-16:30"}
    wrong = mm.post("/admin/contacts/new", sent | {"phone": ""})
    assert wrong.status_code == 422 and "Give a telephone number" in wrong.text
    made = mm.post("/admin/contacts/new", sent)
    assert made.status_code in (302, 303), made.text
    told = mm.get(made.headers["location"]).text
    assert "Saved." in told and "Not yet" in told and "+95 00 000 001" in told
    drain(town)
    entry = seen_by(town, "TH")[0]["id"]
    assert th.get(f"/admin/contacts/{entry}").status_code == 404
    assert mm.get(f"/admin/contacts/{entry}/found").status_code == 404
    path = f"/admin/contacts/{entry}/found"
    assert th.get(path).status_code == 200
    said = th.post(path, th.form(path).fields | {"result": "answers"})
    assert said.status_code in (302, 303), said.text
    drain(town)
    for browser in (mm, th):
        assert "It answers" in browser.get(page).text
    path = f"/admin/contacts/{entry}/check"
    mm.get(path)
    assert mm.post(path, mm.form(path).fields).status_code in (302, 303)
    path = f"/admin/contacts/{entry}"
    mm.get(path)
    stale = mm.form(path).fields | {"version": "1", "other_way": "Radio"}
    assert mm.post(path, stale).status_code == 409
    mm.get(path)
    assert mm.post(path, mm.form(path).fields | {"other_way": "Radio"}).status_code in (302, 303)
    assert "Radio" in mm.get(page).text
    assert "Change it" not in browser_at(town, town.th["social_worker"]).get(page).text


def test_who_refers_sees_for_which_places_an_office_is_competent_and_who_is_on_duty(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    add(town)
    drain(town)
    with reading(town.house.db) as session:
        reference = session.execute(select(REFERRAL.c.reference).where(REFERRAL.c.id == pair.sent_from)).scalar_one()
    page = browser_at(town, town.th["national_focal_point"]).get(f"/referrals/{reference}").text
    assert "Who answers there" in page and "+95 00 000 001" in page
    assert "On duty now" in page or "Closed now" in page
    case = cases.bring_case(town.house, town.th, "planning_return")
    with reading(town.house.db) as session:
        called = session.execute(select(CASE.c.reference).where(CASE.c.id == case)).scalar_one()
    page = browser_at(town, town.th["case_manager"]).get(f"/cases/{called}/refer").text
    assert "Kayin State, Mon State" in page


def test_an_entry_that_ran_out_stands_in_the_way_before_a_draft_is_written(town: Town) -> None:
    add(town, valid_until="2017-02-01")
    drain(town)
    case = cases.bring_case(town.house, town.th, "planning_return")
    with reading(town.house.db) as session:
        called = session.execute(select(CASE.c.reference).where(CASE.c.id == case)).scalar_one()
    browser = browser_at(town, town.th["case_manager"])
    page = browser.get(f"/cases/{called}/refer/check?to=MM&office=mm-dor").text
    assert "has run out" in page and "renew its entry in the directory" in page


def test_what_a_partner_may_leave_out_is_there_for_whoever_reads_it() -> None:
    may_lack = {name for name, field in EntrySaid.model_fields.items() if not field.is_required()}
    assert set(_UNSAID) == may_lack
    assert all(_UNSAID[name] == EntrySaid.model_fields[name].default for name in may_lack)
