"""The audit of a case: looks by person and day, attempts, late entries, missed deadlines, corrections, proof."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from app.casework.timeline import HISTORY
from app.worker import Worker
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.towns import Town
from tests.inspect import tampering


def audit(town: Town, case_id: str, who: str = "supervisor", query: str = "") -> Any:
    answer = town.get(town.th[who], f"/cases/{case_id}/audit?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_whole_story_of_a_case_for_its_supervisor(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    town.get(worker, f"/cases/{case_id}")
    town.get(worker, f"/cases/{case_id}")
    town.post(worker, f"/cases/{case_id}/identity/reveal", {"reason": "The hospital asks."})
    town.post(worker, f"/cases/{case_id}/steps/plan_return", {"seen_version": cases.version_of(town.house, case_id)})
    wish = cases.add(town.house, worker, case_id, "wish")
    fix = {"record": form(town.house, "wish", wish="stay"), "corrects": wish}
    town.post(worker, f"/cases/{case_id}/records/wish", fix | {"seen_version": cases.version_of(town.house, case_id)})
    town.clock.advance(timedelta(days=400))
    Worker(town.house).ring()
    late = (town.clock.now() - timedelta(days=3)).isoformat()
    body = {"record": form(town.house, "circumstances"), "happened_at": late}
    body["seen_version"] = cases.version_of(town.house, case_id)
    assert town.post(worker, f"/cases/{case_id}/records/circumstances", body).status_code == 201

    found = audit(town, case_id)
    count = found["chain"]["entries"]
    assert found["chain"] == {
        "chains": 1,
        "entries": count,
        "verified": count,
        "fault": None,
        "sentence": f"{count} of {count} entries verified",
    }
    mine, own = found["looks"]
    assert (mine["user_id"], mine["office"]) == (worker.id, worker.office)
    assert mine["actions"] == {"case_opened": 2, "reveal": 1} and mine["day"] == "2026-11-23"
    assert own["user_id"] == town.th["supervisor"].id and own["actions"] == {"audit_read": 1}
    assert [entry["step"] for entry in found["attempts"]["items"]] == ["plan_return"]
    assert [entry["step"] for entry in found["late_entries"]["items"]] == ["circumstances"]
    assert {"end_of_reflection", "assess_needs"} <= {entry["step"] for entry in found["missed_deadlines"]["items"]}
    assert found["missed_deadlines"]["count"] == len(found["missed_deadlines"]["items"])
    assert [entry["details"]["corrects"] for entry in found["corrections"]["items"]] == [wish]
    assert len(found["timeline"]) == count and found["next"] is None


def test_a_refused_look_is_part_of_the_audit(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    stranger = town.th["first_responder"]
    assert town.get(stranger, f"/cases/{case_id}").status_code == 404
    looks = audit(town, case_id)["looks"]
    assert [look["actions"] for look in looks if look["user_id"] == stranger.id] == [{"refused": 1}]


def test_the_timeline_in_it_goes_on_in_pages_and_notes_need_the_narrative_group(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    first = audit(town, pair.case_id, "auditor", "limit=5")
    assert len(first["timeline"]) == 5 and first["chain"]["chains"] == 2
    rest = audit(town, pair.case_id, "auditor", f"limit=100&cursor={first['next']}")
    assert len(rest["timeline"]) + 5 == first["chain"]["entries"]
    noted = cases.open_case(town.house, town.th["social_worker"], note="Her own words.")
    assert audit(town, noted)["timeline"][0]["note"] is None


def test_a_changed_entry_is_named_and_the_rest_is_still_sorted(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    town.post(town.th["social_worker"], f"/cases/{case_id}/steps/admit", {"seen_version": 2})
    with tampering(town.house.db) as session:
        second = (HISTORY.c.subject_id == case_id, HISTORY.c.seq == 2)
        session.execute(update(HISTORY).where(*second).values(canonical=b"{}"))
    with tampering(town.house.db) as session:
        session.execute(delete(HISTORY).where(HISTORY.c.subject_id == case_id, HISTORY.c.seq == 2))
    chain = audit(town, case_id)["chain"]
    assert (chain["entries"], chain["verified"]) == (3, 1)
    assert chain["fault"] == f"case {case_id}: entry 2 is missing (found 3)"
    assert audit(town, case_id)["attempts"]["count"] == 1
