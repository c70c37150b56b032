"""Who could open a case and why: the explanation agrees with what really opens, account by account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.access.scope import Reach, cases_within
from app.oversight import explaining_queries
from tests.factories import cases, referrals
from tests.factories.staff import Worker, add_user, disable
from tests.factories.towns import Town
from tests.factories.walls import block, open_in_emergency, seal, stand_in


def explained(town: Town, case_id: str, who: str = "data_protection_officer", query: str = "limit=100") -> Any:
    answer = town.get(town.th[who], f"/cases/{case_id}/access?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def reasons(found: Any, worker: Worker) -> dict[str, Any]:
    """why -> the reason, for one account."""
    (account,) = [each for each in found["accounts"] if each["user_id"] == worker.id]
    return {reason["why"]: reason for reason in account["reasons"]}


def crowd(town: Town) -> dict[str, Worker]:
    """Accounts of every sort around th-shelter-tak, besides the staff."""
    house = town.house
    people = {f"{role}, elsewhere": add_user(house, "th-shelter-phitsanulok", role) for role in sorted(town.th)}
    return people | {
        "colleague": add_user(house, "th-shelter-tak", "social_worker"),
        "kin": add_user(house, "th-shelter-tak", "supervisor", "social_worker"),
        "reporter": add_user(house, "th-ngo", "first_responder"),
        "two roles": add_user(house, "th-ngo", "shelter_manager", "analyst"),
        "other bridge": add_user(house, "th-border-mae-sai", "border_focal_point"),
        "a role of old": add_user(house, "th-datip", "no_such_role"),
        "no role": add_user(house, "th-datip"),
        "of another country": town.mm["national_focal_point"],
    }


def differences(town: Town, found: Any, people: list[Worker], path: str, way: str) -> set[str]:
    """The accounts of whom the explanation ``found`` says something else than what their own try at a route shows."""
    assert found["next"] is None and found["count"] == len(found["accounts"])
    said = {account["user_id"] for account in found["accounts"] if way in account["opens"]}
    really = {each.id for each in people if town.get(each, path).status_code == 200}
    assert really, "where nobody gets in nothing is compared"
    return (said & {each.id for each in people}) ^ really


def test_it_agrees_with_what_really_opens(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    some = crowd(town)
    people = [*town.th.values(), *some.values()]
    gone = add_user(town.house, "th-shelter-tak", "shelter_manager")
    disable(town.house, gone)
    plain, blocked, sealed = (cases.bring_case(town.house, town.th) for _ in range(3))
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    reported = cases.open_case(town.house, some["reporter"])
    stand_in(town.house, town.th["social_worker"], some["social_worker, elsewhere"])
    open_in_emergency(town, some["case_manager, elsewhere"], plain)
    for kind, value in (("user", some["kin"].id), ("user", town.th["social_worker"].id), ("organisation", "th-ngo")):
        block(town.house, blocked, kind, value)
    officer = town.th["data_protection_officer"]
    seal(town.house, sealed, town.th["social_worker"], some["supervisor, elsewhere"], officer)
    pages = [
        *((each, f"/cases/{each}", "case:read") for each in (plain, blocked, sealed, pair.case_id, reported)),
        (blocked, f"/cases/{blocked}/timeline", "timeline:read"),
        (blocked, f"/cases/{blocked}/audit", "audit:read"),
        (pair.case_id, f"/referrals/{pair.sent_from}", "referral:read"),
    ]
    told = {case_id: explained(town, case_id) for case_id in (plain, blocked, sealed, pair.case_id, reported)}
    wrong = {path: differences(town, told[case_id], people, path, way) for case_id, path, way in pages}
    print(f"GATE explainer differences={sum(map(len, wrong.values()))} limit=0 n={len(pages) * len(people)}")
    assert wrong == {path: set() for _, path, _ in pages}
    for found in told.values():
        for account in found["accounts"]:
            carried = {way for reason in account["reasons"] for way in reason["opens"]}
            assert carried == set(account["opens"]), "every way is explained, and nothing else is"
            assert account["user_id"] != gone.id

    # The mutant: a second implementation that forgets emergencies, as lists elsewhere have done.
    monkeypatch.setattr(
        explaining_queries, "cases_within", lambda reach, asker: cases_within(Reach(reach.scopes), asker)
    )
    forgotten = differences(town, explained(town, plain), people, f"/cases/{plain}", "case:read")
    print(f"GATE explainer mutant differences={len(forgotten)} n={len(people)}")
    assert forgotten == {some["case_manager, elsewhere"].id}


def test_every_reason_is_told_and_every_wall(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    home, helper = town.th["social_worker"], add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    stand_in(town.house, home, helper)
    opener = add_user(town.house, "th-shelter-chiang-rai", "health_officer")
    open_in_emergency(town, opener, case_id)
    found = explained(town, case_id)
    assert reasons(found, home)["assigned"]["role"] == "social_worker"
    standing_in = reasons(found, helper)["deputy"]
    assert standing_in["of"] == home.id and "case:read" in standing_in["opens"]
    urgent = reasons(found, opener)["emergency"]
    assert urgent["until"].startswith((town.clock.now() + timedelta(minutes=120)).isoformat()[:19])
    assert set(urgent["opens"]) == {"case:read", "record:read", "timeline:read", "identity:reveal"}
    assert set(reasons(found, town.th["supervisor"])) == {"office"}
    assert set(reasons(found, town.th["data_protection_officer"])) == {"country"}
    assert set(reasons(found, town.th["auditor"])) == {"country"}
    assert reasons(found, town.th["auditor"])["country"]["opens"] == ["timeline:read", "audit:read"]
    reporter = add_user(town.house, "th-police-tak", "first_responder")
    theirs = cases.open_case(town.house, reporter)
    assert set(reasons(explained(town, theirs), reporter)) == {"own"}
    assert found["kept_out"] == [] and found["sealed"] is False

    block(town.house, case_id, "user", home.id)
    found = explained(town, case_id)
    assert [(each["user_id"], each["walls"]) for each in found["kept_out"]] == [(home.id, ["user"])]
    assert home.id not in {each["user_id"] for each in found["accounts"]}
    assert "deputy" in reasons(found, helper), "a wall stands before one account, not before who stands in"
    seal(town.house, case_id, town.th["data_protection_officer"])
    found = explained(town, case_id)
    assert [each["user_id"] for each in found["accounts"]] == [town.th["data_protection_officer"].id]
    kept = {each["user_id"]: each["walls"] for each in found["kept_out"]}
    assert kept[home.id] == ["user"] and kept[town.th["supervisor"].id] == kept[helper.id] == ["seal"]
    assert town.get(town.th["supervisor"], f"/cases/{case_id}/access").status_code == 404, "who is not named"


def test_who_may_ask_pages_and_the_look_is_noted(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    for role in ("social_worker", "auditor", "administrator"):
        assert town.get(town.th[role], f"/cases/{case_id}/access").status_code == 403
    away = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    nothing = town.get(away, f"/cases/{away.id}/access")
    hidden = town.get(away, f"/cases/{case_id}/access")
    assert (hidden.status_code, hidden.content) == (nothing.status_code, nothing.content) and hidden.status_code == 404
    town.get(town.th["case_manager"], f"/cases/{case_id}")
    whole = explained(town, case_id, "supervisor")
    (look,) = [each for each in town.looks("access_explained") if each.actor_id == town.th["supervisor"].id]
    assert look.subject_id == case_id
    assert town.th["case_manager"].id in {each["user_id"] for each in whole["opened_lately"]}
    walked, cursor = [], ""
    while cursor is not None:
        page = explained(town, case_id, "supervisor", f"limit=3{cursor and '&cursor=' + cursor}")
        walked += page["accounts"]
        cursor = page["next"]
    assert walked == whole["accounts"] and len(walked) == whole["count"] > 6
