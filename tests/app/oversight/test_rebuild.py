"""Facts are the fold of history: what is rebuilt equals what is stored, and what was changed by hand is repaired."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.casework.held import CASE, FACTS, REFERRAL
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import reading, writing


def test_what_is_rebuilt_is_what_is_stored(town: Town) -> None:
    house = town.house
    for child in ({}, {"child": True, "age_band": "15-17"}):
        pair = referrals.bring_referral(house, town.th, town.mm, "in_reintegration", **child)
        town.clock.advance(timedelta(days=1))
        cases.add(house, town.mm["social_worker"], referrals.receiving_case(house, pair), "monitoring_visit")
    ended = referrals.bring_referral(house, town.th, town.mm, "plan_proposed")
    town.clock.advance(timedelta(hours=1))
    cases.add(house, town.th["case_manager"], ended.case_id, "consent_withdrawal")
    referrals.post(house)
    assert referrals.row_of(house, ended.sent_from).state == "withdrawn"
    town.post(town.th["social_worker"], f"/cases/{ended.case_id}/identity", {"identity": {"sex": "F"}})
    second = {"source": "self", "child": True, "sex": "M", "previous_case_id": ended.case_id, "language": "shn"}
    assert town.post(town.th["case_manager"], "/cases", second).status_code == 201
    cases.bring_case(house, town.th, "identified", nationality="LA", exploitation="ForcedBegging", language="lo")
    assert rebuild_facts(house) == []
    assert rebuild_facts(house, "MM") == []


def test_what_was_changed_by_hand_is_found_and_repaired_with_a_trace(town: Town) -> None:
    house = town.house
    pair = referrals.bring_referral(house, town.th, town.mm, "sent")
    before = cases.facts_of(house, pair.case_id)
    with writing(house.db) as session:
        session.execute(update(CASE).where(CASE.c.id == pair.case_id).values(care="closed"))
        session.execute(update(FACTS).where(FACTS.c.case_id == pair.case_id).values(child=True, nationality="LA"))
        session.execute(
            update(REFERRAL).where(REFERRAL.c.id == pair.sent_from).values(state="declined", custody="receiver")
        )
    found = {(each.kind, each.subject_id): each for each in rebuild_facts(house)}
    copy, case = found["referral", pair.sent_from], found["case", pair.case_id]
    assert copy.stored == {"column state": "declined", "column custody": "receiver"}
    assert copy.rebuilt == {"column state": "sent", "column custody": "sender"}
    assert case.stored["column care"] == "closed" and case.rebuilt["column care"] == "planning_return"
    assert {"column child", "column nationality"} <= set(case.rebuilt)
    assert case.sentence.startswith(f"case {pair.case_id}: ")
    assert rebuild_facts(house, "MM") == [], "another country's records are as they should be"

    town.clock.advance(timedelta(minutes=1))
    assert len(rebuild_facts(house, "TH", repair=True)) == 2
    assert rebuild_facts(house) == []
    assert cases.facts_of(house, pair.case_id) == before
    assert referrals.case_row(house, pair.case_id).care == "planning_return"
    with reading(house.db) as session:
        assert verify_all(session).sound
    newest = town.get(town.th["auditor"], f"/cases/{pair.case_id}/timeline?newest_first=true&limit=2").json()["items"]
    assert [(item["kind"], item["actor"]["system"]) for item in newest] == [("repaired", True)] * 2
