"""G11: nothing is taken that only the house may set, and nothing is given beyond the reader's field groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.casework import fieldgroups
from app.casework.kinds import KINDS
from app.main import PREFIX
from policies.model import FieldGroup
from tests.gates import groups
from tests.gates.expectation import Expectation, Verdict
from tests.gates.filling import Bodies, Route, path_of, query_of, routes_of
from tests.gates.ground import told
from tests.gates.matrix import Matrix
from tests.gates.scene import Scene

# What only the house sets, by whatever name somebody may send it.
HOUSE_ONLY = frozenset(
    {
        "owner", "owner_id", "office", "office_id", "organisation", "organization", "country", "state", "status",
        "actor", "actor_id", "created_by", "created_at", "updated_by", "updated_at", "recorded_at", "role", "roles",
        "label", "version", "action", "sealed", "reference", "case_manager", "case_manager_id", "custody", "key_id",
        "person_id", "history_count", "chain_head", "active", "token_version", "approved_by", "drafted_by", "id",
    }
)  # fmt: skip
# Where one of these names is somebody's to say after all, and why.
JUSTIFIED = {
    ("POST /users", "office"): "an administrator says where a new account works; only offices within reach are taken",
    ("POST /users", "roles"): "an administrator says which roles a new account holds; power needs a second person",
    ("POST /users/{user_id}/roles", "roles"): "this is the act itself: it needs account:manage and the version seen",
    ("POST /users/{user_id}/office", "office"): "this is the act itself: an account moves, within account:manage",
    ("POST /emergency-access", "reference"): "which case has to be opened, as colleagues say it; nothing is set by it",
    ("POST /exports", "reference"): "a filter, as in GET /cases: which case the list is narrowed to; nothing is set",
    ("suggestion", "office"): "a record: which other office may be competent; no owner changes",
    ("reception_plan", "office"): "a record: which office will look after the person on arrival; no owner changes",
    ("POST /cases/{case_id}/incident/join", "reference"): "whose incident is meant; only a case within reach is taken",
    ("POST /cases/{case_id}/incident/offenders", "role"): "the part of somebody accused, a code; no account's role",
    ("POST /cases/{case_id}/same-person", "reference"): "whose records are joined; only a case within reach is taken",
    ("POST /cases/{case_id}/same-person/apart", "reference"): "the same: which record is taken apart again",
    ("POST /tips/{tip_id}/join", "reference"): "to which case a tip belongs; only a case within reach is taken",
    ("POST /operations/{operation_id}/reservations", "office"): "which office is asked; it answers for itself",
    ("POST /directory/contacts", "office"): "which office of the own country the entry is about; no owner is set",
    ("POST /directory/contacts/{contact_id}", "office"): "the same, said anew",
    ("POST /shelter-visits", "office"): "from which office of the own country somebody comes; no owner is set",
    ("POST /shelter-visits/{shelter_visit_id}/acts/{act}", "office"): "where they meet, or where who came sits",
    ("POST /shelter-visits/{shelter_visit_id}/acts/{act}", "reference"): "who was met; only whom the visit is about",
    ("POST /cases/{case_id}/team", "role"): "the part a colleague takes; refused unless the colleague holds that role",
}
# Bodies that ignore what they do not know, and why.
LENIENT = {"POST /auth/token": "OAuth clients send further fields of their own (RFC 6749 3.2); nothing of it is kept"}
EXTRA = "owner"
READS = ("record:read", "timeline:read")


def bodied(scene: Scene) -> list[Route]:
    bodies = Bodies(scene)
    return [route for route in routes_of(scene.app.state.routes) if bodies.schema(route) is not None]


def resolved(document: dict[str, Any], schema: Any, seen: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """Every object schema inside ``schema``, through references."""
    if isinstance(schema, list):
        for each in schema:
            yield from resolved(document, each, seen)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        yield from resolved(document, document["components"]["schemas"][name], seen | {name})
    if "properties" in schema:
        yield schema
    for key, value in schema.items():
        if key not in ("example", "examples", "default"):
            yield from resolved(document, list(value.values()) if key == "properties" else value, seen)


def house_only(document: dict[str, Any], route: Route, schema: dict[str, Any]) -> list[str]:
    """The fields of a body that only the house may set and that nobody has justified."""
    found = {name for part in resolved(document, schema) for name in part["properties"]}
    return sorted(name for name in found & HOUSE_ONLY if (route.name, name) not in JUSTIFIED)


def test_no_body_has_a_field_that_only_the_house_may_set(scene: Scene) -> None:
    document, bodies = scene.app.state.api.openapi(), Bodies(scene)
    routes = bodied(scene)
    found = {(route.name, name) for route in routes for name in house_only(document, route, bodies.schema(route) or {})}
    found |= {(kind, name) for kind, each in KINDS.items() for name in each.form.model_fields if name in HOUSE_ONLY}
    found -= set(JUSTIFIED)
    assert found == set()
    assert told("g11", "house_fields", len(found), 0, len(routes) + len(KINDS))
    asked = {(route.name, name) for route in routes for part in resolved(document, bodies.schema(route))
             for name in part["properties"]}  # fmt: skip
    asked |= {(kind, name) for kind, each in KINDS.items() for name in each.form.model_fields}
    assert set(JUSTIFIED) <= asked, "a justification for a field that is no more"
    lax = {"properties": {"note": {"type": "string"}, "office_id": {"type": "string"}}}
    assert house_only(document, routes[0], lax) == ["office_id"]


def test_every_body_refuses_a_field_it_does_not_know(scene: Scene) -> None:
    expected, bodies, watch = Expectation(scene), Bodies(scene), Matrix(scene)
    before, taken, asked = watch.rows(), [], 0
    for route in bodied(scene):
        body, headers = bodies.of(route, who := insider(scene, expected, route), scene.subjects["home"])
        if route.name in LENIENT:
            continue
        path = path_of(route, scene.subjects["home"])
        assert path is not None
        token = scene.token(who) if who else None
        answer = scene.knocker.knock(
            route.method, path, query=query_of(route, scene.subjects["home"]), body=with_extra(route, body),
            headers=headers, token=token,
        )  # fmt: skip
        asked += 1
        if answer.status != 422 or EXTRA not in answer.body.decode():
            taken.append(f"{route.name} as {who}: {answer.status} {answer.body[:100]!r}")
    for kind in KINDS.values():
        assert kind.form.model_config["extra"] == "forbid" and kind.form.model_config["strict"], kind.name
    assert taken == []
    assert watch.rows() == before, "a refused body changed a row"
    assert told("g11", "unknown_fields_taken", len(taken), 0, asked, engine=scene.house.db.dialect)


def with_extra(route: Route, body: Any) -> Any:
    """The body with one field more than the route knows; of a form with a file, one part more."""
    if isinstance(body, bytes):
        assert body.startswith(b"--cut\r\n"), route.name
        return f'--cut\r\nContent-Disposition: form-data; name="{EXTRA}"\r\n\r\nx\r\n'.encode() + body
    assert isinstance(body, dict), route.name
    return {**body, EXTRA: "x"}


def insider(scene: Scene, expected: Expectation, route: Route) -> str:
    """Somebody who may do this to the case at home, so that only the body can be what is wrong."""
    if route.permission is None:
        return ""
    for name in scene.askers():
        if expected.verdict(route, name, scene.subjects["home"]) is Verdict.ALLOWED:
            return name
    raise AssertionError(f"nobody may do {route.name}")


def test_no_answer_goes_beyond_the_field_groups_of_its_reader(scene: Scene) -> None:
    found, asked = too_much(scene)
    assert found == []
    assert told("g11", "fields_beyond_group", len(found), 0, asked, engine=scene.house.db.dialect)


def test_a_cut_that_is_left_out_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fieldgroups, "groups_of", lambda desk: frozenset(FieldGroup))
    found, _ = too_much(scene)
    assert found
    print(f"GATE g11 mutant=groups_not_cut fields_beyond_group={len(found)} expected=some n=1")


def too_much(scene: Scene) -> tuple[list[str], int]:
    """What readers of the case and the referral at home are shown beyond their groups; how many answers were read."""
    subject, expected = scene.subjects["home"], Expectation(scene)
    case, copy = expected.view.cases[subject.case_id], expected.view.referrals[subject.referral_id]
    found, asked = [], 0
    for name in scene.askers():
        asker = scene.asker(name)
        mine = expected.groups_of(asker)
        if not expected.view.oracle.sees(asker, (), copy) and not expected.view.oracle.sees(asker, READS, case):
            continue
        for path, look in (
            (f"/cases/{subject.case_id}", lambda answer: (answer["facts"], groups.CASE_FACTS)),
            (f"/cases/{subject.case_id}/records?limit=100", bodies_by_kind),
            (f"/cases/{subject.case_id}/timeline?limit=100", said_facts),
            (f"/referrals/{subject.referral_id}", lambda answer: (answer["facts"], groups.REFERRAL_FACTS)),
            (f"/referrals/{subject.referral_id}/handover", handover_fields),
        ):
            place, _, query = path.partition("?")
            answer = scene.knocker.knock("GET", PREFIX + place, query=query, token=scene.token(name))
            if answer.status != 200:
                continue
            asked += 1
            shown, table = look(answer.json)
            found += [f"{path} as {name}: {each}" for each in groups.beyond(shown, table, mine)]
    return found, asked


def bodies_by_kind(answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {each["kind"]: each for each in answer["items"] if each["body"] is not None}, groups.KINDS


def said_facts(answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts an entry of the timeline quotes; those of a referral copy go by its own table."""
    shown: dict[str, Any] = {}
    for entry in answer["items"]:
        shown |= {f"{entry['subject']}.{name}": value for name, value in entry["details"].get("facts", {}).items()}
    table = {f"case.{name}": group for name, group in groups.CASE_FACTS.items()}
    return shown, {**table, **{f"referral.{name}": group for name, group in groups.REFERRAL_FACTS.items()}}


def handover_fields(answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = {**(answer["handed_over"] or {}), **(answer["received"] or {})}
    return shown, {**dict.fromkeys(shown, groups.FACTS), **groups.FORM_FIELDS}
