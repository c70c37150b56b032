"""Holds, the list of what is past its time, and the way of two people to an erasure, through both doors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.access.two_persons import APPROVAL
from app.casework.held import CASE
from app.models.referral import Message
from app.worker import Worker
from tests.app.keeping.people import close, closed_case, years_later
from tests.factories import approvals, cases, referrals
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading

WHY = "The court of Tak hears the appeal in March."


def reference_of(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["refusals"]]


def test_two_people_erase_somebody_whose_time_is_over_and_a_hold_stops_them(town: Town) -> None:
    asker, second = town.th["data_protection_officer"], town.th["national_focal_point"]
    case_id, other = closed_case(town.house, town.th), cases.bring_case(town.house, town.th, "screening")
    assert town.get(asker, "/data/review").json()["items"] == []
    approvals.step_up(town, asker, second)
    early = town.post(asker, f"/cases/{case_id}/erasure", {"ground": "time_over"})
    assert early.status_code == 409 and codes(early) == ["time_is_over"]
    open_one = town.post(asker, f"/cases/{other}/erasure", {"ground": "person_asked"})
    assert codes(open_one) == ["every_case_is_closed"]
    years_later(town.house, 11)
    due = town.get(asker, "/data/review").json()["items"]
    assert [(each["case_id"], each["held"], each["waiting"]) for each in due] == [(case_id, False, False)]
    # A hold of the supervisor stops it, and the refusal says who lifts it.
    hold = {"why": "court_case", "until": None, "reason": WHY}
    assert town.post(town.th["supervisor"], f"/cases/{case_id}/holds", hold).status_code == 201
    approvals.step_up(town, asker, second)
    stopped = town.post(asker, f"/cases/{case_id}/erasure", {"ground": "time_over"})
    (refusal,) = stopped.json()["refusals"]
    assert refusal["code"] == "no_hold_stands" and "court case" in refusal["missing"]
    assert "supervisor" in refusal["who"] and {each["id"] for each in refusal["sources"]} == {"WM-RETENTION", "IOM-9"}
    assert town.get(asker, "/data/review").json()["items"][0]["held"] is True
    held = town.get(town.th["supervisor"], f"/cases/{case_id}/keeping").json()["holds"]
    lifted = town.post(town.th["supervisor"], f"/cases/{case_id}/holds/{held[0]['id']}/lift", {"reason": WHY})
    assert lifted.status_code == 200 and lifted.json()["holds"][0]["stands"] is False
    again = town.post(town.th["supervisor"], f"/cases/{case_id}/holds/{held[0]['id']}/lift", {"reason": WHY})
    assert (again.status_code, again.json()["code"]) == (409, "hold_lifted")
    # One proposes; nothing goes; the same one cannot agree; the other can.
    asked = town.post(asker, f"/cases/{case_id}/erasure", {"ground": "time_over"})
    assert asked.status_code == 202, asked.text
    assert town.get(asker, f"/cases/{case_id}/keeping").json()["waiting"] == asked.json()["id"]
    twice = town.post(asker, f"/cases/{case_id}/erasure", {"ground": "time_over"})
    assert (twice.status_code, twice.json()["code"]) == (409, "erasure_waits")
    assert approvals.decide(town, asker, asked.json()["id"]).status_code == 403
    assert town.get(second, f"/cases/{case_id}/keeping").json()["tombstone"] is None
    assert approvals.decide(town, second, asked.json()["id"]).json()["state"] == "agreed"
    assert Worker(town.house).drain() == 1
    grave = town.get(second, "/data/erasures").json()["items"][0]
    assert (grave["case_id"], grave["ground"]) == (case_id, "time_over") and len(grave["signature"]) == 128
    assert town.get(asker, "/data/review").json()["items"] == []
    # What never named anybody is there, and the history tells it all.
    assert town.get(second, f"/cases/{case_id}").status_code == 200
    told = [each["step"] for each in town.get(second, f"/cases/{case_id}/timeline").json()["items"]]
    assert told[-4:] == ["erase_person", "lift", "agree", "erase"], "also that it was refused"
    assert town.post(town.th["supervisor"], f"/cases/{case_id}/holds", hold).status_code == 410
    assert town.post(asker, f"/cases/{case_id}/erasure", {"ground": "time_over"}).status_code == 410
    with reading(town.house.db) as session:
        assert session.execute(select(APPROVAL.c.wrapped).where(APPROVAL.c.subject_id == case_id)).scalars().all() == [
            b""
        ]
    assert town.get(second, f"/approvals/{asked.json()['id']}").json()["words"] == {}


def test_the_pages_do_as_the_doors_do(town: Town) -> None:
    case_id = closed_case(town.house, town.th)
    reference = reference_of(town, case_id)
    path = f"/cases/{reference}/keeping"
    asker, second = town.th["data_protection_officer"], town.th["national_focal_point"]
    browser = browser_at(town, asker)
    assert f'href="{path}"' in browser.get(f"/cases/{reference}/access").text
    browser.get(path)
    wrong = browser.send(f"{path}/hold", why="claim_open", reason="short")
    assert wrong.status_code == 422 and "Say in at least 10 letters why." in wrong.text
    browser.get(path)
    day = {"until_day": "1", "until_month": "2", "until_year": "2031"}
    assert browser.send(f"{path}/hold", why="claim_open", reason=WHY, **day).status_code == 303
    page = browser.follow().text
    assert "A claim of the person is not settled" in page and "A legal hold stands" in page
    approvals.step_up(town, asker, second)
    browser.get(path)
    no = browser.send(f"{path}/erase", ground="person_asked")
    assert no.status_code == 409 and "Lift the hold when its reason is gone" in no.text
    browser.get(path)
    assert browser.send(f"{path}/lift", lifted="The claim is paid, all of it.").status_code == 303
    browser.get(path)
    assert browser.send(f"{path}/erase", ground="person_asked").status_code == 303
    assert "A second person was asked." in browser.follow().text
    with reading(town.house.db) as session:
        approval = session.execute(select(APPROVAL.c.id).where(APPROVAL.c.state == "waiting")).scalar_one()
    other = browser_at(town, second)
    approvals.step_up(town, second)
    assert "Erasing a person" in other.get(f"/reports/approvals/{approval}").text
    agreed = other.send(f"/reports/approvals/{approval}/agree")
    assert agreed.headers["location"].endswith("done=agreed"), agreed.headers
    assert Worker(town.house).drain() == 1
    assert "This person was erased" in other.get(path).text
    assert reference in other.get("/admin/retention/due").text
    for place in ("", "/timeline", "/people", "/documents", "/access"):
        assert other.get(f"/cases/{reference}{place}").status_code in (200, 404), place


def test_messages_of_a_referral_go_and_one_that_is_under_way_stops_it(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    case_id = pair.case_id
    asker, second = town.th["data_protection_officer"], town.th["national_focal_point"]
    approvals.step_up(town, asker, second)
    no = town.post(asker, f"/cases/{case_id}/erasure", {"ground": "person_asked"})
    assert set(codes(no)) == {"every_case_is_closed", "nothing_is_under_way"}
    focal = town.mm["national_focal_point"]
    referrals.take(town.house, focal, pair.arrived, "decline", given={"reason": "no_capacity"})
    referrals.post(town.house)
    close(town.house, town.th, case_id)
    asked = town.post(asker, f"/cases/{case_id}/erasure", {"ground": "person_asked"})
    assert asked.status_code == 202, asked.text
    assert approvals.decide(town, second, asked.json()["id"]).json()["state"] == "agreed"
    assert Worker(town.house).drain() == 1
    with reading(town.house.db) as session:
        bodies = session.execute(select(Message.country, Message.sealed_body)).all()
    assert bodies and all(not row.sealed_body for row in bodies if row.country == "TH")
    assert all(row.sealed_body for row in bodies if row.country == "MM"), "what the partner holds is the partner's"
    for path in (f"/referrals/{pair.sent_from}", f"/referrals/{pair.sent_from}/timeline"):
        assert town.get(second, path).status_code in (200, 410), path
