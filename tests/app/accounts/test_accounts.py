"""The administrator's desk: each route's five cases, and that a change of rights works on the next request."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from app.models.user import User, UserRole
from tests.app.access.world import API, PASSWORD, World
from tests.inspect import reading, writing

FRESH = "seven lanterns on a quiet river"
NEW = {
    "login": "nok.srisai",
    "display_name": "Nok Srisai",
    "office": "th-b",
    "roles": ["worker"],
    "password": FRESH,
}
CHANGES: dict[str, tuple[str, Any]] = {
    "roles": ("roles", {"roles": ["visitor"]}),
    "office": ("office", {"office": "th-b"}),
    "disable": ("disable", None),
    "enable": ("enable", None),
    "password": ("password", {"password": FRESH}),
}


@pytest.fixture(autouse=True)
def _administrators_have_stepped_up(world: World) -> None:
    """Acts of power ask for a fresh proof; test_step_up.py shows that they do."""
    for who in ("administrator", "office_administrator"):
        world.step_up(who)


def change(world: World, who: str | None, user_id: str, what: str, version: int | None = 1, **more: Any) -> Any:
    word, body = CHANGES[what]
    headers = {} if version is None else {"If_Match": f'"{version}"'}
    return world.post(who, f"/users/{user_id}/{word}", more.pop("body", body), **headers, **more)


def test_me_tells_who_where_and_how_far(world: World) -> None:
    told = world.get("worker", "/me").json()
    assert told["id"] == world.users["worker"]
    assert told["office"] == {
        "code": "th-a", "name": "th-a", "organisation": "th-ministry", "country": "TH", "kind": "shelter",
    }  # fmt: skip
    assert told["roles"] == [{"role": "worker", "title": "Worker"}]
    assert told["permissions"]["care:plan"] == ["assigned"]
    assert "account:manage" not in told["permissions"]
    assert told["field_groups"] == ["facts"]
    assert "password" not in str(told)


def test_me_needs_somebody_with_a_role(world: World) -> None:
    assert world.get(None, "/me").status_code == 401
    world.add_user("roleless", "th-a")
    assert world.get("roleless", "/me").json()["code"] == "permission_missing"


def test_accounts_are_listed_within_reach(world: World) -> None:
    for office in ("th-b", "th-c", "mm-a"):
        world.add_user(f"user.{office}", office, "worker")
    answer = world.get("administrator", "/users?limit=100")
    logins = [item["login"] for item in answer.json()["items"]]
    assert logins == sorted(logins)
    assert "user.th-b" in logins and "worker" in logins
    assert "user.th-c" not in logins and "user.mm-a" not in logins
    assert "hash" not in answer.text and "argon2" not in answer.text
    entry = world.entries("accounts_listed")[0]
    assert f'"count":{len(logins)}' in entry.detail
    assert world.get(None, "/users").status_code == 401
    assert world.get("worker", "/users").status_code == 403
    for query in ("limit=0", "limit=101", "limit=x", "cursor=nonsense", "cursor=%00"):
        assert world.get("administrator", f"/users?{query}").status_code == 422, query


def test_pages_hold_every_account_once(world: World) -> None:
    seen, cursor = [], ""
    while True:
        page = world.get("administrator", f"/users?limit=4{cursor}").json()
        seen += [item["login"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == len(world.users)


def test_one_account_with_its_version(world: World) -> None:
    answer = world.get("administrator", f"/users/{world.users['worker']}")
    assert (answer.status_code, answer.headers["etag"], answer.json()["version"]) == (200, '"1"', 1)
    assert answer.json()["roles"] == ["worker"]
    assert len(world.entries("account_read")) == 1


def test_accounts_out_of_reach_are_as_if_they_were_not(world: World) -> None:
    foreign = [world.add_user(f"user.{office}", office, "worker") for office in ("th-c", "mm-a")]
    ids = [*foreign, str(uuid.uuid4()), "x", "%00", world.users["worker"].upper()]
    answers = [world.get("administrator", f"/users/{one}") for one in ids]
    for what in CHANGES:
        answers += [change(world, "administrator", one, what) for one in ids]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_an_account_is_opened_and_can_sign_in(world: World) -> None:
    answer = world.post("administrator", "/users", NEW)
    told = answer.json()
    assert answer.status_code == 201
    assert {name: told[name] for name in ("login", "office", "roles", "active", "version")} == {
        "login": "nok.srisai", "office": "th-b", "roles": ["worker"], "active": True, "version": 1,
    }  # fmt: skip
    granted = world.sign_in("nok.srisai", FRESH)
    assert granted["expires_in"] == 900
    entry = world.entries("account_opened")[0]
    assert (entry.subject_id, entry.actor_id) == (told["id"], world.users["administrator"])
    assert "srisai" not in entry.detail.lower()


def test_opening_twice_is_once(world: World) -> None:
    answers = [world.post("administrator", "/users", NEW, key="k") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert world.post("administrator", "/users", NEW).json()["code"] == "login_taken"
    assert world.post("administrator", "/users", NEW | {"login": "NOK.Srisai"}).status_code == 409
    assert world.post("administrator", "/users", NEW | {"login": "other"}, key="").status_code == 400


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("login", "two words", "string_pattern_mismatch"),
        ("login", "", "string_too_short"),
        ("display_name", "", "string_too_short"),
        ("office", "nowhere", "office_unknown"),
        ("office", "th-c", "office_unknown"),
        ("office", "mm-a", "office_unknown"),
        ("roles", ["king"], "role_unknown"),
        ("roles", ["administrator", "worker"], "roles_conflict"),
        ("roles", "worker", "list_type"),
        ("password", "short", "password_too_short"),
        ("password", "nok.srisai nok.srisai", "password_guessable"),
        ("password", 15, "string_type"),
        ("active", True, "extra_forbidden"),
        ("token_version", 9, "extra_forbidden"),
        ("id", "x", "extra_forbidden"),
    ],
)
def test_a_bad_account_is_refused(world: World, member: str, value: Any, told: str) -> None:
    answer = world.post("administrator", "/users", NEW | {member: value})
    assert answer.status_code == 422
    assert told in answer.text
    assert FRESH not in answer.text and "nok.srisai nok" not in answer.text
    with reading(world.house.db) as session:
        assert session.execute(select(User.id).where(User.login == "nok.srisai")).all() == []


def test_only_administrators_open_and_change_accounts(world: World) -> None:
    for who, status in ((None, 401), ("worker", 403), ("country_reader", 403)):
        assert world.post(who, "/users", NEW).status_code == status
        for what in CHANGES:
            assert change(world, who, world.users["visitor"], what).status_code == status
    with reading(world.house.db) as session:
        assert set(session.execute(select(User.token_version)).scalars()) == {1}


@pytest.mark.parametrize("what", list(CHANGES))
def test_a_change_ends_every_session_at_once(world: World, what: str) -> None:
    one, two = world.sign_in("worker"), world.sign_in("worker")
    answer = change(world, "administrator", world.users["worker"], what)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    for granted in (one, two):
        headers = {"Authorization": f"Bearer {granted['access_token']}"}
        assert world.client.get(f"{API}/me", headers=headers).status_code == 401
        body = {"refresh_token": granted["refresh_token"]}
        assert world.client.post(f"{API}/auth/refresh", json=body).status_code == 401
    assert world.get("visitor", "/me").status_code == 200


def test_what_each_change_does(world: World) -> None:
    user_id = world.users["worker"]
    answer = change(world, "administrator", user_id, "roles", 1)
    assert answer.json()["roles"] == ["visitor"]
    assert change(world, "administrator", user_id, "disable", 2).json()["active"] is False
    assert world.client.post(f"{API}/auth/token", data={"username": "worker", "password": PASSWORD}).status_code == 401
    assert change(world, "administrator", user_id, "enable", 3).json()["active"] is True
    assert change(world, "administrator", user_id, "password", 4).json()["version"] == 5
    granted = world.sign_in("worker", FRESH)
    told = world.client.get(f"{API}/me", headers={"Authorization": f"Bearer {granted['access_token']}"}).json()
    assert told["roles"] == [{"role": "visitor", "title": "Visitor"}]
    entry = world.entries("account_roles_changed")[0]
    assert entry.detail == '{"after":["visitor"],"before":["worker"]}'


@pytest.mark.parametrize("what", list(CHANGES))
def test_a_change_without_the_version_seen_is_refused(world: World, what: str) -> None:
    user_id = world.users["worker"]
    assert change(world, "administrator", user_id, what, None).status_code == 428
    assert change(world, "administrator", user_id, what, 9).json()["code"] == "stale_version"
    for text in ("*", "x", '"1", "2"', "-1", "1.0"):
        assert change(world, "administrator", user_id, what, None, If_Match=text).status_code == 422, text
    with reading(world.house.db) as session:
        query = select(User.token_version, User.active).where(User.id == user_id)
        assert session.execute(query).one() == (1, True)


@pytest.mark.parametrize("what", list(CHANGES))
def test_nobody_changes_their_own_rights(world: World, what: str) -> None:
    answer = change(world, "administrator", world.users["administrator"], what)
    assert (answer.status_code, answer.json()["code"]) == (403, "own_account")


@pytest.mark.parametrize(
    ("what", "body"),
    [("office", {"office": "th-c"}), ("office", {"office": "nowhere"}), ("office", {}),
     ("roles", {"roles": ["king"]}), ("roles", {"roles": ["administrator", "office_reader"]}), ("roles", {}),
     ("roles", {"roles": [], "active": True}), ("password", {"password": "short"}), ("password", {})],
)  # fmt: skip
def test_a_bad_change_is_refused(world: World, what: str, body: Any) -> None:
    answer = change(world, "administrator", world.users["worker"], what, body=body)
    assert answer.status_code == 422
    assert world.get("worker", "/me").status_code == 200


def test_an_administrator_of_an_office_manages_that_office_only(world: World) -> None:
    neighbour = world.add_user("neighbour", "th-b", "worker")
    assert world.get("office_administrator", f"/users/{world.users['worker']}").status_code == 200
    assert world.get("office_administrator", f"/users/{neighbour}").status_code == 404
    assert change(world, "office_administrator", neighbour, "disable").status_code == 404
    assert world.post("office_administrator", "/users", NEW).json()["code"] == "office_unknown"
    assert world.post("office_administrator", "/users", NEW | {"office": "th-a"}).status_code == 201


def test_the_own_password_is_changed_with_the_present_one(world: World) -> None:
    granted = world.sign_in("worker")
    world.headers("worker")
    answer = world.post("worker", "/me/password", {"current": PASSWORD, "password": FRESH}, key="")
    assert answer.status_code == 204
    assert world.get("worker", "/me").status_code == 401
    assert (
        world.client.get(f"{API}/me", headers={"Authorization": f"Bearer {granted['access_token']}"}).status_code == 401
    )
    assert world.sign_in("worker", FRESH)
    assert [row.actor_id for row in world.entries("account_password_changed")] == [world.users["worker"]]


def test_the_present_password_is_not_guessed_faster_here(world: World) -> None:
    body = {"current": "wrong wrong wrong", "password": FRESH}
    answers = [world.post("worker", "/me/password", body, key="").status_code for _ in range(6)]
    assert answers == [422] * 4 + [422, 429]
    assert world.post(None, "/me/password", body, key="").status_code == 401
    assert world.get("worker", "/me").status_code == 200


def test_a_bad_own_password_changes_nothing(world: World) -> None:
    for body in (
        {"current": PASSWORD, "password": "short"}, {"current": PASSWORD, "password": "worker worker worker"}, {},
        {"current": PASSWORD, "password": FRESH, "login": "x"},
    ):  # fmt: skip
        assert world.post("worker", "/me/password", body, key="").status_code == 422
    assert world.get("worker", "/me").status_code == 200


def test_a_role_the_policies_forgot_gives_nothing(world: World) -> None:
    with writing(world.house.db) as session:
        session.execute(delete(UserRole).where(UserRole.user_id == world.users["visitor"]))
        session.execute(insert(UserRole).values(user_id=world.users["visitor"], role="emperor"))
    assert world.get("visitor", "/me").status_code == 403


def test_another_office_another_reach(world: World) -> None:
    case_id = world.add_case("th-b")
    assert world.get("worker", f"/trial/cases/{case_id}").status_code == 404
    with writing(world.house.db) as session:
        session.execute(update(User).where(User.login == "worker").values(office_id=world.offices["th-b"]))
    assert world.get("worker", f"/trial/cases/{case_id}").status_code == 200
