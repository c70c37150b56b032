"""What the other country disclosed: seen only with the right, a reason, and a trace of the look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.factories import cases, referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading

WHY = {"reason": "Meeting the person at the bridge at ten."}


def reveal(town: Town, worker: Any, referral_id: str, body: Any = WHY) -> Any:
    return town.post(worker, f"/referrals/{referral_id}/disclosed/reveal", body, key="")


def test_the_name_is_shown_with_a_reason_that_stays(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")
    worker = town.mm["national_focal_point"]
    answer = reveal(town, worker, pair.arrived)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["groups"]["identity"]["given_names"] == cases.IDENTITY["given_names"]
    assert "phone" not in json.dumps(told["groups"].get("identity"))
    looks = town.looks("reveal")
    assert [(look.actor_id, look.subject_id) for look in looks] == [(worker.id, pair.arrived)]
    assert "identity" in json.loads(looks[0].detail)["groups"] and "Mya" not in looks[0].detail
    entry = town.get(worker, f"/referrals/{pair.arrived}/timeline").json()["items"][-1]
    assert (entry["kind"], entry["step"], entry["note"]) == ("reveal", "disclosed", WHY["reason"])
    assert "Mya" not in json.dumps(entry)
    with reading(town.house.db) as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM history_entry").all()
    assert "bridge at ten" not in "".join(map(str, rows))
    # A look is no change: an open form of a colleague does not become stale.
    assert referrals.row_of(town.house, pair.arrived).version == entry_version(town, pair.arrived)


def entry_version(town: Town, referral_id: str) -> int:
    return int(town.get(town.mm["national_focal_point"], f"/referrals/{referral_id}").json()["version"])


@pytest.mark.parametrize("reason", ["short", "", None, 7, "x" * 1001, " " * 20, "a" + " " * 20])
def test_without_a_reason_nothing_is_shown(town: Town, reason: Any) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")
    answer = reveal(town, town.mm["national_focal_point"], pair.arrived, {"reason": reason})
    assert answer.status_code == 422
    assert town.looks("reveal") == []


def test_only_with_the_right_and_within_reach(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")
    assert reveal(town, None, pair.arrived).status_code == 401
    assert reveal(town, town.mm["supervisor"], pair.arrived).json()["permission"] == "identity:reveal"
    other_post = add_user(town.house, "mm-border-tachileik", "border_focal_point")
    assert reveal(town, other_post, pair.arrived).status_code == 404
    assert reveal(town, town.th["national_focal_point"], pair.arrived).status_code == 404
    # The officer of the post named in the offer is party to it.
    assert reveal(town, town.mm["border_focal_point"], pair.arrived).status_code == 200


def test_each_role_sees_its_own_groups(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handed_over")
    officer = reveal(town, town.mm["border_focal_point"], pair.arrived).json()
    assert "identity" in officer["groups"] and "health" not in officer["groups"]


def test_nothing_disclosed_and_ended_are_conflicts(town: Town) -> None:
    draft = referrals.bring_referral(town.house, town.th, town.mm, "draft")
    worker = town.th["national_focal_point"]
    assert reveal(town, worker, draft.sent_from).json()["code"] == "nothing_disclosed"
    pair = referrals.bring_referral(town.house, town.th, town.mm, "assessed")
    referrals.take(
        town.house, town.th["case_manager"], pair.sent_from, "withdraw", given={"reason": "consent_withdrawn"}
    )
    answer = reveal(town, town.mm["national_focal_point"], pair.arrived)
    assert (answer.status_code, answer.json()["code"]) == (409, "referral_ended")
    assert town.looks("reveal") == []


def test_no_log_no_name(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("app.access.log.noted", full)
    answer = reveal(town, town.mm["national_focal_point"], pair.arrived)
    assert answer.status_code == 500 and "Mya" not in answer.text
