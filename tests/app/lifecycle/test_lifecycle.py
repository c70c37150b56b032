"""The machines, sources, codes and roles as anybody who works here can read them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.towns import Town
from workflows.engine import MACHINES, draw

WORKFLOW_PATHS = ("/workflows", "/workflows/referral", "/workflows/referral/diagram")
POLICY_PATHS = ("/sources", "/sources/OHCHR-P8", "/codes", "/codes/sex", "/policies")


def get(town: Town, path: str) -> Any:
    answer = town.get(town.th["social_worker"], path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", WORKFLOW_PATHS + POLICY_PATHS)
def test_every_role_may_read_the_rules_and_nobody_from_outside(town: Town, path: str) -> None:
    assert town.get(None, path).status_code == 401
    assert {town.get(worker, path).status_code for worker in town.th.values()} == {200}


@pytest.mark.parametrize("path", ["/workflows/x", "/workflows/x/diagram", "/sources/X", "/codes/x"])
def test_what_does_not_exist_is_404(town: Town, path: str) -> None:
    assert town.get(town.th["social_worker"], path).status_code == 404


def test_machines_tell_states_steps_and_conditions_with_their_sources(town: Town) -> None:
    machines = {each["name"]: each for each in get(town, "/workflows")["items"]}
    assert set(machines) == set(MACHINES)
    for name, spec in MACHINES.items():
        shown = machines[name]
        assert list(shown["states"]) == [state.value for state in spec.states]
        assert all("unknown" not in label for label in shown["states"].values()), name
        assert [step["name"] for step in shown["steps"]] == [row.name for row in spec.steps]
    send = next(step for step in machines["referral"]["steps"] if step["name"] == "send")
    assert (send["start"], send["to"], send["by"], send["permission"]) == (
        ["draft"],
        ["sent"],
        "sender",
        "referral:send",
    )
    assert "case_manager" in send["roles"]
    asylum = next(each for each in send["guards"] if each["name"] == "no_asylum_claim_is_open")
    assert (asylum["rule"], asylum["overridable"]) == ("G10", False)
    assert {source["id"] for source in asylum["sources"]} >= {"OHCHR-G2.7"}
    assert asylum["sentence"] and asylum["why"] and asylum["mend"] and asylum["who"]
    carried = next(each for each in send["effects"] if each["kind"] == "SendMessage")
    assert carried["values"]["carries"] == ["age_band", "corridor_plan", "language", "needs"]


def test_a_fork_names_all_its_ways_and_what_decides(town: Town) -> None:
    step = next(each for each in get(town, "/workflows/referral")["steps"] if each["name"] == "supply_info")
    assert (step["to"], step["depends_on"]) == (["sent", "acknowledged", "plan_proposed"], "came_from")


@pytest.mark.parametrize("machine", MACHINES)
def test_the_diagram_is_the_engines_own(town: Town, machine: str) -> None:
    answer = town.get(town.th["social_worker"], f"/workflows/{machine}/diagram")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == draw(machine) and answer.text.startswith("stateDiagram-v2")


def test_sources_in_pages_and_one_by_one_with_what_rests_on_them(town: Town) -> None:
    seen, cursor = [], ""
    while True:
        page = get(town, f"/sources?limit=100{cursor}")
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(town.house.policies.sources)
    one = get(town, "/sources/OHCHR-G2.7")
    assert one["strength"] == "hard" and "no_asylum_claim_is_open" in one["guards"]
    assert town.get(town.th["auditor"], "/sources?cursor=x").status_code == 422


def test_code_lists_with_labels_and_marks(town: Town) -> None:
    assert "placement_kind" in get(town, "/codes")["items"]
    places = get(town, "/codes/placement_kind")["codes"]
    assert (places["police_cell"]["custodial"], places["foster_family"]["custodial"]) == (True, False)


def test_the_digest_and_who_may_do_what(town: Town) -> None:
    told = get(town, "/policies")
    assert told["digest"] == town.house.policies.digest
    assert told["roles"]["border_focal_point"]["permissions"]["referral:receive"] == "party"
    for role in ("administrator", "analyst"):
        assert not {"case:read", "record:read", "identity:reveal"} & set(told["roles"][role]["permissions"])
    assert set(told["permissions"]) == set(town.house.policies.permissions)
