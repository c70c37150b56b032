"""Rights of power need two administrators: who can be the second, what is told, and what stays immediate."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.access import deciding
from app.models.approval import Approval
from app.models.notice import Notice
from app.models.user import User, UserRole
from tests.factories.approvals import ask_for_power, decide, roles_of, second_administrator, state_of, step_up
from tests.factories.staff import add_user, disable
from tests.factories.towns import Town
from tests.inspect import reading, tampering, writing

FRESH = "seven lanterns on a quiet river"
NEW = {
    "login": "nok.srisai", "display_name": "Nok Srisai", "office": "th-datip", "roles": ["supervisor"],
    "password": FRESH,
}  # fmt: skip


def notices(town: Town, user_id: str) -> list[tuple[str, Any]]:
    with reading(town.house.db) as session:
        rows = session.execute(select(Notice).where(Notice.user_id == user_id).order_by(Notice.at)).scalars().all()
        return [(row.kind, row.detail) for row in rows]


def test_a_role_of_power_waits_for_a_second_administrator(town: Town) -> None:
    second = second_administrator(town)
    approval, gains = ask_for_power(town)
    assert roles_of(town, gains) == {"social_worker"}
    page = town.get(second, f"/approvals/{approval}").json()
    assert page["can_decide"] and not page["mine"] and page["second_persons"] == 1
    assert page["payload"]["roles"] == ["supervisor"] and "case:seal office" in page["payload"]["grants"]
    assert ("approval_asked", '{"kind":"role_grant"}') in notices(town, second.id)
    agreed = decide(town, second, approval)
    assert (agreed.status_code, agreed.json()["state"], agreed.json()["why"]) == (200, "agreed", None)
    assert roles_of(town, gains) == {"supervisor"}
    (done,) = town.looks("approval_carried_out")
    assert done.actor_id == town.th["administrator"].id
    assert json.loads(done.detail) == {"kind": "role_grant", "agreed_by": second.id}
    (changed,) = town.looks("account_roles_changed")
    assert changed.actor_id == town.th["administrator"].id
    assert [look.actor_id for look in town.looks("approval_agreed")] == [second.id]
    assert notices(town, town.th["administrator"].id)[-1][0] == "approval_agreed"


def test_an_account_with_power_is_opened_by_two_and_can_sign_in(town: Town) -> None:
    second = second_administrator(town)
    asked = town.post(town.th["administrator"], "/users", NEW)
    assert asked.status_code == 202, asked.text
    approval = asked.json()["id"]
    sign_in = {"username": NEW["login"], "password": FRESH}
    assert town.client.post("/api/v1/auth/token", data=sign_in).status_code == 401
    page = town.get(second, f"/approvals/{approval}")
    assert page.json()["words"] == {"login": "nok.srisai", "display_name": "Nok Srisai"}
    assert "argon2" not in page.text and "hash" not in page.text
    with reading(town.house.db) as session:
        row = session.execute(select(Approval)).scalars().one()
        assert b"srisai" not in row.sealed and "srisai" not in row.payload
    assert "srisai" not in town.get(second, "/approvals").text.lower()
    assert decide(town, second, approval).json()["state"] == "agreed"
    assert town.client.post("/api/v1/auth/token", data=sign_in).status_code == 200
    assert town.post(town.th["administrator"], "/users", NEW).json()["code"] == "login_taken"


def test_ordinary_roles_and_taking_rights_away_need_nobody_else(town: Town) -> None:
    admin = town.th["administrator"]
    plain = {**NEW, "login": "plain", "roles": ["social_worker"]}
    assert town.post(admin, "/users", plain).json()["code"] == "step_up_needed"
    town.step_up(admin)
    assert town.post(admin, "/users", plain).status_code == 201
    holder = town.th["supervisor"]
    assert town.post(admin, f"/users/{holder.id}/roles", {"roles": ["case_manager"]}, If_Match="1").status_code == 200
    assert roles_of(town, holder) == {"case_manager"}
    away = town.th["auditor"]
    assert town.post(admin, f"/users/{away.id}/disable", If_Match="1").status_code == 200
    second_administrator(town)
    # A disabled account has no power: giving it back is giving it.
    assert town.post(admin, f"/users/{away.id}/enable", If_Match="2").status_code == 202
    assert town.post(admin, f"/users/{holder.id}/roles", {"roles": ["case_manager"]}, If_Match="2").status_code == 200
    assert len(town.looks("approval_asked")) == 1
    # A wider reach of a right that is there already is a grant.
    narrow = add_user(town.house, "th-shelter-tak", "supervisor")
    wider = town.post(admin, f"/users/{narrow.id}/roles", {"roles": ["national_focal_point"]}, If_Match="1")
    assert wider.status_code == 202
    assert "case:seal country" in wider.json()["payload"]["grants"]


def test_asker_and_second_person_show_their_second_factor_and_who_cannot_be_it(town: Town) -> None:
    second = add_user(town.house, "th-datip", "administrator")
    body = {"roles": ["supervisor"]}
    path = f"/users/{town.th['social_worker'].id}/roles"
    refused = town.post(town.th["administrator"], path, body, If_Match="1")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    step_up(town, town.th["administrator"])
    approval = town.post(town.th["administrator"], path, body, If_Match="1").json()["id"]
    assert decide(town, second, approval).json()["code"] == "step_up_needed"
    step_up(town, second)
    town.clock.advance(timedelta(minutes=11))
    assert decide(town, second, approval).json()["code"] == "step_up_needed"
    step_up(town, second)
    assert decide(town, second, approval).status_code == 200
    _who_cannot(town)


def _who_cannot(town: Town) -> None:
    """Neither the asker, nor who gains, nor anybody without the permission over this account."""
    step_up(town, town.th["administrator"])
    approval, gains = ask_for_power(town)
    own = decide(town, town.th["administrator"], approval)
    assert (own.status_code, own.json()["code"], own.json()["second_persons"]) == (403, "own_approval", 1)
    assert "1 active account can decide" in own.json()["detail"]
    absent = town.get(town.th["supervisor"], "/approvals/3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77")
    for stranger in (town.th["supervisor"], gains, town.mm["administrator"]):
        step_up(town, stranger)
        for answer in (town.get(stranger, f"/approvals/{approval}"), decide(town, stranger, approval)):
            assert (answer.status_code, answer.content) == (404, absent.content)
        assert approval not in town.get(stranger, "/approvals").text
    # The account it is about, even if it manages accounts itself by now.
    with writing(town.house.db) as session:
        session.execute(delete(UserRole).where(UserRole.user_id == gains.id))
        session.execute(insert(UserRole).values(user_id=gains.id, role="administrator"))
    for word in ("agree", "refuse"):
        assert decide(town, gains, approval, word).json()["code"] == "about_you"
    assert not town.get(gains, f"/approvals/{approval}").json()["can_decide"]
    assert state_of(town, approval) == ("waiting", None)
    assert decide(town, gains, approval, "withdraw").json()["code"] == "not_yours"


def test_without_anybody_else_the_refusal_says_how_to_get_somebody(town: Town) -> None:
    step_up(town, town.th["administrator"])
    disable(town.house, add_user(town.house, "th-datip", "administrator"))
    answer = town.post(town.th["administrator"], "/users", NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_second_person")
    assert "waymark user create" in answer.json()["detail"] and "--role administrator" in answer.json()["detail"]
    assert town.looks("approval_asked") == []


def test_what_stands_in_the_way_refuses_the_act_whole(town: Town) -> None:
    second, asker = second_administrator(town), town.th["administrator"].id
    asked = {why: ask_for_power(town) for why in ("stale_version", "act_changed", "asker_lost_right", "asker_disabled")}
    moved = asked["stale_version"][1]
    path = f"/users/{moved.id}/roles"
    assert town.post(town.th["administrator"], path, {"roles": ["analyst"]}, If_Match="1").status_code == 200
    with tampering(town.house.db) as session:
        row = session.execute(select(Approval).where(Approval.id == asked["act_changed"][0])).scalars().one()
        row.payload = row.payload.replace("supervisor", "national_focal_point")
    losses = {
        "asker_lost_right": update(UserRole).where(UserRole.user_id == asker).values(role="analyst"),
        "asker_disabled": update(User).where(User.id == asker).values(active=False),
    }
    for why, (approval, gains) in asked.items():
        if why in losses:
            with writing(town.house.db) as session:
                session.execute(losses[why])
        answer = decide(town, second, approval)
        assert (answer.status_code, answer.json()["state"], answer.json()["why"]) == (200, "refused", why)
        assert roles_of(town, gains) == ({"analyst"} if gains is moved else {"social_worker"})
    assert {json.loads(look.detail)["why"] for look in town.looks("approval_refused")} == set(asked)
    assert town.looks("approval_carried_out") == []


def test_refused_withdrawn_and_over_is_over(town: Town) -> None:
    second = second_administrator(town)
    approval, gains = ask_for_power(town)
    refused = decide(town, second, approval, "refuse")
    assert (refused.json()["state"], refused.json()["why"]) == ("refused", "second_person")
    assert town.get(town.th["administrator"], f"/approvals/{approval}").json()["answer"] == "Not now."
    assert "Not now" not in town.get(second, "/approvals").text
    again = decide(town, second, approval)
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "approval_decided", "refused")
    other, _ = ask_for_power(town)
    assert decide(town, town.th["administrator"], other, "withdraw").json()["state"] == "withdrawn"
    assert decide(town, second, other).json()["state"] == "withdrawn"
    assert roles_of(town, gains) == {"social_worker"}
    assert decide(town, second, other, "refuse", body={"reason": "x" * 1001}).status_code == 422
    assert decide(town, second, other, "refuse", body={"reason": "fine", "state": "agreed"}).status_code == 422
    third, _ = ask_for_power(town)
    key = {"key": "the-same-key"}
    twice = [decide(town, second, third, **key) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 200] and twice[0].content == twice[1].content
    assert twice[1].headers["idempotency-replayed"] == "true"


def test_what_nobody_answers_expires_and_the_asker_is_told(town: Town) -> None:
    second = second_administrator(town)
    approval, gains = ask_for_power(town)
    assert deciding.expire(town.house) == 0
    town.clock.advance(timedelta(hours=72))
    step_up(town, second)
    late = decide(town, second, approval)
    assert (late.status_code, late.json()["state"]) == (409, "expired")
    assert deciding.expire(town.house) == 1 and deciding.expire(town.house) == 0
    assert state_of(town, approval) == ("expired", None)
    assert notices(town, town.th["administrator"].id)[-1][0] == "approval_expired"
    assert roles_of(town, gains) == {"social_worker"}


def test_the_list_has_pages_states_and_only_what_concerns_one(town: Town) -> None:
    second = second_administrator(town)
    made = [ask_for_power(town)[0] for _ in range(3)]
    decide(town, second, made[0], "refuse")
    seen, cursor = [], ""
    while True:
        page = town.get(second, f"/approvals?limit=2{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(made)
    waiting = town.get(second, "/approvals?state=waiting").json()["items"]
    assert {item["id"] for item in waiting} == set(made[1:]) and all(item["can_decide"] for item in waiting)
    mine = town.get(town.th["administrator"], "/approvals").json()["items"]
    assert all(item["mine"] and not item["can_decide"] for item in mine) and len(mine) == 3
    assert town.get(town.th["auditor"], "/approvals").json()["items"] == []
    assert town.get(second, "/approvals?state=sideways").status_code == 422
    assert town.get(None, "/approvals").status_code == 401
