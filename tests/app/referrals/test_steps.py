"""Taking steps through the door: every wrong way has its own answer, and every refusal stays in the timeline."""

from __future__ import annotations

from typing import Any

import pytest

from app.casework.history import faults
from app.casework.timeline import HISTORY
from tests.factories import referrals
from tests.factories.forms import form
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading


def take(town: Town, worker: Any, referral_id: str, step: str, **body: Any) -> Any:
    body.setdefault("seen_version", referrals.row_of(town.house, referral_id).version)
    return town.post(worker, f"/referrals/{referral_id}/steps/{step}", body)


def attempts(town: Town, worker: Any, referral_id: str) -> list[tuple[str, list[str]]]:
    entries = town.get(worker, f"/referrals/{referral_id}/timeline").json()["items"]
    return [
        (each["step"], [reason["code"] for reason in each["details"]["refusals"]])
        for each in entries
        if each["kind"] == "attempt"
    ]


def test_the_whole_way_to_the_receipt_through_the_door(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "draft")
    assert take(town, town.th["supervisor"], pair.sent_from, "approve").status_code == 200
    sent = take(town, town.th["case_manager"], pair.sent_from, "send")
    assert sent.status_code == 200, sent.text
    assert (sent.json()["state"], sent.headers["etag"]) == ("sent", '"3"')
    referrals.post(town.house)
    arrived = referrals.pair_of(town.house, pair.sent_from).arrived
    offered = town.get(town.mm["national_focal_point"], f"/referrals/{arrived}/next-steps").json()["next_steps"]
    assert {each["step"] for each in offered} == {"acknowledge", "decline", "return_for_info"}
    assert all(each["allowed"] for each in offered)
    accepted = take(town, town.mm["national_focal_point"], arrived, "acknowledge")
    assert accepted.json()["state"] == "acknowledged"
    referrals.post(town.house)
    assert referrals.row_of(town.house, pair.sent_from).state == "acknowledged"


def test_a_wrong_move_is_told_every_reason_with_its_source(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "draft")
    answer = take(
        town, town.th["case_manager"], pair.sent_from, "schedule_handover", record=form(town.house, "handover_schedule")
    )
    assert answer.status_code == 409
    told = answer.json()
    assert told["code"] == "step_refused"
    codes = {each["code"] for each in told["refusals"]}
    assert {"wrong_state", "return_risk_is_valid", "nationality_is_confirmed", "travel_document_is_valid"} <= codes
    for each in told["refusals"]:
        assert each["missing"] and each["why"] and each["mend"]
        assert all(source["title"] and source["asks"] for source in each["sources"]) and each["sources"]
    assert attempts(town, town.th["supervisor"], pair.sent_from)[0][0] == "schedule_handover"
    assert set(attempts(town, town.th["supervisor"], pair.sent_from)[0][1]) == codes
    assert referrals.row_of(town.house, pair.sent_from).version == 1


def test_attempts_are_for_those_who_may_read_them(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "draft")
    take(town, town.th["case_manager"], pair.sent_from, "send")
    assert attempts(town, town.th["supervisor"], pair.sent_from) != []
    assert attempts(town, town.th["case_manager"], pair.sent_from) == []


def test_the_other_sides_step_is_not_ours(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    answer = take(town, town.th["national_focal_point"], pair.sent_from, "acknowledge")
    assert [each["code"] for each in answer.json()["refusals"]] == ["wrong_side"]
    answer = take(town, town.mm["national_focal_point"], pair.arrived, "grant_end")
    assert {each["code"] for each in answer.json()["refusals"]} >= {"only_by_proof", "end_is_asked"}


def test_a_missing_permission_is_403_and_an_attempt_only_if_one_sees_the_referral(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "draft")
    answer = take(town, town.th["shelter_manager"], pair.sent_from, "send")
    assert (answer.status_code, answer.json()["permission"]) == (403, "referral:send")
    assert attempts(town, town.th["supervisor"], pair.sent_from) == [("send", ["permission_missing"])]
    # A colleague who is not on the team reads the office's referrals and still may not send this one.
    colleague = add_user(town.house, "th-shelter-tak", "case_manager")
    assert take(town, colleague, pair.sent_from, "send").status_code == 403
    assert len(attempts(town, town.th["supervisor"], pair.sent_from)) == 2
    stranger = add_user(town.house, "th-datip", "case_manager")
    assert take(town, stranger, pair.sent_from, "send").status_code == 404
    assert len(attempts(town, town.th["supervisor"], pair.sent_from)) == 2


def test_unknown_and_out_of_sight_are_the_same_404(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    worker, unknown = town.mm["national_focal_point"], "00000000-0000-4000-8000-000000000000"
    body = {"seen_version": 2}
    answers = [
        town.post(worker, f"/referrals/{pair.sent_from}/steps/acknowledge", body),
        town.post(worker, f"/referrals/{unknown}/steps/acknowledge", body),
        town.post(worker, "/referrals/%00/steps/acknowledge", body),
        town.post(worker, f"/referrals/{pair.arrived}/steps/fly", body),
        town.post(worker, f"/referrals/{pair.arrived}/steps/admit", body),
    ]
    for part in ("", "/timeline", "/messages", "/handover", "/next-steps"):
        answers += [town.get(worker, f"/referrals/{one}{part}") for one in (pair.sent_from, unknown, "x")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_a_stale_version_says_who_changed_what(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "approved")
    answer = take(town, town.th["case_manager"], pair.sent_from, "send", seen_version=1)
    assert answer.status_code == 409
    told = answer.json()
    assert (told["code"], told["seen"], told["version"]) == ("stale_version", 1, 2)
    assert [(each["what"], each["by"]) for each in told["changes"]] == [("approve", town.th["supervisor"].id)]


def test_the_version_comes_from_header_or_body_and_must_be_said(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "approved")
    url = f"/referrals/{pair.sent_from}/steps/send"
    manager = town.th["case_manager"]
    assert town.post(manager, url, {}).status_code == 428
    assert town.post(manager, url, {"seen_version": 2}, If_Match='"1"').status_code == 422
    assert town.post(manager, url, {}, key="").status_code in (400, 428)
    assert town.post(manager, url, {}, If_Match='"2"').status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"record": {"kind": "x"}}, {"given": {"reason": "whim"}}, {"given": {"because": "other"}}, {"given": "x"},
        {"note": "x" * 4001}, {"seen_version": 0}, {"surprise": 1}, {"happened_at": "2030-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_malformed_input_is_422_and_never_repeated(town: Town, body: dict[str, Any]) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "approved")
    answer = take(town, town.th["case_manager"], pair.sent_from, "send", **body)
    assert answer.status_code == 422, answer.text
    assert "whim" not in answer.text and "xxxx" not in answer.text


def test_a_form_with_an_unknown_code_is_refused_at_home(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "plan_proposed")
    plan = form(town.house, "reception_plan", services=["health", "housing", "education", "employment", "magic"])
    answer = take(town, town.mm["national_focal_point"], pair.arrived, "accept", record=plan)
    assert answer.status_code == 422
    assert "service_kind" in answer.text and "magic" not in answer.text


def test_a_repeated_step_is_taken_once(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "approved")
    url, body = f"/referrals/{pair.sent_from}/steps/send", {"seen_version": 2}
    first, again = (town.post(town.th["case_manager"], url, body, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content) == (200, first.content)
    assert referrals.row_of(town.house, pair.sent_from).version == 3


def test_the_chain_of_a_copy_verifies_after_refusals_too(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    take(town, town.mm["national_focal_point"], pair.arrived, "accept")
    take(town, town.mm["supervisor"], pair.arrived, "acknowledge")
    for copy in (pair.sent_from, pair.arrived):
        row = referrals.row_of(town.house, copy)
        with reading(town.house.db) as session:
            from sqlalchemy import select

            entries = session.execute(select(HISTORY).where(HISTORY.c.subject_id == copy).order_by(HISTORY.c.seq)).all()
        assert faults(entries, copy, row.history_count, row.chain_head) is None
