"""A question about a person goes to another country with the least that is needed, is answered there, and forgotten."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import inquiries, messages, records, refold
from app.casework.burying import ERASURE
from app.casework.held import KEY, hold_case
from app.casework.messages import TABLE as MESSAGE
from app.casework.tasks import TABLE as TASK
from app.inquiries import watching
from app.kit.crypto import DESTROYED
from app.worker import Worker as Postman
from tests.app.keeping.people import CLOSURE, close, erase
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import reading, writing

NAME = "Mya Thandar"
BIRTH = "Hpa-An, Kayin"
# What lies in the case and has no business abroad.
NEVER = ("shelter", "traffick", "exploit", "Domestic", "health", "sheltered", "recovering", "th-shelter", "+66 2 555")


def a_case(town: Town, to: str = "recovering", **facts: Any) -> str:
    case_id: str = cases.bring_case(town.house, town.th, to, **facts)
    version = cases.version_of(town.house, case_id)
    identity = {
        "given_names": NAME, "birth_year": 1998, "place_of_origin": BIRTH, "phone": "+66 2 555",
        "health_alert": "asthma",
    }  # fmt: skip
    body = {"identity": identity, "seen_version": version}
    answer = town.post(town.th["social_worker"], f"/cases/{case_id}/identity", body)
    assert answer.status_code == 200, answer.text
    return case_id


def agree(town: Town, case_id: str, purpose: str = "notify_origin", recipient: str = "MM", **changes: Any) -> None:
    groups = changes.pop("data_groups", ["identity", "nationality", "family"])
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent", purpose=purpose, recipient=recipient,
        data_groups=groups, **changes,
    )  # fmt: skip


def ask(town: Town, case_id: str, step: str = "ask_nationality", **changes: Any) -> Any:
    kind = {"ask_nationality": "nationality_inquiry", "ask_tracing": "tracing_inquiry"}[step]
    body = {"machine": "inquiry", "step": step, "record": form(town.house, kind) | changes}
    seen = cases.version_of(town.house, case_id)
    return town.post(town.th["case_manager"], f"/cases/{case_id}/matters", {**body, "seen_version": seen})


def step(town: Town, case_id: str, matter: str, word: str, **given: str) -> Any:
    body = {"seen_version": cases.version_of(town.house, case_id), "given": given}
    return town.post(town.th["case_manager"], f"/cases/{case_id}/matters/{matter}/steps/{word}", body)


def codes(answer: Any) -> set[str]:
    assert answer.status_code == 409, answer.text
    return {each["code"] for each in answer.json()["refusals"]}


def go(town: Town) -> None:
    Postman(town.house).drain()


def there(town: Town) -> Worker:
    return town.mm["national_focal_point"]


def waits(town: Town) -> str:
    """The one question before the office in Myanmar."""
    items = town.get(there(town), "/inquiries").json()["items"]
    assert len(items) == 1, items
    return str(items[0]["id"])


def asked(town: Town, step: str = "ask_nationality", **changes: Any) -> tuple[str, str, str]:
    """Case, matter, and the question as it lies abroad."""
    case_id = a_case(town)
    agree(town, case_id)
    if step == "ask_tracing":
        agree(town, case_id, "contact_family")
    answer = ask(town, case_id, step, **changes)
    assert answer.status_code == 201, answer.text
    go(town)
    return case_id, str(answer.json()["matter"]["id"]), waits(town)


def state(town: Town, case_id: str, matter: str) -> str:
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None
    return found.state


def follows_from_history(town: Town, case_id: str) -> None:
    with town.house.db.read() as session:
        held = hold_case(town.house.system_desk(session, "TH"), case_id, lock=False)
        assert refold.case_facts(town.house.system_desk(session, "TH"), held) == held.facts


def bodies(town: Town, country: str = "TH", direction: str = "out") -> list[tuple[str, dict[str, Any]]]:
    query = select(MESSAGE).where(MESSAGE.c.country == country, MESSAGE.c.direction == direction)
    with writing(town.house.db) as session:
        desk = town.house.system_desk(session, country)
        return [
            (row.type, messages.body_of(desk, row, records.key_of(desk, row.key_id)))
            for row in session.execute(query.order_by(MESSAGE.c.created_at, MESSAGE.c.seq))
        ]


def test_a_question_is_asked_answered_and_counts(town: Town) -> None:
    case_id = a_case(town)
    assert codes(ask(town, case_id)) == {"consent_for_asking"}
    agree(town, case_id, data_groups=["nationality"])
    assert codes(ask(town, case_id)) == {"consent_for_asking"}, "a name goes only where the person agrees to the name"
    agree(town, case_id)
    assert codes(ask(town, case_id, to_country="TH")) >= {"competent_office_is_known"}
    answer = ask(town, case_id)
    assert answer.status_code == 201, answer.text
    matter = str(answer.json()["matter"]["id"])
    assert codes(ask(town, case_id)) == {"inquiry_is_not_double"}
    go(town)
    inquiry = waits(town)
    seen = town.get(there(town), f"/inquiries/{inquiry}").json()
    assert (seen["person"]["given_names"], seen["person"]["place_of_origin"]) == (NAME, BIRTH)
    assert (seen["state"], seen["tracing"], seen["from_country"]) == ("asked", None, "TH")
    assert [row.action for row in town.looks("inquiry_read")] == ["inquiry_read"]
    assert town.post(there(town), f"/inquiries/{inquiry}/take-up").status_code == 200
    assert codes(town.post(there(town), f"/inquiries/{inquiry}/take-up")) == {"inquiry_is_new"}
    go(town)
    assert state(town, case_id, matter) == "acknowledged"
    nothing = town.post(there(town), f"/inquiries/{inquiry}/answer", {"residence": "has_right"})
    assert codes(nothing) == {"nationality_is_answered"}
    family = town.post(
        there(town), f"/inquiries/{inquiry}/answer", {"nationality": "confirmed", "family_found": True}
    )
    assert codes(family) == {"family_was_asked_for"}
    said = {"nationality": "confirmed", "residence": "has_right", "papers": ["certificate_of_identity"],
            "paper_days": 20}  # fmt: skip
    done = town.post(there(town), f"/inquiries/{inquiry}/answer", said)
    assert done.status_code == 200, done.text
    assert done.json()["answered_by"] == there(town).id
    go(town)
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None
    assert (found.state, found.acted_on) == ("answered", town.house.policies.day("TH", town.clock.now()))
    assert {"nationality.confirmed", "residence.has_right", "to.MM"} <= found.flags
    follows_from_history(town, case_id)
    with reading(town.house.db) as session:
        open_ones = select(TASK.c.state).where(TASK.c.kind == "await_inquiry")
        assert list(session.execute(open_ones).scalars()) == ["done"]
        assert session.execute(select(MESSAGE.c.id).where(MESSAGE.c.country == "MM")).all()
    assert codes(town.post(there(town), f"/inquiries/{inquiry}/decline", {"reason": "other"})) == {"inquiry_waits"}


def test_it_carries_the_minimum(town: Town) -> None:
    asked(town, "ask_tracing", never_say="Where she is.", may_say_why=False)
    kind, body = bodies(town)[0]
    assert (kind, set(body)) == (inquiries.ASKED, {"subject", "person", "tracing"})
    assert set(body["person"]) == {"given_names", "family_name", "birth_year", "place_of_origin", "sex"}
    assert set(body["tracing"]) == {"look_for", "approach", "never_say", "may_say_why"}
    words = json.dumps(body)
    assert not [word for word in NEVER if word in words]
    with reading(town.house.db) as session:
        headers = [json.loads(row.header) for row in session.execute(select(MESSAGE))]
    assert not [word for word in (NAME, BIRTH, *NEVER) for header in headers if word in json.dumps(header)]


def test_a_family_is_traced(town: Town) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    assert codes(ask(town, case_id, "ask_tracing")) == {"consent_for_tracing"}
    agree(town, case_id, "contact_family")
    suspect(town, case_id, True)
    assert codes(ask(town, case_id, "ask_tracing")) == {"family_is_free_of_suspicion"}
    suspect(town, case_id, False)
    answer = ask(town, case_id, "ask_tracing")
    assert answer.status_code == 201, answer.text
    matter = str(answer.json()["matter"]["id"])
    go(town)
    inquiry = waits(town)
    assert town.get(there(town), f"/inquiries/{inquiry}").json()["tracing"]["may_say_why"] is False
    half = {"family_found": True, "family_willing": True}
    assert codes(town.post(there(town), f"/inquiries/{inquiry}/answer", half)) == {"tracing_is_answered"}
    whole = {**half, "family_safe": True, "complicity_suspected": False, "relation": "grandmother"}
    assert town.post(there(town), f"/inquiries/{inquiry}/answer", whole).status_code == 200
    go(town)
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None
    assert {"family.found", "family.willing", "family.safe"} <= found.flags


def suspect(town: Town, case_id: str, suspected: bool) -> None:
    cases.add(
        town.house, town.th["social_worker"], case_id, "circumstances", asylum_claim=False,
        family_complicity=suspected,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("circumstances", "code"),
    [
        ({"asylum_claim": True}, "no_asylum_claim_is_open"),
        ({"asylum_claim": False, "blocked_countries": ["MM"]}, "asked_country_is_not_blocked"),
    ],
)
def test_what_keeps_a_question_at_home(town: Town, circumstances: dict[str, Any], code: str) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    cases.add(town.house, town.th["social_worker"], case_id, "circumstances", **circumstances)
    assert codes(ask(town, case_id)) == {code}
    go(town)
    assert town.get(there(town), "/inquiries").json()["items"] == []


def test_nobody_is_asked_about_without_a_name(town: Town) -> None:
    case_id: str = cases.bring_case(town.house, town.th, "recovering", identity={})
    agree(town, case_id)
    assert codes(ask(town, case_id)) == {"person_can_be_looked_up"}


def test_a_consent_taken_back_is_forgotten_abroad(town: Town) -> None:
    case_id, matter, inquiry = asked(town)
    assert town.post(there(town), f"/inquiries/{inquiry}/take-up").status_code == 200
    go(town)
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent_withdrawal", purposes=["notify_origin"],
        recipients=["MM"],
    )  # fmt: skip
    go(town)
    assert state(town, case_id, matter) == "withdrawn"
    gone = town.get(there(town), f"/inquiries/{inquiry}").json()
    assert (gone["state"], gone["person"], gone["forgotten"]) == ("withdrawn", None, True)
    must_be_destroyed(town, inquiry)
    assert codes(town.post(there(town), f"/inquiries/{inquiry}/decline", {"reason": "other"})) == {"inquiry_waits"}
    follows_from_history(town, case_id)


def test_an_erasure_reaches_it(town: Town) -> None:
    case_id, _, inquiry = asked(town)
    said = {"nationality": "confirmed"}
    assert town.post(there(town), f"/inquiries/{inquiry}/answer", said).status_code == 200
    go(town)
    cases.add(
        town.house, town.th["social_worker"], case_id, "circumstances", asylum_claim=False, contact_lost=True
    )
    cases.take(town.house, town.th["case_manager"], case_id, "close", CLOSURE)
    erase(town.house, town.th, case_id)
    go(town)
    must_be_destroyed(town, inquiry)
    with reading(town.house.db) as session:
        body = json.loads(session.execute(select(ERASURE.c.tombstone)).scalar_one())
    assert [each["told"] for each in body["partners"]] == [inquiries.TAKEN_BACK]


def test_an_erasure_says_nothing_while_asylum_is_asked_for(town: Town) -> None:
    case_id, _, inquiry = asked(town)
    assert town.post(there(town), f"/inquiries/{inquiry}/decline", {"reason": "other"}).status_code == 200
    go(town)
    # The circumstances that close it say that asylum is asked for.
    close(town.house, town.th, case_id)
    erase(town.house, town.th, case_id)
    go(town)
    assert town.get(there(town), f"/inquiries/{inquiry}").json()["forgotten"] is False
    town.clock.advance(timedelta(days=92))
    assert watching.ring(town.house) == 1
    must_be_destroyed(town, inquiry)


def test_an_answer_is_forgotten_too(town: Town) -> None:
    case_id, matter, inquiry = asked(town)
    said = {"nationality": "not_found"}
    assert town.post(there(town), f"/inquiries/{inquiry}/answer", said).status_code == 200
    go(town)
    assert state(town, case_id, matter) == "answered"
    done = step(town, case_id, matter, "ask_to_forget", forget="not_needed")
    assert done.status_code == 200, done.text
    assert codes(step(town, case_id, matter, "ask_to_forget", forget="not_needed")) == {
        "nothing_was_asked_to_be_forgotten"
    }
    go(town)
    must_be_destroyed(town, inquiry)
    assert state(town, case_id, matter) == "answered", "what we were told stays with us"


def test_what_is_over_is_kept_for_a_time_and_destroyed(town: Town) -> None:
    case_id, matter, inquiry = asked(town)
    reason = {"reason": "too_little"}
    assert town.post(there(town), f"/inquiries/{inquiry}/cannot-tell", reason).status_code == 200
    go(town)
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None
    assert (found.state, "reason.too_little" in found.flags) == ("cannot_tell", True)
    assert watching.ring(town.house) == 0
    town.clock.advance(timedelta(days=92))
    assert watching.ring(town.house) == 1
    assert watching.ring(town.house) == 0
    must_be_destroyed(town, inquiry)
    again = ask(town, case_id)
    assert again.status_code == 201, "what could not be told can be asked again"


def test_who_is_late_is_told_and_nobody_waits_for_ever(town: Town) -> None:
    case_id, matter, inquiry = asked(town)
    assert codes(step(town, case_id, matter, "let_inquiry_lapse")) == {"time_to_answer_is_over"}
    town.clock.advance(timedelta(days=60))
    assert watching.ring(town.house) == 1
    assert town.get(there(town), "/inquiries").json()["items"][0]["late"] is True
    kinds = [each["kind"] for each in town.get(there(town), "/notices").json()["items"]]
    assert {"inquiry_asked", "inquiry_late"} <= set(kinds)
    done = step(town, case_id, matter, "let_inquiry_lapse")
    assert done.status_code == 200, done.text
    go(town)
    must_be_destroyed(town, inquiry)


def test_an_answer_that_crosses_the_withdrawal_moves_nothing(town: Town) -> None:
    case_id, matter, inquiry = asked(town)
    assert step(town, case_id, matter, "withdraw_inquiry", forget="danger").status_code == 200
    said = {"nationality": "confirmed"}
    assert town.post(there(town), f"/inquiries/{inquiry}/answer", said).status_code == 200
    go(town)
    assert state(town, case_id, matter) == "withdrawn"
    must_be_destroyed(town, inquiry)


def test_only_those_who_answer_read_the_name(town: Town) -> None:
    _, _, inquiry = asked(town)
    for role, worker in (*town.mm.items(), *town.th.items()):
        answer = town.get(worker, f"/inquiries/{inquiry}")
        if worker.office == there(town).office and role in ("national_focal_point", "case_manager"):
            assert answer.status_code == 200, role
        else:
            assert answer.status_code in (403, 404), role
            assert NAME not in answer.text
        listed = town.get(worker, "/inquiries")
        assert NAME not in listed.text
    ours = town.get(town.th["national_focal_point"], "/inquiries").json()["items"]
    assert ours == [], "what we ask belongs to its case"


def must_be_destroyed(town: Town, inquiry: str) -> None:
    with reading(town.house.db) as session:
        row = session.execute(select(inquiries.TABLE).where(inquiries.TABLE.c.id == inquiry)).one()
        assert (row.sealed, row.sealed_answer) == (None, None)
        assert row.gone_at is not None
        assert session.execute(select(KEY.c.wrapped).where(KEY.c.id == row.key_id)).scalar_one() == DESTROYED
        kept = select(MESSAGE.c.sealed_body).where(MESSAGE.c.country == "MM", MESSAGE.c.shared_id == row.conversation)
        assert set(session.execute(kept).scalars()) == {b""}


