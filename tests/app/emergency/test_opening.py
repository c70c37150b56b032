"""Opening a case in an emergency: to read, within one's own field groups, for two hours, and told at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from app.models.base import new_id
from tests.app.documents import samples
from tests.factories import cases, referrals
from tests.factories.staff import Worker, add_user, disable
from tests.factories.towns import API, Town
from tests.factories.walls import REASON, block, lift, open_in_emergency, seal, step_up, try_to_open, unseal
from workflows.engine import MACHINES

OPENERS = ("social_worker", "case_manager", "shelter_manager", "health_officer", "supervisor")
# A reveal reads, with a reason of its own; who declares a conflict of interest shuts themselves out.
READS_OR_SHUTS_OUT = ("/reveal", "/conflicts")


def stranger(town: Town, role: str = "social_worker", office: str = "th-shelter-phitsanulok") -> Worker:
    """A colleague of another shelter of the same ministry, to whom the case is invisible."""
    return add_user(town.house, office, role)


def notices(town: Town, worker: Worker) -> list[Any]:
    items: list[Any] = town.get(worker, "/notices").json()["items"]
    return items


def test_it_opens_to_read_and_those_concerned_know_at_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    opener = stranger(town)
    assert town.get(opener, f"/cases/{case_id}").status_code == 404
    reference = referrals.case_row(town.house, case_id).reference
    step_up(town, opener)
    answer = town.post(opener, "/emergency-access", {"reference": reference, "reason": REASON, "confirm": True})
    assert answer.status_code == 201, answer.text
    access = answer.json()
    assert (access["state"], access["case_id"], access["user_id"]) == ("open", case_id, opener.id)
    assert access["until"] == (town.clock.now() + timedelta(minutes=120)).isoformat().replace("+00:00", "Z")

    page = town.get(opener, f"/cases/{case_id}")
    assert page.status_code == 200 and not any(step["allowed"] for step in page.json()["next_steps"])
    assert [item["id"] for item in town.get(opener, "/cases").json()["items"]] == [case_id]
    assert town.get(opener, f"/cases/{case_id}/records").status_code == 200
    assert {item["case_id"] for item in town.get(opener, "/tasks").json()["items"]} == {case_id}
    last = town.get(opener, f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"], last["note"]) == ("emergency", "open", REASON)
    assert town.get(town.th["auditor"], f"/cases/{case_id}/timeline").json()["items"][-1]["note"] is None
    (look,) = town.looks("emergency_opened")
    assert (look.actor_id, look.subject_id) == (opener.id, case_id) and REASON not in (look.detail or "")

    for role in ("social_worker", "case_manager", "health_officer", "legal_officer", "supervisor"):
        (told,) = notices(town, town.th[role])
        assert (told["kind"], told["subject_id"], told["detail"]["by"]) == ("emergency_opened", case_id, opener.id)
        assert told["at"].startswith(town.clock.now().isoformat()[:19]), "at once, not in a minute"
    assert notices(town, opener) == notices(town, town.th["data_protection_officer"]) == []
    text = town.client.get(API + "/notices", headers=town.headers(town.th["supervisor"])).text
    assert REASON not in text and "Aung" not in text


def test_a_name_still_needs_its_own_reason(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    opener = stranger(town)
    open_in_emergency(town, opener, case_id)
    assert "Aung" not in town.get(opener, f"/cases/{case_id}").text
    assert town.post(opener, f"/cases/{case_id}/identity/reveal", {"reason": "short"}).status_code == 422
    shown = town.post(opener, f"/cases/{case_id}/identity/reveal", {"reason": "The hospital asks for it."})
    assert shown.status_code == 200 and "Aung" in shown.text
    doctor = stranger(town, "health_officer")
    open_in_emergency(town, doctor, case_id)
    facts = town.get(doctor, f"/cases/{case_id}").json()["facts"]
    assert "needs" in facts and "care_plan" not in facts, "only what the own field groups show"


def test_what_ends_it_acts_on_the_very_next_request(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    opener = stranger(town)
    nothing = town.get(opener, f"/cases/{case_id}").content

    def reads() -> bool:
        answer = town.get(opener, f"/cases/{case_id}")
        assert answer.status_code == 200 or (answer.status_code, answer.content) == (404, nothing)
        return bool(answer.status_code == 200)

    first = open_in_emergency(town, opener, case_id)
    assert reads()
    seal(town.house, case_id, town.th["social_worker"])
    assert not reads() and town.get(opener, "/emergency-access").json()["items"] == []
    unseal(town.house, case_id)
    assert reads()
    for kind, value in (("user", opener.id), ("organisation", opener.organisation), ("country", "TH")):
        wall = block(town.house, case_id, kind, value)
        assert not reads(), kind
        lift(town.house, wall)
        assert reads(), kind
    ended = town.post(opener, f"/emergency-access/{first}/end", {"note": "The ambulance has come."})
    assert (ended.status_code, ended.json()["state"]) == (200, "over") and not reads()
    assert town.post(opener, f"/emergency-access/{first}/end", {}).json()["code"] == "emergency_over"

    town.clock.advance(timedelta(minutes=1))  # of one moment the list knows no order
    second = open_in_emergency(town, opener, case_id)
    town.clock.advance(timedelta(minutes=119, seconds=59))
    assert reads()
    town.clock.advance(timedelta(seconds=1))
    assert not reads()
    mine = town.get(opener, "/emergency-access").json()["items"]
    assert [(item["id"], item["state"]) for item in mine] == [(second, "over"), (first, "over")]
    assert town.get(opener, "/emergency-access?state=open").json()["items"] == []
    open_in_emergency(town, opener, case_id)
    disable(town.house, opener)
    assert town.get(opener, f"/cases/{case_id}").status_code == 401


def test_no_emergency_where_none_is_needed_and_none_twice(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    member = try_to_open(town, town.th["social_worker"], case_id)
    assert (member.status_code, member.json()["code"]) == (409, "not_needed")
    opener = stranger(town)
    open_in_emergency(town, opener, case_id)
    again = try_to_open(town, opener, case_id)
    assert (again.status_code, again.json()["code"]) == (409, "not_needed")
    for body in (
        {"reason": REASON, "confirm": True},
        {"reason": REASON, "confirm": True, "case_id": case_id, "reference": "TH-2026-ABCDEFGH"},
        {"reason": REASON, "confirm": False, "case_id": case_id},
        {"reason": REASON, "case_id": case_id},
        {"reason": "          x", "confirm": True, "case_id": case_id},
        {"reason": REASON, "confirm": True, "reference": "Mya Thandar Aung"},
        {"reason": REASON, "confirm": True, "case_id": case_id, "until": "2030-01-01T00:00:00Z"},
    ):
        assert town.post(opener, "/emergency-access", body).status_code == 422, body


def writing_routes(town: Town) -> Iterator[str]:
    """Every route that writes to a case, a referral or a task, as the running program declares it."""
    about = re.compile(r"\{(case|referral|task)_id\}")
    for route in town.app.state.routes:
        if route.methods - {"GET"} and route.path.startswith(API) and about.search(route.path):
            yield route.path.removeprefix(API)


# Routes whose body is a form that carries a file, for which the description has no example.
FILES = {"/cases/{case_id}/documents"}


def bodies(town: Town) -> dict[str, Any]:
    """Path -> a body of good form, from the description of the program."""
    document = town.client.get(f"{API}/openapi.json").json()
    found = {}
    for path, operations in document["paths"].items():
        asked = operations.get("post", {})
        content = asked.get("requestBody", {}).get("content", {}).get("application/json")
        if asked and "requestBody" not in asked:
            found[path] = {}
        elif content:
            found[path] = sample(document["components"]["schemas"], content["schema"])
    return found


def sample(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A value of a schema: its example, its first word, or an object of what it requires; None for anything else."""
    if "$ref" in schema:
        return sample(schemas, schemas[schema["$ref"].rsplit("/", 1)[1]])
    if "example" in schema or "examples" in schema:
        return schema["example"] if "example" in schema else schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        required = set(schema.get("required", ()))
        return {name: sample(schemas, part) for name, part in schema["properties"].items() if name in required}
    if schema.get("type") == "array" and schema.get("minItems"):
        return [sample(schemas, schema["items"])]
    return None


def test_nothing_can_be_written_through_it(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    task = town.get(town.th["supervisor"], "/tasks").json()["items"][0]["id"]
    example, routes = bodies(town), list(writing_routes(town))
    steps = {
        "/cases/{case_id}": one_of_each_permission("identification", "care"),
        "/cases/{case_id}/matters/{matter_id}": one_of_each_permission("service"),
        "/referrals/{referral_id}": one_of_each_permission("referral"),
    }
    named = {"case_id": pair.case_id, "referral_id": pair.sent_from, "task_id": task, "kind": "wish"}
    before = len(history(town, pair.case_id))
    tried, got = 0, {}
    for role in OPENERS:
        opener = stranger(town, role)
        open_in_emergency(town, opener, pair.case_id)
        assert town.get(opener, f"/cases/{pair.case_id}").status_code == 200
        for path in routes:
            if path.endswith(READS_OR_SHUTS_OUT):
                continue
            body = {} if path in FILES else example.get(path)
            assert body is not None, f"{path}: its body has no example, so this test cannot knock"
            words = next((names for begin, names in steps.items() if path == f"{begin}/steps/{{step}}"), ["-"])
            # One role tries every permission of a step, the others one: what a step needs is the same for all.
            for word in words if role == OPENERS[0] else words[:1]:
                where = path.format_map(defaultdict(lambda: task, named, step=word, user_id=opener.id))
                seen = cases.version_of(town.house, pair.case_id)
                given = {"seen_version": seen} if "seen_version" in body else {}
                headers = {} if given else {"If_Match": f'"{seen}"'}
                if path in FILES:
                    sent = town.headers(opener, Idempotency_Key=new_id(), **headers)
                    said = {"data": {"kind": "referral_letter"}, "files": {"file": ("a.pdf", samples.pdf())}}
                    answer = town.client.post(API + where, headers=sent, **said)
                else:
                    answer = town.post(opener, where, {**body, **given}, **headers)
                got[role, path, word] = answer.status_code
                tried += 1
    assert tried > 50 and {name: status for name, status in got.items() if status != 403} == {}
    # What was tried is kept as attempts; nothing but the five openings was added.
    assert len(history(town, pair.case_id)) == before + len(OPENERS)


def one_of_each_permission(*machines: str) -> list[str]:
    """A step for each permission that steps of these machines need."""
    return list({step.permission: step.name for name in machines for step in MACHINES[name].steps}.values())


def history(town: Town, case_id: str) -> list[Any]:
    """Everything in the line of the case but refused attempts."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = town.get(town.th["auditor"], f"/cases/{case_id}/timeline?limit=100{more}").json()
        found, cursor = found + page["items"], page["next"]
    return [entry for entry in found if entry["kind"] != "attempt"]
