"""A seal: only the named see the person, whatever anybody's rights, everywhere and at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.access import deciding
from tests.factories import cases, referrals
from tests.factories.staff import Worker, add_user, disable
from tests.factories.towns import Town

REASON = "An officer of the ministry is named by the person."


def seal(town: Town, case_id: str, names: list[str], who: str = "supervisor", reason: str = REASON) -> Any:
    town.step_up(town.th[who])
    return town.post(town.th[who], f"/cases/{case_id}/seal", {"names": names, "reason": reason})


def ids(town: Town, *roles: str) -> list[str]:
    return [town.th[role].id for role in roles]


def listed(town: Town, worker: Worker) -> set[str]:
    return {row["id"] for row in town.get(worker, "/cases?limit=100").json()["items"]}


def test_only_the_named_see_a_sealed_case(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    other = cases.bring_case(town.house, town.th, "sheltered")
    answer = seal(town, case_id, ids(town, "supervisor", "social_worker"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["sealed"] and len(answer.json()["names"]) == 2
    nothing = town.get(town.th["national_focal_point"], "/cases/3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77")
    for role in ("supervisor", "social_worker"):
        assert town.get(town.th[role], f"/cases/{case_id}").json()["sealed"]
        assert {case_id, other} <= listed(town, town.th[role])
    for role in ("case_manager", "national_focal_point", "data_protection_officer", "shelter_manager"):
        hidden = town.get(town.th[role], f"/cases/{case_id}")
        assert (hidden.status_code, hidden.content) == (404, nothing.content), role
        assert listed(town, town.th[role]) == {other}, role
        for path in ("timeline", "records", "next-steps", "seal"):
            assert town.get(town.th[role], f"/cases/{case_id}/{path}").status_code in (403, 404), (role, path)
    tasks = town.get(town.th["national_focal_point"], "/tasks?limit=100&state=all").json()["items"]
    assert case_id not in {task["case_id"] for task in tasks} and other in {task["case_id"] for task in tasks}
    tasks = town.get(town.th["social_worker"], "/tasks?limit=100&state=all").json()["items"]
    assert case_id in {task["case_id"] for task in tasks}
    last = town.get(town.th["supervisor"], f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"]) == ("seal", "seal") and last["has_note"]


def test_the_referrals_of_a_sealed_person_are_sealed_and_what_comes_later_too(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    officer = town.th["national_focal_point"]
    case_id = town.get(town.th["case_manager"], f"/referrals/{pair.sent_from}").json()["case_id"]
    assert town.get(officer, f"/referrals/{pair.sent_from}").status_code == 200
    assert seal(town, case_id, ids(town, "supervisor", "case_manager")).status_code == 200
    assert town.get(officer, f"/referrals/{pair.sent_from}").status_code == 404
    assert pair.sent_from not in {row["id"] for row in town.get(officer, "/referrals?limit=100").json()["items"]}
    assert town.get(town.th["case_manager"], f"/referrals/{pair.sent_from}").status_code == 200
    # The other country's copy is its own: only it can seal that.
    assert town.get(town.mm["national_focal_point"], f"/referrals/{pair.arrived}").status_code == 200
    body = {
        "source": "social_service", "channel": "shelter", "child": False, "age_band": "18+", "sex": "F",
        "nationality": "MM", "language": "my", "previous_case_id": case_id,
    }  # fmt: skip
    again = town.post(town.th["case_manager"], "/cases", body)
    assert again.status_code == 201, again.text
    assert again.json()["sealed"]
    assert town.get(town.th["national_focal_point"], f"/cases/{again.json()['id']}").status_code == 404


@pytest.mark.parametrize(
    "names",
    [
        ["supervisor"],
        ["supervisor", "border_focal_point"],
        ["social_worker", "case_manager"],
        ["supervisor", "administrator"],
    ],
)
def test_names_that_cannot_carry_the_case_are_refused_and_nothing_is_sealed(town: Town, names: list[str]) -> None:
    case_id = cases.bring_case(town.house, town.th)
    answer = seal(town, case_id, ids(town, *names))
    assert answer.status_code == 422
    assert town.get(town.th["national_focal_point"], f"/cases/{case_id}").status_code == 200


def test_somebody_disabled_or_of_another_country_cannot_be_named(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    gone = add_user(town.house, "th-shelter-tak", "supervisor")
    disable(town.house, gone)
    for stranger in (gone.id, town.mm["supervisor"].id, case_id, "x"):
        answer = seal(town, case_id, [*ids(town, "supervisor", "social_worker"), stranger])
        assert answer.json()["code"] == "names_do_not_carry", answer.text
        assert answer.json()["users"] == [stranger] or stranger == "x"


def test_sealing_needs_the_right_the_second_factor_and_a_reason(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    body = {"names": ids(town, "supervisor", "social_worker"), "reason": REASON}
    path = f"/cases/{case_id}/seal"
    assert town.post(town.th["social_worker"], path, body).json()["code"] == "permission_missing"
    assert town.post(town.th["supervisor"], path, body).json()["code"] == "step_up_needed"
    assert town.post(town.mm["supervisor"], path, body).status_code == 404
    assert seal(town, case_id, body["names"], reason="short").status_code == 422
    assert not town.get(town.th["supervisor"], f"/cases/{case_id}").json()["sealed"]


def test_names_change_but_the_last_two_stay(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    assert seal(town, case_id, ids(town, "supervisor", "social_worker")).status_code == 200
    boss, path = town.th["supervisor"], f"/cases/{case_id}/seal/names"
    assert town.post(boss, path, {"strike": ids(town, "social_worker")}).status_code == 422
    assert town.get(town.th["social_worker"], f"/cases/{case_id}").status_code == 200
    swap = {"add": ids(town, "case_manager"), "strike": ids(town, "social_worker")}
    assert town.post(boss, path, swap).status_code == 200
    assert town.get(town.th["social_worker"], f"/cases/{case_id}").status_code == 404
    assert town.get(town.th["case_manager"], f"/cases/{case_id}").status_code == 200
    assert town.post(town.th["national_focal_point"], path, swap).status_code == 404


def test_a_deputy_of_a_named_person_is_not_named(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    standing = add_user(town.house, "th-shelter-tak", "social_worker")
    town.step_up(town.th["supervisor"])
    body = {"user_id": town.th["social_worker"].id, "deputy_id": standing.id, "until": "2026-12-01T00:00:00Z"}
    assert town.post(town.th["supervisor"], "/deputies", body).status_code == 201
    assert town.get(standing, f"/cases/{case_id}").status_code == 200
    assert seal(town, case_id, ids(town, "supervisor", "social_worker")).status_code == 200
    assert town.get(standing, f"/cases/{case_id}").status_code == 404


def boss_and_second(town: Town) -> Worker:
    """A second supervisor of the same shelter, who may seal as well."""
    return add_user(town.house, "th-shelter-tak", "supervisor")


def test_a_seal_holds_at_once_and_a_second_person_confirms_it(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    second, officer = boss_and_second(town), town.th["national_focal_point"]
    sealed = seal(town, case_id, [town.th["supervisor"].id, second.id]).json()
    assert town.get(officer, f"/cases/{case_id}").status_code == 404
    assert town.get(officer, f"/approvals/{sealed['approval']}").status_code == 404, "nobody else learns of a seal"
    assert sealed["approval"] not in town.get(officer, "/notices").text
    assert sealed["approval"] in town.get(second, "/notices").text
    town.step_up(second)
    agreed = town.post(second, f"/approvals/{sealed['approval']}/agree")
    assert (agreed.status_code, agreed.json()["state"]) == (200, "agreed"), agreed.text
    assert town.get(second, f"/cases/{case_id}").json()["sealed"]


def test_a_refused_seal_ends_and_an_unanswered_one_does_not(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    second, officer = boss_and_second(town), town.th["national_focal_point"]
    first = seal(town, case_id, [town.th["supervisor"].id, second.id]).json()
    town.step_up(second)
    refused = town.post(second, f"/approvals/{first['approval']}/refuse", {"reason": "There is no such danger."})
    assert refused.status_code == 200, refused.text
    assert town.get(officer, f"/cases/{case_id}").status_code == 200
    assert seal(town, case_id, [town.th["supervisor"].id, second.id]).status_code == 200
    town.clock.advance(timedelta(hours=73))
    assert deciding.expire(town.house) == 1
    assert town.get(officer, f"/cases/{case_id}").status_code == 404
    last = town.get(second, f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"]) == ("seal", "unconfirmed")
    assert "seal_unconfirmed" in town.get(second, "/notices").text


def test_lifting_a_seal_takes_two(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    second, officer = boss_and_second(town), town.th["national_focal_point"]
    boss, path, body = town.th["supervisor"], f"/cases/{case_id}/seal/lift", {"reason": "The danger is over now."}
    assert seal(town, case_id, [boss.id, town.th["social_worker"].id]).status_code == 200
    alone = town.post(boss, path, body)
    assert (alone.status_code, alone.json()["code"]) == (409, "no_second_person")
    assert town.post(boss, f"/cases/{case_id}/seal/names", {"add": [second.id]}).status_code == 200
    asked = town.post(boss, path, body)
    assert asked.status_code == 202, asked.text
    assert town.get(officer, f"/cases/{case_id}").status_code == 404
    town.step_up(second)
    assert town.post(boss, f"/approvals/{asked.json()['id']}/agree").json()["code"] == "own_approval"
    agreed = town.post(second, f"/approvals/{asked.json()['id']}/agree")
    assert agreed.json()["state"] == "agreed", agreed.text
    assert town.get(officer, f"/cases/{case_id}").status_code == 200
    assert town.post(boss, path, body).json()["code"] == "not_sealed"
