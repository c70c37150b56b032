"""A claim for protection made while a referral runs: it ends, and the country of origin never learns why."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from app.casework import history, messages, receipts
from app.casework.held import REFERRAL
from tests.inspect import reading
from tests.journeys import proof, telling
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import Crossing, acknowledged, both_are, proved, traced
from tests.journeys.scene import Scene

# Every word by which the claim could show.
TELLTALE = ("asylum", "protection", "claim", "unhcr", "refug")


def test_the_origin_never_learns_of_a_claim_made_while_it_holds_the_pen(scene: Scene) -> None:
    crossing = acknowledged(scene)
    manager, case = scene["th.manager"], crossing.case
    manager.take(crossing.sent, "disclose_identity")
    scene.post()
    told = len(proof.letters(scene.house, crossing.shared_id))

    manager.record(case, "circumstances", asylum_claim=True, note="Lodged today with the lawyer.")
    (blocked,) = manager.refused(crossing.sent, "disclose_identity", "no_asylum_claim_is_open")
    assert blocked["overridable"] is False and "OHCHR-G2.7" in {source["id"] for source in blocked["sources"]}
    manager.take(crossing.sent, "request_end", given={"reason": "asylum_claim"}, note="Asylum claim, keep it here.")
    scene.post()
    both_are(scene, crossing, "cancelled", "TH")
    _never_learnt(scene, crossing, told)

    # Here everybody who must know does, and the way to stay is open.
    entries = scene["th.focal"].get(f"/referrals/{crossing.sent.id}/timeline")["items"]
    (asked,) = [entry for entry in entries if entry["step"] == "request_end"]
    assert asked["details"]["given"] == {"reason": "asylum_claim"}
    manager.take(case, "include_locally")
    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.manager record circumstances",
        "th.manager attempt disclose_identity: no_asylum_claim_is_open",
        "th.manager step request_end",
        "partner MM partner grant_end",
        "th.manager step include_locally",
    )
    proved(scene, crossing)


def test_the_origin_never_learns_of_a_claim_made_on_our_turn(scene: Scene) -> None:
    crossing = traced(scene)
    manager = scene["th.manager"]
    told = len(proof.letters(scene.house, crossing.shared_id))
    manager.record(crossing.case, "circumstances", asylum_claim=True)
    manager.record(crossing.case, "pre_return_risk")
    manager.refused(crossing.sent, "propose_plan", "no_asylum_claim_is_open", record=filled())
    manager.take(crossing.sent, "withdraw", given={"reason": "asylum_claim"})
    scene.post()
    both_are(scene, crossing, "withdrawn", "TH")
    _never_learnt(scene, crossing, told)
    proved(scene, crossing)


def test_no_referral_can_begin_while_a_claim_is_open(scene: Scene) -> None:
    crossing = traced(scene)
    manager, case = scene["th.manager"], crossing.case
    manager.take(crossing.sent, "cancel", given={"reason": "other"})
    scene.post()
    manager.record(case, "circumstances", asylum_claim=True)
    before = len(proof.letters(scene.house, crossing.shared_id))
    sent = manager.post(f"{case.path}/referrals", {"to_country": "MM"}, 201)
    draft = Paper("referrals", sent["id"])
    scene["th.supervisor"].take(draft, "approve")
    manager.refused(draft, "send", "no_asylum_claim_is_open")
    manager.take(draft, "cancel", given={"reason": "asylum_claim"})
    scene.post()
    assert len(proof.letters(scene.house, crossing.shared_id)) == before
    assert len(_held_abroad(scene, "MM")["copies"]) == 1


def _never_learnt(scene: Scene, crossing: Crossing, told: int) -> None:
    """Nothing that Myanmar holds or could open says it: raw messages, receipts, history, facts, pages."""
    later = proof.letters(scene.house, crossing.shared_id)[told:]
    (ending,) = [each for each in later if each.type in {"request_end", "withdraw"} and each.direction == "out"]
    assert ending.body == {"step": ending.type, "given": {"reason": "other"}, "on": scene.day()}
    assert all(not each.body.get("about") for each in later if each.header["from"] == "TH")
    for letter in later:
        _is_silent(letter.raw.decode())
    held = _held_abroad(scene, "MM")
    for part in ("receipts", "history", "copies"):
        assert held[part]
        for text in held[part]:
            _is_silent(text)
    focal, arrived = scene["mm.focal"], crossing.arrived
    for page in ("", "/timeline", "/messages", "/handover", "/next-steps"):
        _is_silent(json.dumps(focal.get(arrived.path + page)))


def _is_silent(text: str) -> None:
    found = [word for word in TELLTALE if word in text.lower()]
    assert not found, f"{found} in {text}"


def _held_abroad(scene: Scene, country: str) -> dict[str, list[str]]:
    """What the other country's rows say, as text."""
    kept: dict[str, list[str]] = {"receipts": [], "history": [], "copies": []}
    with reading(scene.house.db) as session:
        copies: list[Any] = list(session.execute(select(REFERRAL).where(REFERRAL.c.country == country)).all())
        for copy in copies:
            kept["copies"].append(copy.facts)
            kept["history"] += [row.canonical.decode() for row in history.entries(session, copy.id)]
        theirs = select(receipts.TABLE.c.content).where(receipts.TABLE.c.country == country)
        kept["receipts"] = [content.decode() for content in session.execute(theirs).scalars()]
        assert session.execute(select(messages.TABLE.c.id).where(messages.TABLE.c.country == country)).first()
    return kept
