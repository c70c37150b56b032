"""The review of emergencies: who judges what, once and never the own; questions, escalations and late reviews."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from app.models.user import User, UserRole
from app.worker import Worker as Postman
from tests.factories import cases
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.factories.walls import REASON, block, open_in_emergency, seal, step_up, try_to_open
from tests.inspect import writing

COMMENT = "I spoke with the hospital."


def judge(town: Town, who: Worker, access: str, verdict: str, comment: str = COMMENT) -> Any:
    return town.post(who, f"/emergency-access/{access}/review", {"verdict": verdict, "comment": comment})


def told(town: Town, worker: Worker, kind: str) -> list[Any]:
    return [item for item in town.get(worker, "/notices").json()["items"] if item["kind"] == kind]


def queue(town: Town, worker: Worker) -> list[Any]:
    items: list[Any] = town.get(worker, "/emergency-access/reviews").json()["items"]
    return items


def over(town: Town) -> None:
    town.clock.advance(timedelta(minutes=121))


def test_a_reviewer_sees_why_and_what_was_looked_at_and_judges_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker", login="nok")
    town.get(opener, f"/cases/{case_id}")  # refused, before it began
    town.clock.advance(timedelta(minutes=1))
    access = open_in_emergency(town, opener, case_id)
    town.get(opener, f"/cases/{case_id}")
    town.get(opener, f"/cases/{case_id}/records")
    supervisor, officer = town.th["supervisor"], town.th["data_protection_officer"]
    away = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    for reviewer in (supervisor, officer):
        (waits,) = queue(town, reviewer)
        assert (waits["id"], waits["name"], waits["unreviewed_hours"], waits["alarm"]) == (access, "Nok", 0, False)
        assert REASON not in str(waits)
        page = town.get(reviewer, f"/emergency-access/{access}").json()
        assert page["reason"] == REASON
        # The clock stands still in a test: what happens at one moment has no order.
        assert {each["action"] for each in page["seen"]} == {"emergency_opened", "case_opened", "records_listed"}
        assert page["seen_count"] == 3
    assert queue(town, away) == []
    nothing = town.get(supervisor, f"/emergency-access/{case_id}")
    for stranger in (away, town.mm["supervisor"]):
        answer = town.get(stranger, f"/emergency-access/{access}")
        assert (answer.status_code, answer.content) == (404, nothing.content)
        assert judge(town, stranger, access, "justified").status_code == 404
    assert town.get(opener, f"/emergency-access/{access}").status_code == 403, "no reviewer"

    assert judge(town, supervisor, access, "justified").json()["code"] == "emergency_still_open"
    assert judge(town, supervisor, access, "justified", "   ").status_code == 422
    assert judge(town, supervisor, access, "fine").status_code == 422
    over(town)
    answer = judge(town, supervisor, access, "justified")
    assert (answer.status_code, answer.json()["verdict"]) == (200, "justified")
    assert judge(town, officer, access, "escalate").json()["code"] == "reviewed_already"
    assert queue(town, supervisor) == queue(town, officer) == []
    last = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"], last["note"]) == ("emergency", "review", COMMENT)
    assert last["details"] == {"emergency": access, "verdict": "justified"}
    (heard,) = told(town, opener, "emergency_reviewed")
    assert heard["detail"] == {"verdict": "justified"} and heard["subject_id"] == access
    listed = town.get(supervisor, "/emergency-access?reviewed=true").json()["items"]
    assert [(item["id"], item["verdict"]) for item in listed] == [(access, "justified")]
    assert town.get(supervisor, "/emergency-access?reviewed=false").json()["items"] == []


def test_nobody_judges_what_they_opened_themselves(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    # A supervisor opens across the country and reviews the own office: from elsewhere, then moved here.
    opener = add_user(town.house, "th-ngo", "supervisor", "data_protection_officer")
    step_up(town, opener)
    assert try_to_open(town, opener, case_id).json()["code"] == "not_needed", "the second role sees all cases"
    double = add_user(town.house, "th-shelter-phitsanulok", "social_worker", "legal_officer")
    access = open_in_emergency(town, double, case_id)
    grant(town, double, "supervisor", "th-shelter-tak")
    own = judge(town, double, access, "escalate")
    assert (own.status_code, own.json()["code"]) == (403, "own_emergency")
    assert queue(town, double) == []
    (noted,) = [look for look in town.looks("refused") if look.actor_id == double.id]
    assert noted.subject_id == case_id


def grant(town: Town, worker: Worker, role: str, office: str) -> None:
    """Give an account another role and office, as an administrator would."""
    with writing(town.house.db) as session:
        session.execute(insert(UserRole), {"user_id": worker.id, "role": role})
        session.execute(update(User).where(User.id == worker.id).values(office_id=town.offices[office]))


def test_a_question_ends_it_and_is_answered(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    access = open_in_emergency(town, opener, case_id)
    answer = {"answer": "The night shift had no key to the list."}
    assert town.post(opener, f"/emergency-access/{access}/answer", answer).json()["code"] == "nothing_asked"
    asked = judge(town, town.th["supervisor"], access, "question", "Why not by phone?")
    assert (asked.status_code, asked.json()["state"]) == (200, "over")
    assert town.get(opener, f"/cases/{case_id}").status_code == 404, "what is in question is open no longer"
    (wanted,) = told(town, opener, "emergency_answer_wanted")
    assert wanted["detail"]["answer_by"] == (town.clock.now() + timedelta(days=3)).isoformat()
    assert "phone" not in str(wanted)
    assert town.post(town.th["social_worker"], f"/emergency-access/{access}/answer", answer).status_code == 404
    assert town.post(opener, f"/emergency-access/{access}/answer", answer).status_code == 200
    assert len(told(town, town.th["supervisor"], "emergency_answered")) == 1
    line = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"]
    assert [(each["step"], each["note"]) for each in line[-2:]] == [
        ("review", "Why not by phone?"),
        ("answer", answer["answer"]),
    ]


def test_an_escalation_reaches_those_who_watch_over_the_country(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    access = open_in_emergency(town, opener, case_id)
    kept_away = add_user(town.house, "th-datip", "national_focal_point")
    block(town.house, case_id, "user", kept_away.id)
    assert judge(town, town.th["supervisor"], access, "escalate").status_code == 200
    for role in ("data_protection_officer", "national_focal_point", "auditor"):
        (note,) = told(town, town.th[role], "emergency_escalated")
        assert (note["subject_id"], note["detail"]) == (case_id, {"by": opener.id, "emergency": access})
    for other in (town.th["supervisor"], town.th["analyst"], town.mm["data_protection_officer"], opener, kept_away):
        assert told(town, other, "emergency_escalated") == []


def test_three_days_unreviewed_ring_once_for_all_workers(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    access = open_in_emergency(town, opener, case_id)
    judged = open_in_emergency(town, add_user(town.house, "th-shelter-chiang-rai", "social_worker"), case_id)
    over(town)
    judge(town, town.th["supervisor"], judged, "justified")
    first, second = Postman(town.house), Postman(town.house)
    town.clock.advance(timedelta(days=3) - timedelta(minutes=122))
    assert first.watch() == second.watch() == 0
    town.clock.advance(timedelta(minutes=1))
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda each: each.watch(), (first, second))) == 1, "two workers at once, one alarm"
    town.clock.advance(timedelta(minutes=2))
    assert (first.watch(), Postman(town.house).watch()) == (0, 0), "and not again, also after a new start"
    for role in ("supervisor", "data_protection_officer", "national_focal_point"):
        (note,) = told(town, town.th[role], "emergency_unreviewed")
        assert (note["subject"], note["subject_id"], note["detail"]["by"]) == ("emergency_access", access, opener.id)
        assert case_id not in str(note)
    assert told(town, opener, "emergency_unreviewed") == told(town, town.th["auditor"], "emergency_unreviewed") == []
    (waits,) = queue(town, town.th["supervisor"])
    assert (waits["alarm"], waits["unreviewed_hours"]) == (True, 72)
    line = town.get(town.th["auditor"], f"/cases/{case_id}/timeline").json()["items"]
    assert [each["details"]["emergency"] for each in line if each["step"] == "unreviewed"] == [access]
    assert town.get(town.th["auditor"], f"/cases/{case_id}/audit").json()["chain"]["fault"] is None


def test_a_seal_set_later_hides_the_case_and_not_the_alarm(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    open_in_emergency(town, add_user(town.house, "th-shelter-phitsanulok", "social_worker"), case_id)
    seal(town.house, case_id, town.th["social_worker"])
    town.clock.advance(timedelta(days=3, minutes=1))
    assert Postman(town.house).watch() == 1
    focal = town.th["national_focal_point"]
    assert len(told(town, focal, "emergency_unreviewed")) == 1 and queue(town, town.th["supervisor"]) == []
    assert told(town, town.th["supervisor"], "emergency_opened") == [], "a notice about a case behind a wall is hidden"
