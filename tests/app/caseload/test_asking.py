"""Several cases to another office: each under its own consent and version, a report of every one, and one answer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.app.access.world import one_engine
from tests.app.transfers.test_transfers import OTHER, agree, follows_from_history, version_of
from tests.factories import cases, walls
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import posted

NOWHERE = "nobody"


@pytest.fixture
def there(town: Town) -> Worker:
    """A case manager of the other office."""
    return add_user(town.house, OTHER, "case_manager")


def a_case(town: Town, *, agreed: bool = True) -> str:
    case_id: str = cases.bring_case(town.house, town.th, "recovering")
    if agreed:
        agree(town, case_id)
    return case_id


def asking(town: Town, case_ids: list[str], **changes: Any) -> dict[str, Any]:
    record = form(town.house, "transfer_request", what="take_over", to_office=OTHER) | changes
    chosen = [
        {"case_id": each, "seen_version": 1 if each == NOWHERE else version_of(town, each)} for each in case_ids
    ]
    return {"cases": chosen, "record": record}


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["outcome"] for each in answer.json()["cases"]]


def why(answer: Any, number: int) -> set[str]:
    return {each["code"] for each in answer.json()["cases"][number]["refusals"]}


def test_each_case_is_asked_for_under_its_own_consent_and_answered_in_one_act(town: Town, there: Worker) -> None:
    first, stale, silent, second = (a_case(town, agreed=number != 2) for number in range(4))
    manager = town.th["supervisor"]
    sealed = a_case(town)
    walls.seal(town.house, sealed, town.th["case_manager"])
    body = asking(town, [first, stale, silent, NOWHERE, second, sealed])
    body["cases"][1]["seen_version"] += 1
    answer = town.post(manager, "/caseload/ask", body, key="ask-about-several-once")
    assert outcomes(answer) == [
        "asked", "stale_version", "step_refused", "not_found", "asked", "not_found",
    ]  # fmt: skip
    assert why(answer, 2) == {"consent_for_assistance"}
    told = answer.json()["cases"][2]["refusals"][0]
    assert "health" in told["missing"]
    assert told["sources"][0]["id"] == "IOM-4"
    assert answer.json()["cases"][5]["reference"] is None
    events = town.get(manager, f"/cases/{silent}/timeline?limit=100").json()["items"]
    assert "attempt" in {each["kind"] for each in events}, "the refusal is kept as of one alone"

    again = town.post(manager, "/caseload/ask", body, key="ask-about-several-once")
    assert again.json() == answer.json()
    waiting = town.get(there, "/transfers").json()["asked_of_us"]
    assert len(waiting) == 2, "sent twice, it asks once"
    fresh = town.post(manager, "/caseload/ask", asking(town, [first]))
    assert why(fresh, 0) == {"transfer_is_not_double"}
    made = [answer.json()["cases"][number]["transfer_id"] for number in (0, 4)]
    assert {each["id"] for each in waiting} == set(made)

    answering = {"transfers": [*made, "nothing"], "answer": "agree", "user_id": there.id}
    theirs = town.post(manager, "/transfers/answers", {**answering, "user_id": None})
    assert theirs.json()["done"] == 0, "nobody answers for another office"
    taken = town.post(there, "/transfers/answers", answering, key="answer-several-once")
    assert [each["outcome"] for each in taken.json()["requests"]] == ["taken_over", "taken_over", "not_found"]
    assert town.post(there, "/transfers/answers", answering, key="answer-several-once").json() == taken.json()
    for case_id in (first, second):
        facts = cases.facts_of(town.house, case_id)
        assert (facts.office, facts.case_manager) == (OTHER, there.id)
        assert town.get(there, f"/cases/{case_id}").status_code == 200
        assert town.get(manager, f"/cases/{case_id}").status_code == 404
        follows_from_history(town, case_id)
    assert cases.facts_of(town.house, silent).office == "th-shelter-tak"
    late = town.post(there, "/transfers/answers", answering)
    assert {code["code"] for each in late.json()["requests"][:2] for code in each["refusals"]} == {"wrong_state"}


def test_several_are_declined_or_shared_and_what_was_taken_back_stays(town: Town, there: Worker) -> None:
    mine = [a_case(town) for _ in range(3)]
    manager = town.th["case_manager"]
    asked = town.post(manager, "/caseload/ask", asking(town, mine, what="service", data_groups=["needs"], needs=[]))
    assert outcomes(asked) == ["asked"] * 3
    made = [each["transfer_id"] for each in asked.json()["cases"]]
    planned = cases.facts_of(town.house, mine[0]).care_plan
    assert planned is not None
    shown = town.get(there, f"/transfers/{made[0]}").json()
    assert shown["needs"] == sorted(planned.services), "each person's own plan says which help is needed"
    withdrawn = form(town.house, "consent_withdrawal", purposes=["assistance"])
    cases.add(town.house, town.th["social_worker"], mine[0], "consent_withdrawal", **withdrawn)
    said = town.post(there, "/transfers/answers", {"transfers": made[:2], "answer": "agree"}).json()
    assert [each["outcome"] for each in said["requests"]] == ["step_refused", "shared"]
    reason = {"transfers": made[2:], "answer": "decline", "reason": "no_capacity", "suggestion": "later"}
    assert town.post(there, "/transfers/answers", {**reason, "reason": None}).status_code == 422
    assert town.post(there, "/transfers/answers", {**reason, "reason": "bored"}).status_code == 422
    assert town.post(there, "/transfers/answers", reason).json()["done"] == 1
    assert town.get(there, f"/transfers/{made[2]}").json()["suggestion"] == "later"


def test_what_does_not_fit_is_said_once_and_asks_nobody(town: Town, there: Worker) -> None:
    case_id, manager = a_case(town), town.th["case_manager"]
    for changes in ({"to_office": "th-shelter-tak"}, {"to_office": "mm-dsw"}, {"urgency": "soon"}, {"data_groups": []}):
        refused = town.post(manager, "/caseload/ask", asking(town, [case_id], **changes))
        assert refused.status_code == 422, changes
        assert refused.json()["errors"][0]["field"].startswith("record."), changes
    most = town.house.policies.safeguards.bulk_work.cases_at_most
    body = asking(town, [])
    assert town.post(manager, "/caseload/ask", {**body, "cases": []}).status_code == 422
    many = [{"case_id": f"x{number}", "seen_version": 1} for number in range(most + 1)]
    assert "several acts" in town.post(manager, "/caseload/ask", {**body, "cases": many}).text
    too_many = {"transfers": [f"x{number}" for number in range(most + 1)], "answer": "agree"}
    assert "several acts" in town.post(there, "/transfers/answers", too_many).text
    assert town.post(town.th["analyst"], "/caseload/ask", asking(town, [case_id])).status_code == 403
    assert town.post(town.th["social_worker"], "/transfers/answers", too_many).status_code == 403
    assert town.get(there, "/transfers").json()["asked_of_us"] == []


@one_engine
def test_the_pages_tick_ask_report_and_answer(town: Town, there: Worker) -> None:
    mine = [a_case(town), a_case(town, agreed=False), a_case(town), a_case(town), a_case(town)]
    supervisor = browser_at(town, town.th["supervisor"])
    references = [town.get(town.th["supervisor"], f"/cases/{each}").json()["reference"] for each in mine]
    assert 'formaction="/caseload/ask"' in supervisor.get("/cases").text
    ticked: dict[str, Any] = supervisor.form("/caseload/assign").fields | {"case": references}
    shown = supervisor.post("/caseload/ask", ticked)
    assert shown.status_code == 200, shown.text
    assert "th-shelter-tak" not in re.findall(r'<option value="([^"]*)"', shown.text)
    both = re.findall(r'name="case" value="([^"]+)"', shown.text)
    empty = supervisor.post("/caseload/ask", supervisor.form("/caseload/ask").fields | {"case": both})
    assert empty.status_code == 422
    assert all(each in empty.text for each in references)
    cases.add(town.house, town.th["social_worker"], mine[3], "circumstances", contact_lost=True)
    walls.seal(town.house, mine[4], town.th["case_manager"])
    said = posted(town, "transfer_request", what="take_over", to_office=OTHER) | {"case": both}
    sent = supervisor.form("/caseload/ask").fields | said
    answer = supervisor.post("/caseload/ask", sent)
    assert answer.status_code == 303, answer.text
    assert supervisor.post("/caseload/ask", sent).headers["location"] == answer.headers["location"]
    report = supervisor.get(answer.headers["location"]).text
    assert all(each in report for each in references[:4]), "each of them, but the one that was sealed meanwhile"
    assert references[4] not in report
    assert "somebody changed this case meanwhile" in report
    assert "asked about 2 cases" in report
    assert "has not agreed that this office learns of" in report
    assert browser_at(town, town.th["case_manager"]).get(answer.headers["location"]).status_code == 404

    them = browser_at(town, there)
    listed = them.get("/transfers").text
    waits = re.findall(r'name="transfer" value="([^"]+)"', listed)
    assert len(waits) == 2
    assert all(each in them.get("/transfers/answer?office=th-shelter-tak").text for each in waits)
    them.get("/transfers")
    chosen = them.post("/transfers/answer", them.form("/transfers/answer").fields | {"transfer": waits})
    assert chosen.status_code == 200, chosen.text
    fields = them.form("/transfers/answer").fields
    refused = them.post("/transfers/answer", fields | {"transfer": waits, "answer": "decline", "reason": ""})
    assert refused.status_code == 422
    fields = them.form("/transfers/answer").fields | {"transfer": waits, "answer": "agree", "user_id": there.id}
    done = them.post("/transfers/answer", fields)
    assert done.status_code == 303, done.text
    told = them.get(done.headers["location"]).text
    assert references[0] in told and references[2] in told
    assert [cases.facts_of(town.house, each).office for each in (mine[0], mine[2])] == [OTHER, OTHER]


def news(town: Town, reader: Worker) -> list[tuple[str, str, int | None]]:
    """What somebody was told: the kind, what it is about and of how many, oldest first."""
    items = town.get(reader, "/notices").json()["items"]
    return [(each["kind"], each["subject"], each["detail"].get("count")) for each in reversed(items)]


def test_one_act_on_many_cases_is_one_piece_of_news(town: Town, there: Worker) -> None:
    """Forty notices of one act hide the forty-first, which is about something else."""
    mine = [a_case(town, agreed=number != 2) for number in range(4)]
    manager = town.th["case_manager"]
    for case_id in mine:
        cases.name_manager(town.house, case_id, town.th)
    asked = town.post(town.th["supervisor"], "/caseload/ask", asking(town, mine))
    assert outcomes(asked) == ["asked", "asked", "step_refused", "asked"]
    assert news(town, there) == [("transfers_asked", "case_transfers", 3)], "told of those that were asked, once"
    assert news(town, manager) == []
    made = [each["transfer_id"] for each in asked.json()["cases"] if each["transfer_id"]]
    page = browser_at(town, there).get("/notices").text
    assert "Another office asks yours about several cases." in page and 'href="/transfers"' in page

    reason = {"answer": "decline", "reason": "no_capacity", "suggestion": "later"}
    answered = town.post(there, "/transfers/answers", {"transfers": [*made[:2], "nothing"], **reason})
    assert answered.json()["done"] == 2
    for reader in (manager, town.th["supervisor"]):
        assert news(town, reader) == [("transfers_answered", "case_transfers", 2)], "of two cases, with two people told"
    assert news(town, there) == [("transfers_asked", "case_transfers", 3)]
    # One of its kind says what it is about, as ever, also where it came with an act on several.
    assert town.post(there, "/transfers/answers", {"transfers": made[2:], **reason}).json()["done"] == 1
    one, several = ("transfer_answered", "case_transfer", None), ("transfers_answered", "case_transfers", 2)
    assert set(news(town, manager)) == {one, several} and len(news(town, manager)) == 2, "told at the same moment"
