"""An erasure reaches every country that may hold a copy: asked, stored, answered, late; nothing is tried for ever."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework import erasing, erasing_abroad, messages, receipts
from app.casework.held import REFERRAL
from app.casework.keeping import ERASURE
from app.casework.tasks import TABLE as TASK
from app.keeping.service import COPY_KIND
from app.models.history import HistoryEntry
from app.models.notice import Notice
from app.models.outbox import OutboxRow
from app.models.referral import Message
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all
from app.worker import Worker
from tests.app.keeping.people import CLOSURE, erase
from tests.app.keeping.test_erasing import killed
from tests.factories import approvals, cases, referrals
from tests.factories.pages import browser_at
from tests.factories.referrals import Pair
from tests.factories.staff import Staff
from tests.factories.towns import Town
from tests.inspect import reading

KEPT = {"reason": "law_requires"}


def close(town: Town, staff: Staff, case_id: str, claim: bool = False) -> None:
    """Close a case of somebody who cannot be reached any more; ``claim``: they ask for asylum."""
    said = {"deceased": None, "contact_lost": True, "asylum_claim": claim}
    cases.add(town.house, staff["social_worker"], case_id, "circumstances", **said)
    cases.take(town.house, staff["case_manager"], case_id, "close", CLOSURE)
    referrals.post(town.house)


def declined(town: Town) -> Pair:
    """A referral that ended where there is no case yet; the sender's case is closed."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    focal = town.mm["national_focal_point"]
    referrals.take(town.house, focal, pair.arrived, "decline", given={"reason": "no_capacity"})
    close(town, town.th, pair.case_id)
    return pair


def with_a_case(town: Town) -> Pair:
    """A referral that was cancelled after the other country had opened its case."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    referrals.take(town.house, town.th["case_manager"], pair.sent_from, "cancel", given={"reason": "other"})
    close(town, town.th, pair.case_id)
    return referrals.pair_of(town.house, pair.sent_from)


def partner(town: Town) -> dict[str, Any]:
    """What the register here says of the one country that may hold a copy."""
    grave = town.get(town.th["data_protection_officer"], "/data/erasures").json()["items"][0]
    (found,) = grave["partners"]
    return dict(found)


def asked(town: Town) -> list[dict[str, Any]]:
    found = town.get(town.mm["data_protection_officer"], "/data/erasure-requests")
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


def tasks(house: House, copy: str) -> dict[str, str]:
    with reading(house.db) as session:
        query = select(TASK.c.kind, TASK.c.state).where(TASK.c.referral_id == copy, TASK.c.kind.contains("eras"))
        return {row.kind: row.state for row in session.execute(query)}


def letters(house: House, shared: str) -> list[Any]:
    """Every message of a conversation, as it lies in the tables."""
    with reading(house.db) as session:
        query = select(Message).where(Message.shared_id == shared).order_by(Message.created_at, Message.country)
        return [each[0] for each in session.execute(query)]


def noticed(house: House, kind: str) -> set[str]:
    with reading(house.db) as session:
        return set(session.execute(select(Notice.user_id).where(Notice.kind == kind)).scalars())


def sound(house: House) -> None:
    with reading(house.db) as session:
        assert verify_all(session).sound
        waiting = session.execute(select(OutboxRow.effect, OutboxRow.last_error).where(OutboxRow.done_at.is_(None)))
        assert waiting.all() == [], "nothing is tried for ever"
    assert rebuild_facts(house) == []


def erased_here(town: Town, pair: Pair) -> None:
    erase(town.house, town.th, pair.case_id)
    referrals.post(town.house)


def seen_version(town: Town, copy: str) -> int:
    return int(referrals.row_of(town.house, copy).version)


def test_a_partner_is_asked_and_erases_its_copy_by_its_own_two_people(town: Town) -> None:
    pair = declined(town)
    erased_here(town, pair)
    said = partner(town)
    assert (said["country"], said["answer"], said["late"], said["held_back"]) == ("MM", "", False, False)
    assert said["asked"] and said["stored"] and said["due"]
    assert tasks(town.house, pair.sent_from) == {"await_erasure": "open"}
    assert tasks(town.house, pair.arrived) == {"answer_erasure": "open"}
    officer, focal = town.mm["data_protection_officer"], town.mm["national_focal_point"]
    assert focal.id in noticed(town.house, "erasure_asked")
    # The message names nobody: ids, codes and its day, under a key of its own.
    sent = [each for each in letters(town.house, pair.shared_id) if each.direction == "out"]
    (ask,) = [each for each in sent if each.type == "ask_erasure"]
    with reading(town.house.db) as session:
        key = session.execute(select(erasing.KEY.c.wrapped).where(erasing.KEY.c.id == ask.key_id)).scalar_one()
    body = town.house.keys.open(town.house.keys.unwrap(key), ask.sealed_body, messages.place(ask.id))
    today = town.house.policies.day("TH", town.house.clock.now()).isoformat()
    assert json.loads(body) == {"step": "ask_erasure", "given": {}, "on": today}
    (request,) = asked(town)
    assert (request["country"], request["referral_id"], request["case_reference"]) == ("TH", pair.arrived, None)
    # Two people there, as for any person.
    approvals.step_up(town, officer, focal)
    proposed = town.post(officer, f"/referrals/{pair.arrived}/erasure", {})
    assert proposed.status_code == 202, proposed.text
    assert asked(town)[0]["waiting"] == proposed.json()["id"]
    assert town.post(officer, f"/referrals/{pair.arrived}/erasure", {}).json()["code"] == "erasure_waits"
    assert approvals.decide(town, officer, proposed.json()["id"]).status_code == 403
    assert approvals.decide(town, focal, proposed.json()["id"]).json()["state"] == "agreed"
    referrals.post(town.house)
    said = partner(town)
    assert said["answer"] == "erased" and said["answered"] and said["due"] is None
    assert tasks(town.house, pair.sent_from) == {"await_erasure": "done"}
    assert tasks(town.house, pair.arrived) == {"answer_erasure": "done"}
    assert town.th["data_protection_officer"].id in noticed(town.house, "erasure_answered")
    kept = [each for each in letters(town.house, pair.shared_id) if each.sealed_body]
    assert {each.type for each in kept} == {"ask_erasure", "confirm_erasure"}, "nothing else can be read on either side"
    grave = town.get(officer, "/data/erasures").json()["items"][0]
    assert (grave["case_id"], grave["referral_id"], grave["ground"]) == (None, pair.arrived, "partner_asked")
    with reading(town.house.db) as session:
        (stone,) = session.execute(select(ERASURE.c.tombstone).where(ERASURE.c.country == "TH")).scalars()
        decided = session.execute(
            select(receipts.TABLE.c.content).where(
                receipts.TABLE.c.country == "TH", receipts.TABLE.c.message_id == ask.message_id,
                receipts.TABLE.c.level == "decided",
            )
        ).scalar_one()  # fmt: skip
    assert json.loads(stone)["partners"] == [{"country": "MM", "referral": pair.shared_id, "told": "ask_erasure"}]
    assert json.loads(decided)["outcome"]["step"] == "confirm_erasure"
    assert town.post(officer, f"/referrals/{pair.arrived}/erasure", {}).status_code == 410
    assert town.get(focal, "/approvals/" + proposed.json()["id"]).json()["words"] == {}
    sound(town.house)


def test_a_partner_keeps_its_copy_and_says_why_and_erases_it_later(town: Town) -> None:
    pair = with_a_case(town)
    their_case = referrals.receiving_case(town.house, pair)
    erased_here(town, pair)
    officer, focal = town.mm["data_protection_officer"], town.mm["national_focal_point"]
    approvals.step_up(town, officer, focal)
    assert town.post(officer, f"/referrals/{pair.arrived}/erasure", {}).json()["code"] == "copy_has_case"
    # Its own case is open: its own law decides, and it says so by a code.
    no = town.post(officer, f"/cases/{their_case}/erasure", {"ground": "partner_asked"})
    assert "every_case_is_closed" in [each["code"] for each in no.json()["refusals"]]
    step = {"given": {"reason": "case_open"}, "seen_version": seen_version(town, pair.arrived)}
    assert town.post(focal, f"/referrals/{pair.arrived}/steps/decline_erasure", step).status_code == 200
    referrals.post(town.house)
    said = partner(town)
    assert (said["answer"], said["late"], said["due"]) == ("case_open", False, None) and said["answered"]
    assert (asked(town)[0]["answer"], asked(town)[0]["due"]) == ("case_open", None)
    step["seen_version"] = seen_version(town, pair.arrived)
    twice = town.post(focal, f"/referrals/{pair.arrived}/steps/decline_erasure", step)
    assert twice.status_code == 409 and twice.json()["refusals"][0]["code"] == "erasure_waits_here"
    # When its case is over it erases after all, and tells so.
    close(town, town.mm, their_case)
    yes = town.post(officer, f"/cases/{their_case}/erasure", {"ground": "partner_asked"})
    assert yes.status_code == 202, yes.text
    assert approvals.decide(town, focal, yes.json()["id"]).json()["state"] == "agreed"
    referrals.post(town.house)
    assert partner(town)["answer"] == "erased"
    types = [each.type for each in letters(town.house, pair.shared_id) if each.direction == "out"]
    assert types.count("ask_erasure") == 1 and "ask_erasure_back" not in types, "who was asked does not ask back"
    sound(town.house)


def test_the_pages_ask_and_answer_as_the_doors_do(town: Town) -> None:
    pair = declined(town)
    reference = referrals.row_of(town.house, pair.arrived).reference
    path = f"/referrals/{reference}/erasure"
    officer, focal = town.mm["data_protection_officer"], town.mm["national_focal_point"]
    there = browser_at(town, officer)
    assert there.get(path).status_code == 404, "nobody has asked"
    erased_here(town, pair)
    assert path in there.get("/admin/retention/due").text
    assert path in browser_at(town, focal).get(f"/referrals/{reference}").text
    assert "Another country has erased a person" in there.get(path).text
    assert there.send(f"{path}/decline", reason="").status_code == 422
    there.get(path)
    assert there.send(f"{path}/decline", **KEPT).status_code == 303
    assert "Its law demands that it is kept" in there.follow().text
    referrals.post(town.house)
    here = browser_at(town, town.th["data_protection_officer"])
    assert "Its law demands that it is kept" in here.get("/admin/retention/due").text
    approvals.step_up(town, officer, focal)
    there.get(path)
    assert there.send(f"{path}/propose").status_code == 303
    assert "A second person was asked." in there.follow().text
    with reading(town.house.db) as session:
        from app.access.two_persons import APPROVAL

        approval = session.execute(select(APPROVAL.c.id).where(APPROVAL.c.kind == COPY_KIND)).scalar_one()
    other = browser_at(town, focal)
    approvals.step_up(town, focal)
    other.get(f"/reports/approvals/{approval}")
    assert other.send(f"/reports/approvals/{approval}/agree").headers["location"].endswith("done=agreed")
    referrals.post(town.house)
    assert "Erased there" in here.get("/admin/retention/due").text
    assert "Erased here" in there.get("/admin/retention/due").text
    sound(town.house)


def test_an_answer_that_does_not_come_climbs_the_ladder(town: Town) -> None:
    pair = declined(town)
    erased_here(town, pair)
    town.clock.advance(timedelta(days=45))
    assert partner(town)["late"] is True and asked(town)[0]["late"] is True
    assert Worker(town.house).ring() > 0
    with reading(town.house.db) as session:
        query = select(TASK.c.escalation).where(TASK.c.referral_id == pair.sent_from, TASK.c.kind == "await_erasure")
        assert session.execute(query).scalar_one() > 0
        told = session.execute(
            select(HistoryEntry.step).where(HistoryEntry.subject_id == pair.sent_from, HistoryEntry.kind == "deadline")
        ).scalars()
        assert "await_erasure" in list(told)
    assert "Answer late" in browser_at(town, town.th["national_focal_point"]).get("/admin/retention/due").text
    sound(town.house)


def test_a_new_message_to_somebody_who_is_erased_ends_with_a_signed_receipt(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hole of before: 410, tried again for ever. Here nobody is even asked, so the receipt is all there is."""
    pair = with_a_case(town)
    monkeypatch.setattr(erasing_abroad, "tell", lambda desk, planned: None)
    erased_here(town, pair)
    monkeypatch.undo()
    their_case = referrals.receiving_case(town.house, pair)
    manager, purpose = town.mm["case_manager"], "reintegration_report"
    cases.add(town.house, manager, their_case, "consent", purpose=purpose, recipient="TH")
    cases.add(town.house, manager, their_case, "consent_withdrawal", purposes=[purpose])
    referrals.post(town.house)
    (mine,) = [each for each in letters(town.house, pair.shared_id)
               if each.type == "tell_withdrawal_back" and each.country == "MM"]  # fmt: skip
    (theirs,) = [each for each in letters(town.house, pair.shared_id)
                 if each.type == "tell_withdrawal_back" and each.country == "TH"]  # fmt: skip
    assert theirs.digest == mine.digest and not theirs.sealed_body, "its number and digest, and not a word of it"
    with reading(town.house.db) as session:
        query = select(receipts.TABLE.c.content).where(
            receipts.TABLE.c.country == "MM", receipts.TABLE.c.message_id == mine.message_id
        )
        (content,) = session.execute(query).scalars()
        told = session.execute(
            select(HistoryEntry.step).where(HistoryEntry.subject_id == pair.arrived, HistoryEntry.kind == "message")
        ).scalars()
        assert "erased_there" in list(told)
    assert json.loads(content)["outcome"]["result"] == "erased"
    assert tasks(town.house, pair.arrived) == {"partner_copy_erased": "open"}
    sound(town.house)


def test_both_erase_at_once_and_each_hears_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = with_a_case(town)
    their_case = referrals.receiving_case(town.house, pair)
    close(town, town.mm, their_case)
    referrals.post(town.house)
    erase(town.house, town.th, pair.case_id)
    erase(town.house, town.mm, their_case)
    referrals.post(town.house)
    assert partner(town)["answer"] == "erased"
    grave = town.get(town.mm["data_protection_officer"], "/data/erasures").json()["items"][0]
    assert [each["answer"] for each in grave["partners"]] == ["erased"]
    assert "open" not in {*tasks(town.house, pair.sent_from).values(), *tasks(town.house, pair.arrived).values()}
    sound(town.house)


def test_while_asylum_is_asked_for_nobody_is_told(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    focal = town.mm["national_focal_point"]
    referrals.take(town.house, focal, pair.arrived, "decline", given={"reason": "no_capacity"})
    close(town, town.th, pair.case_id, claim=True)
    erased_here(town, pair)
    assert [each.type for each in letters(town.house, pair.shared_id) if each.type == "ask_erasure"] == []
    said = partner(town)
    assert said["held_back"] is True and said["asked"] is None
    with reading(town.house.db) as session:
        stone = session.execute(select(ERASURE.c.tombstone)).scalar_one()
    assert json.loads(stone)["partners"][0]["told"] == "held_back"
    sound(town.house)


@pytest.mark.parametrize("point", ["plan", "tell"])
def test_killed_in_between_everybody_is_asked_once(town: Town, point: str) -> None:
    pair = declined(town)
    erase(town.house, town.th, pair.case_id)
    town.house.db.dispose()
    killed(lambda: referrals.post(town.house), erasing_abroad, point)
    referrals.post(town.house)
    types = [each.type for each in letters(town.house, pair.shared_id) if each.direction == "out"]
    assert types.count("ask_erasure") == 1
    assert partner(town)["stored"]
    sound(town.house)


def test_a_request_that_is_not_sent_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: the erasure tells nobody, and the story of the partner that is asked turns red."""
    monkeypatch.setattr(erasing_abroad, "tell", lambda desk, planned: None)
    with pytest.raises(AssertionError):
        test_a_partner_is_asked_and_erases_its_copy_by_its_own_two_people(town)


BAD: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "no such copy": ("/referrals/nothing/erasure", {}, 404, "not_found"),
    "a request that never came": ("/cases/{case}/erasure", {"ground": "partner_asked"}, 409, "step_refused"),
    "nobody asks": ("/referrals/{arrived}/erasure", {}, 409, "step_refused"),
    "a reason of no list": ("/referrals/{arrived}/steps/decline_erasure", {"given": {"reason": "because"}}, 422, ""),
    "no reason": ("/referrals/{arrived}/steps/decline_erasure", {"given": {}}, 422, ""),
    "nobody asks, so nothing is kept": (
        "/referrals/{arrived}/steps/decline_erasure", {"given": KEPT}, 409, "step_refused",
    ),
    "only the program asks": ("/referrals/{arrived}/steps/ask_erasure_back", {"given": {}}, 409, "step_refused"),
    "only the program confirms": ("/referrals/{arrived}/steps/confirm_erasure", {"given": {}}, 409, "step_refused"),
}  # fmt: skip


def test_bad_input(town: Town) -> None:
    pair = declined(town)
    focal = town.mm["national_focal_point"]
    approvals.step_up(town, focal, town.th["national_focal_point"])
    for name, (path, body, status, code) in BAD.items():
        said = dict(body)
        if "given" in said:
            said["seen_version"] = seen_version(town, pair.arrived)
        who = town.th["national_focal_point"] if "{case}" in path else focal
        answer = town.post(who, path.format(arrived=pair.arrived, case=pair.case_id), said)
        assert answer.status_code == status, (name, answer.text)
        assert not code or answer.json()["code"] == code, (name, answer.text)
    with reading(town.house.db) as session:
        assert session.execute(select(REFERRAL.c.facts).where(REFERRAL.c.facts.contains('"case_open"'))).first() is None
