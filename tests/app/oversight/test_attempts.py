"""Refused attempts in a list: within reach, newest first, in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factories import cases, referrals
from tests.factories.staff import add_user, desk_of
from tests.factories.towns import Town


def attempts(town: Town, who: str, query: str = "") -> Any:
    answer = town.get(town.th[who], f"/audit/attempts?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_attempts_of_office_and_country(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id = cases.bring_case(town.house, town.th, "screening")
    town.post(worker, f"/cases/{case_id}/steps/admit", {"seen_version": 2})
    town.clock.advance(timedelta(minutes=1))
    town.post(worker, f"/cases/{case_id}/steps/identify", {"seen_version": 2})
    away = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    elsewhere = cases.open_case(town.house, away)
    town.clock.advance(timedelta(minutes=1))
    town.post(away, f"/cases/{elsewhere}/steps/identify", {"seen_version": 1})

    ours = attempts(town, "supervisor")["items"]
    assert [item["step"] for item in ours] == ["identify", "admit"], "newest first, of the own office"
    assert ours[0]["refusals"] == ["permission_missing"] and ours[0]["user_id"] == worker.id
    assert ours[1]["refusals"][0] == "person_is_presumed_or_identified"
    assert ours[0]["reference"].startswith("TH-2026-") and ours[0]["subject"] == "case"
    whole = attempts(town, "auditor")["items"]
    assert [item["subject_id"] for item in whole] == [elsewhere, case_id, case_id]
    first = attempts(town, "auditor", "limit=2")
    rest = attempts(town, "auditor", f"limit=2&cursor={first['next']}")
    assert first["items"] + rest["items"] == whole and rest["next"] is None
    assert len(town.looks("attempts_listed")) == 4


def test_attempts_on_referrals_are_listed_too(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "draft")
    worker = town.th["case_manager"]
    path = f"/referrals/{pair.sent_from}/steps/send"
    assert town.post(worker, path, {"seen_version": 1}).status_code == 409
    (item,) = attempts(town, "supervisor")["items"]
    assert (item["subject"], item["subject_id"], item["step"]) == ("referral", pair.sent_from, "send")
    with desk_of(town.house, worker) as desk:
        assert desk.actor.office == item["office"]
