"""Every route of the four case rooms: nobody, the wrong role, out of sight, malformed, and allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.tasks import TABLE as TASK
from app.kit.paging import encode_cursor
from app.models.base import new_id
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading

Body = Callable[[Town, str], Any]


@dataclass(frozen=True)
class Route:
    """One route: ``who`` may use it on a sheltered case, ``stranger`` holds the permission elsewhere, ``wrong`` not at
    all. ``bad``: bodies or query strings that break a rule."""

    method: str
    path: str
    who: str
    stranger: tuple[str, str] | None
    wrong: str = "administrator"
    body: Body | None = None
    bad: tuple[Any, ...] = ()
    status: int = 200
    versioned: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def said(**values: Any) -> Body:
    return lambda town, case_id: dict(values)


def seen(**values: Any) -> Body:
    return lambda town, case_id: {**values, "seen_version": cases.version_of(town.house, case_id)}


ROUTES = (
    Route("POST", "/cases", "social_worker", None, body=said(source="police", child=False, age_band="18+"),
          bad=({}, {"source": "police"}, {"source": "x", "child": True}, {"source": "police", "child": "yes"},
               {"source": "police", "child": True, "state": "closed"},
               {"source": "police", "child": True, "office": "x"},
               {"source": "police", "child": True, "nationality": "burmese"}), status=201),
    Route("GET", "/cases", "social_worker", None,
          bad=("care=lost", "stage=x", "limit=0", "limit=101", "cursor=x", "nationality=mm", "child=perhaps")),
    Route("GET", "/cases/{case}", "social_worker", ("mm", "social_worker")),
    Route("POST", "/cases/{case}/steps/start_recovery", "social_worker", ("mm", "social_worker"),
          body=lambda town, case_id: {**seen()(town, case_id), "record": form(town.house, "care_plan")},
          bad=({"seen_version": 0}, {"seen_version": 1, "actor": "x"},
               {"seen_version": 1, "happened_at": "2026-01-01T00:00:00"},
               {"seen_version": 1, "given": {"x": 1}}), versioned=True),
    Route("GET", "/cases/{case}/next-steps", "social_worker", ("mm", "social_worker")),
    Route("POST", "/cases/{case}/records/wish", "social_worker", ("mm", "social_worker"), status=201,
          body=lambda town, case_id: {**seen()(town, case_id), "record": form(town.house, "wish")},
          bad=({"seen_version": 1}, {"seen_version": 1, "record": []},
               {"seen_version": 1, "record": {}, "created_by": "x"}),
          versioned=True),
    Route("GET", "/cases/{case}/records", "social_worker", ("mm", "social_worker"), bad=("limit=x", "cursor=%00")),
    Route("GET", "/cases/{case}/records/{record}", "social_worker", ("mm", "social_worker")),
    Route("GET", "/record-kinds", "social_worker", None, wrong="nobody"),
    Route("GET", "/record-kinds/screening", "social_worker", None, wrong="nobody"),
    Route("POST", "/cases/{case}/case-manager", "supervisor", ("mm", "supervisor"), versioned=True,
          body=lambda town, case_id: {**seen()(town, case_id), "user_id": town.th["case_manager"].id},
          bad=({"seen_version": 1}, {"seen_version": 1, "user_id": 7},
               {"seen_version": 1, "user_id": "x", "role": "x"})),
    Route("GET", "/cases/{case}/timeline", "social_worker", ("mm", "auditor"),
          bad=("limit=-1", "cursor=W10", "newest_first=x")),
    Route("POST", "/cases/{case}/identity/reveal", "social_worker", ("mm", "social_worker"), wrong="auditor",
          body=said(reason="The hospital asks."),
          bad=({}, {"reason": "short"}, {"reason": " " * 12}, {"reason": "x" * 1001})),
    Route("POST", "/cases/{case}/identity", "social_worker", ("mm", "social_worker"), wrong="auditor", versioned=True,
          body=seen(identity={"family_name": "Htun"}),
          bad=({"seen_version": 1, "identity": {}}, {"seen_version": 1, "identity": {"sex": 7}},
               {"seen_version": 1, "identity": {"name": "x"}})),
    Route("GET", "/tasks", "social_worker", None, wrong="auditor", bad=("state=x", "role=A", "late=x", "cursor=!")),
    Route("POST", "/tasks/{task}/done", "case_manager", ("mm", "case_manager"), wrong="auditor", body=said(),
          bad=({"note": ""}, {"state": "done"})),
    Route("GET", "/cases/{case}/audit", "supervisor", ("mm", "supervisor"), wrong="social_worker", bad=("limit=0",)),
    Route("GET", "/audit/attempts", "supervisor", None, wrong="social_worker", bad=("cursor=e30",)),
    Route("GET", "/audit/verify", "supervisor", None, wrong="social_worker"),
)  # fmt: skip


def knock(town: Town, route: Route, who: str | None, path: str, body: Any = None, country: str = "th") -> Any:
    worker = getattr(town, country)[who] if who else None
    if route.method == "GET":
        return town.get(worker, path)
    return town.post(worker, path, body)


def places(town: Town) -> tuple[str, dict[str, str]]:
    """A case in shelter with a needs assessment, a record of it, and a task that is done by hand."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    record_id = cases.add(town.house, town.th["social_worker"], case_id, "needs_assessment")
    with reading(town.house.db) as session:
        query = select(TASK.c.id).where(TASK.c.case_id == case_id, TASK.c.kind == "end_of_reflection")
        task_id = session.execute(query).scalar_one()
    return case_id, {"case": case_id, "record": record_id, "task": task_id}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_answer_of_a_route(town: Town, route: Route) -> None:
    case_id, ids = places(town)
    path = route.path.format(**ids)
    body = route.body(town, case_id) if route.body else None
    town.th["nobody"] = nobody(town)

    assert knock(town, route, None, path, body).status_code == 401
    forbidden = knock(town, route, route.wrong, path, body)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "permission_missing")
    if "{" in route.path:
        out_of_sight(town, route, ids, body)
    for bad in route.bad:
        answer = knock(town, route, route.who, f"{path}?{bad}" if route.method == "GET" else path, bad)
        assert answer.status_code == 422, (bad, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    if route.method == "POST":
        assert town.post(town.th[route.who], path, body, key="").json()["code"] == "idempotency_key_missing"
    if route.versioned:
        unseen = {name: value for name, value in body.items() if name != "seen_version"}
        assert knock(town, route, route.who, path, unseen).status_code == 428
        both = town.post(town.th[route.who], path, body, If_Match='"999"')
        assert both.json()["code"] == "versions_differ"
    allowed = knock(town, route, route.who, path, body)
    assert allowed.status_code == route.status, allowed.text


def out_of_sight(town: Town, route: Route, ids: dict[str, str], body: Any) -> None:
    """An id out of scope, an unknown one and a malformed one get the same bytes."""
    assert route.stranger is not None
    country, role = route.stranger
    fresh = {name: new_id() for name in ids}
    texts = {
        knock(town, route, role, route.path.format(**ids), body, country).text,
        knock(town, route, route.who, route.path.format(**fresh), body).text,
        knock(town, route, route.who, route.path.format(case="no-id", record="no-id", task="no%00id"), body).text,
    }
    assert len(texts) == 1
    assert '"status":404' in texts.pop()


def nobody(town: Town) -> Any:
    """An account without any role."""
    return add_user(town.house, "th-datip")


def test_a_repeated_post_repeats_the_answer_and_not_the_effect(town: Town) -> None:
    worker = town.th["social_worker"]
    body = {"source": "police", "child": True}
    first = town.post(worker, "/cases", body, key="one")
    again = town.post(worker, "/cases", body, key="one")
    assert first.status_code == again.status_code == 201
    assert first.text == again.text and first.headers["etag"] == again.headers["etag"] == '"1"'
    assert len(town.get(worker, "/cases").json()["items"]) == 1
    assert town.post(worker, "/cases", {**body, "sex": "F"}, key="one").status_code == 422


def test_a_cursor_beyond_every_number_shows_an_empty_page(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    beyond = encode_cursor((2**62,))
    answer = town.get(town.th["social_worker"], f"/cases/{case_id}/records?cursor={beyond}")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})
