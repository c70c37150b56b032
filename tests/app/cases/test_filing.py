"""Records through the door: filed, corrected, cut by field group, and the kinds described."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from app.casework.kinds import KINDS
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.towns import Town


def file(town: Town, who: str, case_id: str, kind: str, record: Any = None, **more: Any) -> Any:
    body = {"record": form(town.house, kind) if record is None else record, **more}
    body.setdefault("seen_version", cases.version_of(town.house, case_id))
    return town.post(town.th[who], f"/cases/{case_id}/records/{kind}", body)


def test_a_record_is_filed_and_the_case_knows(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    before = cases.version_of(town.house, case_id)
    answer = file(town, "social_worker", case_id, "needs_assessment", note="After two talks.")
    filed = answer.json()
    assert answer.status_code == 201 and answer.headers["etag"] == f'"{before + 1}"'
    assert filed["version"] == before + 1 and filed["record"]["group"] == "risk"
    assert {"step", "refusals"} <= set(filed["next_steps"][0])
    assert cases.facts_of(town.house, case_id).needs is not None
    path = f"/cases/{case_id}/records/{filed['record']['id']}"
    assert town.get(town.th["social_worker"], path).json()["body"]["level"] == "medium"


def test_a_correction_points_to_what_it_corrects_and_both_stay(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    first = file(town, "social_worker", case_id, "wish").json()["record"]
    fresh = form(town.house, "wish", wish="stay")
    second = file(town, "social_worker", case_id, "wish", fresh, corrects=first["id"]).json()["record"]
    assert second["corrects"] == first["id"]
    assert cases.facts_of(town.house, case_id).wish.wish == "stay"  # type: ignore[union-attr]
    kinds = [item["kind"] for item in town.get(town.th["social_worker"], f"/cases/{case_id}/records").json()["items"]]
    assert kinds.count("wish") == 2
    other = file(town, "social_worker", case_id, "circumstances", {"legal_hold": True}).json()["record"]
    for wrong in (other["id"], case_id, "x"):
        answer = file(town, "social_worker", case_id, "wish", fresh, corrects=wrong)
        assert answer.json()["errors"][0]["field"] == "corrects"


def test_without_the_field_group_a_record_is_refused_and_the_try_is_kept(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    answer = file(town, "shelter_manager", case_id, "care_plan")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["group"]) == (403, "field_group_missing", "narrative")
    assert "narrative" in problem["detail"] and "social_worker" in problem["roles"]
    last = town.get(town.th["auditor"], f"/cases/{case_id}/timeline?newest_first=true").json()["items"][0]
    assert (last["kind"], last["step"]) == ("attempt", "care_plan")
    assert last["details"]["refusals"] == [{"code": "field_group_missing", "sources": []}]


def test_each_kind_needs_its_own_permission(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    assert file(town, "supervisor", case_id, "override").status_code == 201
    assert file(town, "social_worker", case_id, "override").json()["permission"] == "override:grant"
    assert file(town, "supervisor", case_id, "wish").json()["permission"] == "record:write"
    assert file(town, "national_focal_point", case_id, "consent").json()["permission"] == "consent:record"
    assert file(town, "shelter_manager", case_id, "consent").status_code == 201


def test_a_border_officer_records_consent_at_the_bridge_without_opening_the_case(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    answer = file(town, "border_focal_point", pair.case_id, "consent_withdrawal")
    assert answer.status_code == 201, answer.text
    assert answer.json()["next_steps"] == []
    assert town.get(town.th["border_focal_point"], f"/cases/{pair.case_id}").status_code == 403
    elsewhere = cases.bring_case(town.house, town.th)
    assert file(town, "border_focal_point", elsewhere, "consent_withdrawal").status_code == 404


def test_forms_that_certify_a_step_are_written_only_with_it(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    answer = file(town, "shelter_manager", case_id, "placement")
    assert [each["code"] for each in answer.json()["refusals"]] == ["belongs_to_a_step"]


def test_a_stale_record_and_an_unknown_kind(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    stale = file(town, "social_worker", case_id, "wish", seen_version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    unknown = (
        file(town, "social_worker", case_id, "wish").status_code,
        file(town, "social_worker", case_id, "horoscope", {}),
    )
    assert unknown[0] == 201 and unknown[1].status_code == 404


def test_a_list_opens_only_bodies_of_groups_that_are_seen(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    items = town.get(town.th["shelter_manager"], f"/cases/{case_id}/records").json()["items"]
    opened = {item["kind"]: item["body"] is not None for item in items}
    assert opened == {"screening": False, "rights_notice": True, "admission": True, "placement": True}
    detail = {"count": 4, "opened": 3}
    assert json.loads(town.looks("records_listed")[0].detail) == detail
    screening = next(item["id"] for item in items if item["kind"] == "screening")
    refusal = town.get(town.th["shelter_manager"], f"/cases/{case_id}/records/{screening}")
    assert (refusal.status_code, refusal.json()["group"]) == (403, "narrative")
    assert town.looks("record_opened") == []
    assert town.get(town.th["social_worker"], f"/cases/{case_id}/records/{screening}").json()["body"]["pack"]
    assert json.loads(town.looks("record_opened")[0].detail) == {"record": screening, "kind": "screening"}


def test_a_record_of_another_case_is_not_found_here(town: Town) -> None:
    one, two = (cases.bring_case(town.house, town.th, "sheltered") for _ in range(2))
    record_id = cases.add(town.house, town.th["social_worker"], one, "wish")
    assert town.get(town.th["social_worker"], f"/cases/{two}/records/{record_id}").status_code == 404


def test_records_come_in_pages(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    worker = town.th["social_worker"]
    first = town.get(worker, f"/cases/{case_id}/records?limit=2").json()
    rest = town.get(worker, f"/cases/{case_id}/records?limit=2&cursor={first['next']}").json()
    kinds = [item["kind"] for item in first["items"] + rest["items"]]
    assert (kinds, rest["next"]) == (["screening", "rights_notice", "admission", "placement"], None)


def test_every_kind_is_described_with_a_form_that_takes_its_example(town: Town) -> None:
    worker = town.th["administrator"]
    listed = town.get(worker, "/record-kinds").json()["items"]
    assert [item["kind"] for item in listed] == list(KINDS)
    by_name = {item["kind"]: item for item in listed}
    assert by_name["screening"]["filed_by"] == ["presume", "screen_out", "presume_again"]
    assert by_name["handover"]["only_with_step"] and not by_name["wish"]["only_with_step"]
    for name in KINDS:
        detail = town.get(worker, f"/record-kinds/{name}").json()
        assert detail["form"]["properties"] and set(detail["example"]) <= set(detail["form"]["properties"])
    assert town.get(worker, "/record-kinds/horoscope").status_code == 404


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_example_fits_its_form(kind: Any) -> None:
    body: BaseModel = kind.form.model_validate_json(json.dumps(kind.example))
    assert body
