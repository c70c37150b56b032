"""What a person asks about their own data: put right, upheld or refused, told to them, and seen on their own copy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.tasks import TABLE as TASK
from app.oversight.rebuild import rebuild_facts
from app.worker import Worker
from tests.factories import cases, referrals
from tests.factories.forms import day
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading

WORDS = "I was never in that village; my aunt was."
ASKED = {"asks": "use", "purpose": "statistics", "words": "I do not want to be in any study."}


def file(town: Town, case_id: str, kind: str, body: dict[str, Any], corrects: str | None = None) -> Any:
    version = town.get(town.th["case_manager"], f"/cases/{case_id}").json()["version"]
    said = {"record": body, "seen_version": version} | ({"corrects": corrects} if corrects else {})
    return town.post(town.th["case_manager"], f"/cases/{case_id}/records/{kind}", said)


def answer(town: Town, number: int, given: str, **more: Any) -> dict[str, Any]:
    return {"number": number, "answer": given, "way": "in_person", "told_on": day(town.house), **more}


def duties(town: Town, case_id: str) -> dict[str, str]:
    kinds = ("answer_data_request", "tell_partner_corrected", "act_on_objection")
    with reading(town.house.db) as session:
        query = select(TASK.c.kind, TASK.c.state).where(TASK.c.case_id == case_id, TASK.c.kind.in_(kinds))
        return {row.kind: row.state for row in session.execute(query)}


def codes(refused: Any) -> list[str]:
    assert refused.status_code == 409, refused.text
    return [each["code"] for each in refused.json()["refusals"]]


def test_a_mistake_is_put_right_and_whoever_was_sent_it_is_told(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    case_id = pair.case_id
    wish = file(town, case_id, "wish", {"wish": "return", "voluntary": True, "options_explained": True}).json()
    request = {"asks": "correction", "record": wish["record"]["id"], "words": WORDS}
    assert file(town, case_id, "data_request", request).status_code == 201
    assert duties(town, case_id) == {"answer_data_request": "open"}
    unnamed = file(town, case_id, "data_answer", answer(town, 1, "corrected"))
    assert codes(unnamed) == ["answer_fits_the_request"]
    mended = file(
        town, case_id, "wish", {"wish": "stay", "voluntary": True, "options_explained": True}, wish["record"]["id"]
    )
    assert mended.status_code == 201, mended.text
    done = file(town, case_id, "data_answer", answer(town, 1, "corrected", correction=mended.json()["record"]["id"]))
    assert done.status_code == 201, done.text
    assert duties(town, case_id) == {"answer_data_request": "done", "tell_partner_corrected": "open"}
    again = file(town, case_id, "data_answer", answer(town, 1, "corrected", correction=mended.json()["record"]["id"]))
    assert codes(again) == ["data_request_waits"]
    told = [each["step"] for each in town.get(town.th["case_manager"], f"/cases/{case_id}/timeline").json()["items"]]
    assert "data_request" in told and "data_answer" in told
    assert rebuild_facts(town.house) == []


def test_an_objection_to_a_use_ends_it_like_a_consent_that_is_taken_back(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    case_id = pair.case_id
    request = {**ASKED, "purpose": "notify_origin"}
    assert file(town, case_id, "data_request", request).status_code == 201
    assert file(town, case_id, "data_answer", answer(town, 1, "upheld")).status_code == 201
    facts = cases.facts_of(town.house, case_id)
    assert all(row.withdrawn_on for row in facts.consents if row.purpose == "notify_origin")
    assert facts.data_requests[0].answer == "upheld"
    referrals.post(town.house)
    # Abroad as after a withdrawal: the referral that rests on it is asked to end.
    assert referrals.row_of(town.house, pair.sent_from).state == "withdrawn"
    assert rebuild_facts(town.house) == []


def test_a_refusal_says_why_and_whom_to_turn_to_and_stands_on_the_own_copy(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    assert file(town, case_id, "data_request", ASKED).status_code == 201
    assert codes(file(town, case_id, "data_answer", answer(town, 1, "refused"))) == ["refusal_says_why_and_where"]
    bare = answer(town, 1, "refused", reason="law_demands_use")
    assert codes(file(town, case_id, "data_answer", bare)) == ["refusal_says_why_and_where"]
    said = {**bare, "turn_to": "The data protection committee"}
    assert file(town, case_id, "data_answer", said).status_code == 201
    manager = town.th["case_manager"]
    reason = {"reason": "The person asked for their own copy."}
    assert town.post(manager, f"/cases/{case_id}/identity/reveal", reason).status_code == 200
    copy = town.get(manager, f"/cases/{case_id}/own-copy").json()
    (entry,) = next(each["entries"] for each in copy["sections"] if each["section"] == "requests")
    rows = {row["field"]: row["said"] for row in entry}
    assert rows["words"] == ASKED["words"] and rows["use"] == "statistics"
    assert (rows["answer"], rows["reason"], rows["turn_to"]) == (
        "refused", "law_demands_use", "The data protection committee",
    )  # fmt: skip


def test_a_request_at_the_pages_and_its_clock(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    reference = referrals.case_row(town.house, case_id).reference
    browser = browser_at(town, town.th["case_manager"])
    path = f"/cases/{reference}/records/new/data_request"
    assert "What does the person ask?" in browser.get(path).text
    fields = {f"record-{name}": value for name, value in ASKED.items()}
    sent = browser.send(path, **fields)
    assert sent.status_code == 303, sent.text
    town.clock.advance(timedelta(days=40))
    assert Worker(town.house).ring() > 0
    with reading(town.house.db) as session:
        query = select(TASK.c.missed_at).where(TASK.c.case_id == case_id, TASK.c.kind == "answer_data_request")
        assert session.execute(query).scalar_one() is not None


def test_who_left_long_ago_may_still_ask(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    cases.add(town.house, town.th["social_worker"], case_id, "circumstances", deceased=None, contact_lost=True)
    closure = {"reason": "lost_contact", "person_told": False, "person_agrees": False, "unreachable": True}
    cases.take(town.house, town.th["case_manager"], case_id, "close", closure)
    assert file(town, case_id, "data_request", ASKED).status_code == 201
    assert duties(town, case_id) == {"answer_data_request": "open"}
    assert file(town, case_id, "data_answer", answer(town, 1, "upheld")).status_code == 201
    assert duties(town, case_id) == {"answer_data_request": "done"}


ELSEWHERE = "00000000-0000-4000-8000-000000000000"
BAD: dict[str, tuple[str, dict[str, Any], int]] = {
    "no words": ("data_request", {"asks": "use", "purpose": "statistics"}, 422),
    "an unknown kind": ("data_request", {**ASKED, "asks": "delete"}, 422),
    "an unknown use": ("data_request", {**ASKED, "purpose": "fun"}, 422),
    "no use named": ("data_request", {"asks": "use", "words": WORDS}, 409),
    "no record named": ("data_request", {"asks": "correction", "words": WORDS}, 409),
    "a record of nobody": ("data_request", {"asks": "decision", "words": WORDS, "record": ELSEWHERE}, 409),
    "no number of a record": ("data_request", {"asks": "correction", "words": WORDS, "record": "the last one"}, 422),
    "a request that is not there": (
        "data_answer", {"number": 7, "answer": "upheld", "way": "in_person", "told_on": "2026-11-20"}, 409,
    ),
    "number nought": (
        "data_answer", {"number": 0, "answer": "upheld", "way": "in_person", "told_on": "2026-11-20"}, 422,
    ),
    "an answer of no list": (
        "data_answer", {"number": 1, "answer": "maybe", "way": "in_person", "told_on": "2026-11-20"}, 422,
    ),
    "told tomorrow": (
        "data_answer", {"number": 1, "answer": "upheld", "way": "in_person", "told_on": "2099-01-01"}, 422,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input(town: Town, name: str) -> None:
    kind, body, status = BAD[name]
    case_id = cases.bring_case(town.house, town.th, "screening")
    refused = file(town, case_id, kind, body)
    assert refused.status_code == status, (name, refused.text)
    assert cases.facts_of(town.house, case_id).data_requests == ()
