"""Who could open a case and why: the explanation agrees with what really opens, account by account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

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


def crowd(town: Town) -> list[Worker]:
    """Accounts of every sort around th-shelter-tak, besides the staff."""
    house = town.house
    people = [add_user(house, "th-shelter-phitsanulok", role) for role in sorted(town.th)]
    people += [
        add_user(house, "th-shelter-tak", "social_worker"),
        add_user(house, "th-ngo", "first_responder"),
        add_user(house, "th-ngo", "shelter_manager", "analyst"),
        add_user(house, "th-shelter-tak", "supervisor", "social_worker"),
        add_user(house, "th-border-mae-sai", "border_focal_point"),
        add_user(house, "th-datip", "no_such_role"),
        add_user(house, "th-datip"),
    ]
    return people


def test_it_agrees_with_what_really_opens(town: Town) -> None:
    people = [*town.th.values(), *crowd(town)]
    gone = add_user(town.house, "th-shelter-tak", "shelter_manager")
    disable(town.house, gone)
    deputy, emergency, kin, named = people[13], people[-7], people[-4], people[-5]
    assert emergency.roles == {"social_worker"} and kin.roles == {"supervisor", "social_worker"}
    plain = cases.bring_case(town.house, town.th)
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    blocked = cases.bring_case(town.house, town.th)
    sealed = cases.bring_case(town.house, town.th)
    foreign_office = cases.open_case(town.house, add_user(town.house, "th-ngo", "first_responder"))
    stand_in(town.house, town.th["social_worker"], deputy)
    open_in_emergency(town, next(p for p in people if p.office == "th-shelter-phitsanulok"
                                 and p.roles == {"case_manager"}), plain)  # fmt: skip
    block(town.house, blocked, "user", kin.id)
    block(town.house, blocked, "user", town.th["social_worker"].id)
    block(town.house, blocked, "organisation", "th-ngo")
    seal(town.house, sealed, town.th["social_worker"], named, town.th["data_protection_officer"])
    openings = 0
    for case_id in (plain, pair.case_id, blocked, sealed, foreign_office):
        found = explained(town, case_id)
        assert found["next"] is None and found["count"] == len(found["accounts"])
        opens = {account["user_id"]: set(account["opens"]) for account in found["accounts"]}
        for path, way in (("", "case:read"), ("/timeline", "timeline:read"), ("/audit", "audit:read")):
            really = {p.id for p in people if town.get(p, f"/cases/{case_id}{path}").status_code == 200}
            said = {user_id for user_id, ways in opens.items() if way in ways and user_id in {p.id for p in people}}
            assert said == really, way
            openings += len(really)
        assert gone.id not in opens and not set(opens) & {worker.id for worker in town.mm.values()}
        assert all(account["reasons"] for account in found["accounts"])
        for account in found["accounts"]:
            carried = {way for reason in account["reasons"] for way in reason["opens"]}
            assert carried == set(account["opens"]), "every way is explained, and nothing else is"
    print(f"explained = opened: openings={openings} accounts={len(people)} cases=5")
    referral_readers = {p.id for p in people if town.get(p, f"/referrals/{pair.sent_from}").status_code == 200}
    said = {a["user_id"] for a in explained(town, pair.case_id)["accounts"] if "referral:read" in a["opens"]}
    assert said & {p.id for p in people} == referral_readers


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
