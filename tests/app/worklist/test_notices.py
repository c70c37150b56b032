"""Notices to oneself: only the own, unread first, page by page, never about a case behind a wall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.access.notices import tell
from tests.factories import cases
from tests.factories.houses import system_desk
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.factories.walls import block, lift, seal, unseal


def leave(town: Town, worker: Worker, kind: str, subject_id: str = "x", subject: str = "account") -> None:
    with system_desk(town.house) as desk:
        assert tell(desk, [worker.id, worker.id], kind, subject, subject_id, {"count": 3}) == 1


def listed(town: Town, worker: Worker, query: str = "") -> Any:
    answer = town.get(worker, f"/notices?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def kinds(page: Any) -> list[str]:
    return [item["kind"] for item in page["items"]]


def mark(town: Town, worker: Worker, notice_id: str, read: bool = True) -> Any:
    return town.post(worker, f"/notices/{notice_id}/read", {"read": read})


def test_unread_first_then_the_newest_and_only_my_own(town: Town) -> None:
    worker, other = town.th["social_worker"], town.th["analyst"]
    for name in ("one", "two", "three", "four"):
        leave(town, worker, name)
        town.clock.advance(timedelta(minutes=1))
    leave(town, other, "theirs")
    page = listed(town, worker)
    assert kinds(page) == ["four", "three", "two", "one"] and page["unread"] == 4 and page["next"] is None
    assert page["items"][0]["detail"] == {"count": 3} and page["items"][0]["read_at"] is None
    third = page["items"][1]["id"]
    answer = mark(town, worker, third)
    assert (answer.status_code, answer.json()["id"]) == (200, third) and answer.json()["read_at"] is not None
    first_read = answer.json()["read_at"]
    town.clock.advance(timedelta(minutes=1))
    assert mark(town, worker, third).json()["read_at"] == first_read, "the first reading counts"
    page = listed(town, worker)
    assert kinds(page) == ["four", "two", "one", "three"] and page["unread"] == 3
    begin = listed(town, worker, "limit=3")
    rest = listed(town, worker, f"limit=3&cursor={begin['next']}")
    assert kinds(begin) + kinds(rest) == kinds(page) and rest["next"] is None
    assert mark(town, worker, third, read=False).json()["read_at"] is None
    assert listed(town, worker)["unread"] == 4
    nothing = mark(town, worker, worker.id)
    stolen = mark(town, other, third)
    assert (stolen.status_code, stolen.content) == (404, nothing.content)
    assert [look.subject_kind for look in town.looks("refused")] == ["notice", "notice"]
    assert town.post(worker, f"/notices/{third}/read", {"read": True, "user_id": other.id}).status_code == 422
    assert town.get(None, "/notices").status_code == 401
    assert town.get(worker, "/notices?cursor=x").status_code == 422


def test_a_notice_about_a_case_behind_a_wall_is_hidden(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id = cases.bring_case(town.house, town.th)
    leave(town, worker, "about_a_case", case_id, "case")
    leave(town, worker, "about_an_account")
    (about,) = [item for item in listed(town, worker)["items"] if item["subject"] == "case"]
    wall = block(town.house, case_id, "user", worker.id)
    page = listed(town, worker)
    assert (kinds(page), page["unread"]) == (["about_an_account"], 1)
    assert mark(town, worker, about["id"]).status_code == 404
    lift(town.house, wall)
    seal(town.house, case_id, town.th["case_manager"])
    assert kinds(listed(town, worker)) == ["about_an_account"]
    unseal(town.house, case_id)
    assert len(listed(town, worker)["items"]) == 2
