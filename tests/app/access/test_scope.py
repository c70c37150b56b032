"""How far each scope reaches, that list and single check agree, and that nothing outside can be told apart."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.access.scope import case_predicate, referral_predicate
from app.models.case import Case
from app.models.referral import Referral
from policies.model import Scope
from tests.app.access.world import POLICIES, World
from tests.inspect import reading
from workflows.facts import Actor

SCOPES = [scope.value for scope in Scope]


def build(world: World) -> tuple[dict[str, str], dict[str, str]]:
    """Cases and referrals around th-a, each made to lie in exactly one reader's reach where that is possible."""
    for code in ("th-b", "mm-a"):
        world.add_user(f"clerk.{code}", code, "office_reader")
    cases = {
        "own": world.add_case("th-c", creator="own_reader"),
        "own, abroad": world.add_case("mm-a", creator="own_reader"),
        "team": world.add_case("th-c"),
        "team, over": world.add_case("th-c"),
        "team, not yet": world.add_case("th-c"),
        "team, for a time": world.add_case("th-c"),
        "team, abroad": world.add_case("mm-a"),
        "office": world.add_case("th-a"),
        "sister office": world.add_case("th-b"),
        "other ministry": world.add_case("th-c"),
        "party as focal office": world.add_case("th-c"),
        "party as border office": world.add_case("th-c"),
        "party of others": world.add_case("th-c"),
        "party of the other country": world.add_case("th-c"),
        "abroad": world.add_case("mm-a"),
    }
    world.join_team("assigned_reader", cases["team"])
    world.join_team("assigned_reader", cases["team, over"], days=2, until_days=-1)
    world.join_team("assigned_reader", cases["team, not yet"], days=-1)
    world.join_team("assigned_reader", cases["team, for a time"], until_days=1)
    world.join_team("assigned_reader", cases["team, abroad"])
    referrals = {
        "focal": world.add_referral("th-a", case_id=cases["party as focal office"]),
        "border": world.add_referral("th-c", border="th-a", case_id=cases["party as border office"]),
        "others": world.add_referral("th-b", border="th-c", case_id=cases["party of others"]),
        "abroad": world.add_referral("mm-a", border="th-a", case_id=cases["party of the other country"]),
        "team": world.add_referral("th-c", case_id=cases["team"]),
        "no case": world.add_referral("th-c"),
    }
    return cases, referrals


CASES = {
    "own": {"own"},
    "assigned": {"team", "team, for a time"},
    "office": {"office"},
    "organisation": {"office", "sister office"},
    "party": {"party as focal office", "party as border office"},
}
REFERRALS = {
    "own": set[str](),
    "assigned": {"team"},
    "office": {"focal"},
    "organisation": {"focal", "others"},
    "party": {"focal", "border"},
    "country": {"focal", "border", "others", "team", "no case"},
}


def test_each_scope_reaches_what_it_says_and_no_further(world: World) -> None:
    cases, referrals = build(world)
    at_home = {name for name in cases if "abroad" not in name}
    for scope in SCOPES:
        login = f"{scope}_reader"
        listed = set(world.get(login, "/trial/cases").json())
        assert listed == {cases[name] for name in CASES.get(scope, at_home)}, scope
        opened = {i for i in cases.values() if world.get(login, f"/trial/cases/{i}").status_code == 200}
        assert opened == listed, scope
        listed = set(world.get(login, "/trial/referrals").json())
        assert listed == {referrals[name] for name in REFERRALS[scope]}, scope
        opened = {i for i in referrals.values() if world.get(login, f"/trial/referrals/{i}").status_code == 200}
        assert opened == listed, scope


def test_several_roles_reach_as_far_as_all_of_them(world: World) -> None:
    cases, _ = build(world)
    world.add_user("both", "th-a", "office_reader", "party_reader", "visitor")
    wanted = CASES["office"] | CASES["party"]
    assert set(world.get("both", "/trial/cases").json()) == {cases[name] for name in wanted}


def test_what_cannot_be_seen_cannot_be_told_apart(world: World) -> None:
    cases, referrals = build(world)
    hidden = [cases["other ministry"], cases["abroad"], str(uuid.uuid4())]
    malformed = [
        "x", "..%2F..%2Fetc", "%00", "1'%20OR%20'1'='1", cases["office"].upper(), cases["office"] + "%0A",
        cases["office"][:-1], "a" * 3000, "%F0%9F%92%A9", "%ED%A0%80",
    ]  # fmt: skip
    for room, others in (("cases", hidden), ("referrals", [referrals["others"], str(uuid.uuid4())])):
        answers = [world.get("office_reader", f"/trial/{room}/{one}") for one in others + malformed]
        shown = {
            (
                answer.status_code,
                answer.content,
                tuple(sorted(pair for pair in answer.headers.items() if pair[0] != "x-correlation-id")),
            )
            for answer in answers
        }
        assert len(shown) == 1, shown
        assert answers[0].status_code == 404
    noted = [row.subject_id for row in world.entries("refused")]
    assert set(hidden) <= set(noted)
    assert not set(malformed) & set(noted)


def test_seen_but_out_of_reach_is_refused_with_the_reason(world: World) -> None:
    cases, _ = build(world)
    referral = world.add_referral("th-a", case_id=cases["office"])
    for path in (
        f"/trial/cases/{cases['office']}?permission=care:plan",
        f"/trial/referrals/{referral}?permission=referral:plan",
    ):
        answer = world.get("worker", path)
        assert answer.status_code == 403
        assert answer.json()["roles"] == ["worker"]
        assert "assigned" in answer.json()["why"]
    world.join_team("worker", cases["office"])
    assert world.get("worker", f"/trial/cases/{cases['office']}?permission=care:plan").status_code == 200
    assert world.get("worker", f"/trial/referrals/{referral}?permission=referral:plan").status_code == 200


def test_a_permission_nobody_gave_is_403_for_every_id(world: World) -> None:
    cases, _ = build(world)
    answers = [
        world.get("worker", f"/trial/cases/{one}?permission=identity:reveal")
        for one in (cases["office"], cases["abroad"], str(uuid.uuid4()), "x")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(403, answers[0].content)}


def test_the_office_can_be_looked_up_by_its_code(world: World) -> None:
    build(world)
    now = world.clock.now()
    for scope in SCOPES:
        login = f"{scope}_reader"
        actor = Actor(world.users[login], frozenset({login}), "th-a", "th-ministry", "TH")
        for model, predicate, path in (
            (Case, case_predicate, "cases"),
            (Referral, referral_predicate, "referrals"),
        ):
            permission = "case:read" if path == "cases" else "referral:read"
            with reading(world.house.db) as session:
                found = set(
                    session.execute(select(model.id).where(predicate(actor, POLICIES, permission, now=now))).scalars()
                )
                nowhere = session.execute(
                    select(model.id).where(predicate(replace(actor, roles=frozenset()), POLICIES, permission, now=now))
                ).all()
            assert found == set(world.get(login, f"/trial/{path}").json())
            assert nowhere == []


def test_the_system_reaches_nothing_by_itself(world: World) -> None:
    build(world)
    with reading(world.house.db) as session:
        desk = world.house.system_desk(session, "TH")
        assert desk.actor.system and not desk.actor.roles
        reached = session.execute(
            select(Case.id).where(case_predicate(desk.actor, POLICIES, "case:read", now=desk.now))
        )
        assert reached.all() == []


def test_an_unknown_permission_is_a_programming_mistake(world: World) -> None:
    case_id = world.add_case("th-a")
    assert world.get("worker", f"/trial/cases/{case_id}?permission=case:raed").status_code == 500
    with pytest.raises(KeyError):
        POLICIES.scope_for(["worker"], "case:raed")
