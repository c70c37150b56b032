"""Who the person is: uncovered with a reason, within field groups, and corrected without a trace of the content."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from app.casework import identity
from app.casework.fieldgroups import IDENTITY_GROUPS
from app.casework.held import hold_case
from tests.factories import cases, referrals
from tests.factories.forms import told
from tests.factories.houses import system_desk
from tests.factories.staff import token_for
from tests.factories.towns import Town

REASON = "The hospital asks for her name."


def reveal(town: Town, who: str, case_id: str, reason: str = REASON, **headers: str) -> Any:
    return town.post(town.th[who], f"/cases/{case_id}/identity/reveal", {"reason": reason}, **headers)


def correct(town: Town, who: str, case_id: str, **fields: Any) -> Any:
    body = {"identity": fields, "seen_version": cases.version_of(town.house, case_id)}
    return town.post(town.th[who], f"/cases/{case_id}/identity", body)


def known(town: Town, case_id: str) -> dict[str, Any]:
    with system_desk(town.house) as desk:
        held = hold_case(desk, case_id)
        return identity.read(desk, held.row.person_id, held.key(desk))


def test_every_field_of_an_identity_belongs_to_a_group() -> None:
    assert set(IDENTITY_GROUPS) == set(identity.Identity.model_fields)


def test_a_reveal_shows_the_groups_of_the_role_and_keeps_look_and_reason(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    answer = reveal(town, "social_worker", case_id)
    assert answer.status_code == 200
    assert answer.json()["groups"] == ["contact", "health", "identity"]
    assert answer.json()["identity"]["family_name"] == "Aung"
    (look,) = town.looks("reveal")
    assert (look.actor_id, look.subject_id) == (town.th["social_worker"].id, case_id)
    assert REASON not in (look.detail or "") and "Aung" not in (look.detail or "")
    last = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"], last["note"]) == ("reveal", "identity", REASON)
    assert town.get(town.th["auditor"], f"/cases/{case_id}/timeline").json()["items"][-1]["note"] is None
    assert cases.version_of(town.house, case_id) == 1, "a look changes nothing"


def test_each_role_sees_its_own_part(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    correct(town, "social_worker", case_id, health_alert="Insulin.", family_contact="Aunt in Hpa-An.")
    shown = {
        role: {name for name, value in reveal(town, role, case_id).json()["identity"].items() if value is not None}
        for role in ("shelter_manager", "health_officer", "legal_officer")
    }
    names = {"given_names", "family_name", "birth_year"}
    sex = {"sex"} & shown["legal_officer"]
    assert shown["shelter_manager"] - sex == names | {"phone", "family_contact"}
    assert shown["health_officer"] - sex == names | {"health_alert"}
    assert shown["legal_officer"] - sex == names


def test_a_border_officer_reveals_only_those_who_come_to_the_own_bridge(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    elsewhere = cases.bring_case(town.house, town.th)
    assert reveal(town, "border_focal_point", pair.case_id).status_code == 200
    assert reveal(town, "border_focal_point", elsewhere).status_code == 404


def test_no_reason_no_name(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    for reason in ("", "because", "         x"):
        answer = reveal(town, "social_worker", case_id, reason)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reason")
    assert town.looks("reveal") == []


def test_a_repeated_reveal_with_the_same_key_is_one_look(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    first, second = (reveal(town, "social_worker", case_id, key="same") for _ in range(2))
    assert first.text == second.text and len(town.looks("reveal")) == 1


def test_a_correction_completes_and_the_history_names_fields_only(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    answer = correct(town, "social_worker", case_id, family_name="Htun", birth_date="1998-04-05", phone=None)
    fields = ["birth_date", "family_name", "phone"]
    assert answer.json() == {"version": 2, "fields": fields, "zawgyi": [], "candidates": []}
    assert answer.headers["etag"] == '"2"'
    now = known(town, case_id)
    assert (now["given_names"], now["family_name"], now["phone"]) == ("Mya Thandar", "Htun", None)
    timeline = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline")
    last = timeline.json()["items"][-1]
    assert (last["kind"], last["details"]) == ("identity", {"fields": ["birth_date", "family_name", "phone"]})
    assert "Htun" not in timeline.text and not told(1998, json.dumps(last))


def test_a_correction_stays_within_the_field_groups_of_the_role(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    health = correct(town, "shelter_manager", case_id, health_alert="Insulin.")
    assert (health.status_code, health.json()["group"]) == (403, "health")
    assert correct(town, "shelter_manager", case_id, phone="+66 2 000").status_code == 200
    assert "health_alert" not in known(town, case_id)


def test_a_correction_that_does_not_fit_or_changes_nothing(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    misfits: tuple[tuple[dict[str, Any], str], ...] = (
        ({"birth_year": 1066}, "identity.birth_year"),
        ({"sex": "Q"}, "identity.sex"),
        ({"nickname": "x"}, "identity.nickname"),
        ({"family_name": "Aung"}, "identity"),
    )
    for fields, named in misfits:
        answer = correct(town, "social_worker", case_id, **fields)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, named)
    stale = {"identity": {"family_name": "Htun"}, "seen_version": 7}
    refused = town.post(town.th["social_worker"], f"/cases/{case_id}/identity", stale)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
    assert known(town, case_id)["family_name"] == "Aung"


def test_an_uncovered_name_is_read_again_for_five_minutes_of_one_sign_in(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    worker, path = town.th["social_worker"], f"/cases/{case_id}/identity"
    covered = town.get(worker, path)
    assert (covered.status_code, covered.json()["code"]) == (403, "reveal_needed")
    first = reveal(town, "social_worker", case_id, key="once-and-again")
    assert first.status_code == 200
    assert town.get(worker, path).json() == first.json()
    assert town.get(town.th["case_manager"], path).json()["code"] == "reveal_needed"
    other_sign_in = {"Authorization": f"Bearer {token_for(town.house, worker)}"}
    assert town.client.get(f"/api/v1{path}", headers=other_sign_in).status_code == 403
    retry = reveal(town, "social_worker", case_id, key="once-and-again")
    assert retry.json() == first.json() and retry.headers["Idempotency-Replayed"] == "true"
    assert len(town.looks("reveal")) == 1
    town.clock.advance(timedelta(minutes=5))
    assert town.get(worker, path).status_code == 403
    late = reveal(town, "social_worker", case_id, key="once-and-again")
    assert (late.status_code, late.json()["code"]) == (403, "reveal_needed"), "no kept answer outlives it"
    assert len(town.looks("identity_read")) == 2
