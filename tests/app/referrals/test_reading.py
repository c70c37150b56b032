"""Opening a referral: what each role sees of it, what the other country learns by it, and what proves it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text, update

from app.casework import messages
from app.casework.fieldgroups import FACT_GROUPS
from tests.factories import cases, referrals
from tests.factories.forms import told
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import tampering
from workflows.facts import ReferralFacts

OF_CLAIMS = ["remedy_news", "remedy_reply", "remedy_said"]


def read(town: Town, worker: Any, referral_id: str) -> Any:
    answer = town.get(worker, f"/referrals/{referral_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_fact_has_a_field_group_or_is_shown_to_nobody() -> None:
    assert set(FACT_GROUPS) == {each.name for each in dataclasses.fields(ReferralFacts)}


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("case_manager", []),
        # What becomes of a claim is no business of the bridge.
        ("border_focal_point", OF_CLAIMS),
        ("supervisor", []),
        ("national_focal_point", []),
    ],
)
def test_facts_are_cut_to_the_role(town: Town, role: str, hidden: list[str]) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    worker = town.th[role]
    if role == "case_manager":
        worker = add_user(town.house, "th-shelter-tak", "case_manager")
    found = read(town, worker, pair.sent_from)
    assert found["hidden"] == hidden
    assert set(found["facts"]) | set(hidden) == set(FACT_GROUPS)


def test_who_sees_neither_law_nor_risk_sees_no_consent_and_no_tracing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.casework import fieldgroups
    from policies.model import FieldGroup

    pair = referrals.bring_referral(town.house, town.th, town.mm, "assessed")
    monkeypatch.setattr(fieldgroups, "groups_of", lambda _desk: frozenset({FieldGroup.FACTS}))
    found = read(town, town.mm["national_focal_point"], pair.arrived)
    assert found["hidden"] == [
        "consents", "declined_for", "end_asked", "receiver_took_back", *OF_CLAIMS, "sender_took_back", "tracing",
    ]  # fmt: skip
    monkeypatch.setattr(fieldgroups, "groups_of", lambda _desk: frozenset())
    assert read(town, town.mm["national_focal_point"], pair.arrived)["facts"] == {}


def test_opening_gives_the_seen_receipt_once_and_brings_it_home(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    officer = town.mm["national_focal_point"]
    assert read(town, town.th["case_manager"], pair.sent_from)["receipts"] == {
        "sent": 1, "stored": 1, "seen": 0, "decided": 0, "received": 0, "unread": 0,
    }  # fmt: skip
    assert read(town, officer, pair.arrived)["receipts"]["unread"] == 0
    assert read(town, officer, pair.arrived)["unread"] == 0
    referrals.post(town.house)
    receipts = read(town, town.th["case_manager"], pair.sent_from)["receipts"]
    assert (receipts["stored"], receipts["seen"], receipts["decided"]) == (1, 1, 0)
    told = town.get(town.th["case_manager"], f"/referrals/{pair.sent_from}/messages").json()["items"][0]
    seen = next(each for each in told["receipts"] if each["level"] == "seen")
    assert (seen["by"], seen["outcome"], seen["genuine"]) == ("MM", {"roles": ["national_focal_point"]}, True)
    assert len([each for each in told["receipts"] if each["level"] == "seen"]) == 1


def test_two_officers_opening_at_once_give_one_receipt(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    both = [town.mm["national_focal_point"], town.mm["border_focal_point"]]
    for worker in both:
        town.headers(worker)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda worker: town.get(worker, f"/referrals/{pair.arrived}"), both))
    assert [answer.status_code for answer in answers] == [200, 200]
    referrals.post(town.house)
    items = town.get(town.th["case_manager"], f"/referrals/{pair.sent_from}/messages").json()["items"]
    assert [each["level"] for each in items[0]["receipts"]].count("seen") == 1


def test_opening_is_noted_and_a_case_is_shown_only_to_those_who_may_see_it(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    assert read(town, town.th["case_manager"], pair.sent_from)["case_id"] == pair.case_id
    colleague = add_user(town.house, "th-shelter-tak", "case_manager")
    assert read(town, colleague, pair.sent_from)["case_id"] is None
    assert {(look.actor_id, look.subject_id) for look in town.looks("referral_opened")} == {
        (town.th["case_manager"].id, pair.sent_from),
        (colleague.id, pair.sent_from),
    }
    answer = town.get(colleague, f"/referrals/{pair.sent_from}")
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'


def test_the_timeline_is_one_line_of_both_countries(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    url = f"/referrals/{pair.sent_from}/timeline"
    line = town.get(town.th["case_manager"], url).json()["items"]
    assert [(each["kind"], each["step"], each["actor"]["country"]) for each in line] == [
        ("opened", "draft", "TH"), ("step", "approve", "TH"), ("step", "send", "TH"), ("partner", "acknowledge", "MM"),
    ]  # fmt: skip
    first = town.get(town.th["case_manager"], f"{url}?limit=3").json()
    rest = town.get(town.th["case_manager"], f"{url}?limit=3&cursor={first['next']}").json()
    assert first["items"] + rest["items"] == line and rest["next"] is None


def test_why_an_end_was_asked_is_for_law_and_risk_only(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.casework import fieldgroups
    from policies.model import FieldGroup

    pair = referrals.bring_referral(town.house, town.th, town.mm, "assessed")
    manager = town.th["case_manager"]
    referrals.take(town.house, manager, pair.sent_from, "withdraw", given={"reason": "asylum_claim"})
    url = f"/referrals/{pair.sent_from}/timeline"
    assert town.get(manager, url).json()["items"][-1]["details"]["given"] == {"reason": "asylum_claim"}
    monkeypatch.setattr(fieldgroups, "groups_of", lambda _desk: frozenset({FieldGroup.FACTS}))
    assert town.get(manager, url).json()["items"][-1]["details"]["given"] == {"reason": "other"}
    monkeypatch.undo()
    theirs = town.get(town.mm["national_focal_point"], f"/referrals/{pair.arrived}/timeline")
    assert "asylum" not in theirs.text


def test_messages_of_both_directions_with_verified_receipts(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")
    items = town.get(town.th["case_manager"], f"/referrals/{pair.sent_from}/messages").json()["items"]
    assert sorted((each["direction"], each["type"]) for each in items) == [
        ("in", "acknowledge"), ("in", "start_tracing"), ("out", "disclose_identity"), ("out", "send"),
    ]  # fmt: skip
    offer = next(each for each in items if each["type"] == "send")
    assert offer["groups"] == ["age_band", "corridor_plan", "language", "needs"]
    assert {each["level"] for each in offer["receipts"]} == {"stored", "decided"}
    assert all(each["genuine"] and each["delivered"] for each in items)
    assert all(each["genuine"] and each["answers_this_message"] for item in items for each in item["receipts"])
    disclosed = next(each for each in items if each["type"] == "disclose_identity")
    assert disclosed["groups"] == ["identity", "nationality"]
    for word in cases.IDENTITY.values():
        assert not told(word, json.dumps(items))


@pytest.mark.parametrize("damage", ["signature", "digest", "receipt"])
def test_a_forged_message_or_receipt_is_shown_as_such(town: Town, damage: str) -> None:
    from app.models.referral import MessageReceipt

    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    table: Any = messages.TABLE if damage != "receipt" else MessageReceipt.__table__
    column = "digest" if damage == "digest" else "signature"
    with tampering(town.house.db) as session:
        if town.house.db.dialect == "postgresql":
            # Whoever owns the tables can take the walls away, which let a message be emptied and nothing else.
            session.execute(text(f"ALTER TABLE {table.name} NO FORCE ROW LEVEL SECURITY"))
        session.execute(
            update(table).where(table.c.country == "TH").values({column: bytes(64)[: 32 if column == "digest" else 64]})
        )
    items = town.get(town.th["case_manager"], f"/referrals/{pair.sent_from}/messages").json()["items"]
    if damage == "receipt":
        assert [each["genuine"] for item in items for each in item["receipts"]].count(False) >= 2
        assert all(item["genuine"] for item in items)
    else:
        assert not any(item["genuine"] for item in items)


def test_the_handover_can_be_verified_with_nothing_but_the_printout(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    for worker, copy in (
        (town.th["border_focal_point"], pair.sent_from),
        (town.mm["border_focal_point"], pair.arrived),
    ):
        sheet = town.get(worker, f"/referrals/{copy}/handover").json()
        assert (sheet["border_point"], sheet["border_point_names"]["MM"]) == ("mae-sot-myawaddy", "Myawaddy")
        assert (sheet["sending_officer"], sheet["receiving_officer"]) == ("officer 3, Mae Sot", "officer 8, Myawaddy")
        assert (sheet["custody"], "Myanmar is responsible" in sheet["custody_sentence"]) == ("receiver", True)
        assert sheet["handed_over"]["officer"] == "officer 3, Mae Sot" and sheet["received"]["person_present"] is True
        assert [(each["act"], each["by"]) for each in sheet["signatures"]] == [("handover", "TH"), ("receipt", "MM")]
        for act in sheet["signatures"]:
            signed = act["signed_text"].encode()
            assert hashlib.sha256(signed).hexdigest() == act["hash"] and act["genuine"]
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(act["public_key"]))
            key.verify(bytes.fromhex(act["signature"]), signed)
        receipts = sheet["signatures"][0]["receipts"]
        decided = next(each for each in receipts if each["level"] == "decided")
        assert (decided["outcome"]["step"], decided["outcome"]["state"]) == ("sign_receipt", "received")
        key.verify(bytes.fromhex(decided["signature"]), decided["content"].encode())
        assert json.loads(decided["content"])["digest"] == sheet["signatures"][0]["hash"]


def test_before_the_day_the_sheet_says_what_is_still_to_come(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    sheet = town.get(town.th["national_focal_point"], f"/referrals/{pair.sent_from}/handover").json()
    assert (sheet["on"], sheet["sending_officer"], sheet["handed_over"], sheet["signatures"]) == (None, None, None, [])
    assert sheet["custody"] == "sender"


def test_a_new_day_needs_a_new_receiving_officer(town: Town) -> None:
    from tests.factories.forms import form

    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    officer = town.th["border_focal_point"]
    referrals.take(town.house, officer, pair.sent_from, "postpone", given={"reason": "border_closed"})
    referrals.take(town.house, officer, pair.sent_from, "reschedule", form(town.house, "handover_schedule"))
    sheet = town.get(town.mm["border_focal_point"], f"/referrals/{pair.arrived}/handover").json()
    assert (sheet["sending_officer"], sheet["receiving_officer"]) == ("officer 3, Mae Sot", None)
