"""The timeline: case and referral in one line, in pages, rendered from the hashed bytes, cut by rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from app.casework.timeline import HISTORY
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import tampering


def line(town: Town, who: Any, case_id: str, query: str = "") -> list[Any]:
    answer = town.get(who, f"/cases/{case_id}/timeline?{query}")
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


def test_both_countries_stand_in_one_line(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    for state in ("handed_over", "received"):
        town.clock.advance(timedelta(minutes=5))
        referrals.STATES[state](town.house, town.th, town.mm, pair.sent_from)
    items = line(town, town.th["auditor"], pair.case_id, "limit=100")
    assert {item["subject_id"] for item in items} == {pair.case_id, pair.sent_from}
    keys = [(item["recorded_at"], item["subject"], item["subject_id"], item["seq"]) for item in items]
    assert keys == sorted(keys)
    last = [(item["step"], item["kind"], item["actor"]["country"]) for item in items[-4:]]
    assert last == [
        ("depart", "step", "TH"),
        ("sign_handover", "step", "TH"),
        ("record_handover", "step", "TH"),
        ("sign_receipt", "partner", "MM"),
    ]
    there = referrals.receiving_case(town.house, pair)
    assert {item["subject_id"] for item in line(town, town.mm["auditor"], there, "limit=100")} == {there, pair.arrived}
    assert town.get(town.mm["auditor"], f"/cases/{pair.case_id}/timeline").status_code == 404


def test_pages_go_both_ways_without_loss(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    auditor = town.th["auditor"]
    for direction in ("false", "true"):
        whole = line(town, auditor, pair.case_id, f"limit=100&newest_first={direction}")
        paged: list[Any] = []
        cursor = ""
        while True:
            path = f"/cases/{pair.case_id}/timeline?limit=4&newest_first={direction}{cursor}"
            page = town.get(auditor, path).json()
            paged += page["items"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert paged == whole and len(whole) > 12


def test_attempts_and_notes_are_for_those_who_may_see_them(town: Town) -> None:
    case_id = cases.open_case(town.house, town.th["social_worker"], note="She asked for her sister.")
    worker = town.th["social_worker"]
    town.post(worker, f"/cases/{case_id}/steps/admit", {"seen_version": 1})
    seen = {
        role: [(item["kind"], item["note"]) for item in line(town, town.th[role], case_id)]
        for role in ("social_worker", "supervisor", "auditor", "national_focal_point", "shelter_manager")
    }
    said = "She asked for her sister."
    assert seen["social_worker"] == [("opened", said)]
    assert seen["shelter_manager"] == [("opened", None)]
    assert seen["supervisor"] == seen["auditor"] == [("opened", None), ("attempt", None)]
    assert seen["national_focal_point"] == [("opened", said), ("attempt", None)]


def test_it_is_drawn_from_what_was_hashed_not_from_the_columns(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    with tampering(town.house.db) as session:
        session.execute(update(HISTORY).where(HISTORY.c.subject_id == case_id).values(step="close", actor_id="x"))
    items = line(town, town.th["auditor"], case_id)
    assert [item["step"] for item in items] == ["open", "start_screening"]
    assert items[0]["actor"]["id"] == town.th["social_worker"].id


def test_reading_is_noted(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    line(town, town.th["auditor"], case_id)
    (look,) = town.looks("timeline_read")
    assert (look.actor_id, look.subject_kind, look.subject_id) == (town.th["auditor"].id, "case", case_id)
