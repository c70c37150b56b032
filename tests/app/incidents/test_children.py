"""A child's records through the door: its age, its guardian, its relatives, all compared and none of it told on."""

from __future__ import annotations

from typing import Any

import pytest

from app.casework.recording import add_record
from app.oversight.rebuild import rebuild_facts
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker, desk_of
from tests.factories.towns import Town
from tests.gates.case_forms import INCIDENT

ALLEGED = "Somchai Kaewkla"
CONTACT = {"question": "contact"}


def codes(answer: Any) -> list[str]:
    """The guards that refused."""
    return [each["code"] for each in answer.json().get("refusals", [])]


def file(town: Town, case_id: str, kind: str, **changes: Any) -> Any:
    """File a record as the social worker of the town."""
    body = {"record": form(town.house, kind, **changes), "seen_version": cases.version_of(town.house, case_id)}
    return town.post(town.th["social_worker"], f"/cases/{case_id}/records/{kind}", body)


def correct(town: Town, case_id: str, kind: str, of: str, **changes: Any) -> Any:
    """Correct a record as the social worker of the town."""
    seen = cases.version_of(town.house, case_id)
    body = {"record": form(town.house, kind, **changes), "seen_version": seen, "corrects": of}
    return town.post(town.th["social_worker"], f"/cases/{case_id}/records/{kind}", body)


@pytest.fixture
def child(town: Town) -> str:
    """A child of an incident of which somebody is alleged to have been the recruiter."""
    worker, lawyer = town.th["social_worker"], town.th["legal_officer"]
    case_id = cases.open_case(town.house, worker, child=True, age_band="15-17", identity={})
    cases.join(town.house, case_id, lawyer)
    assert town.post(worker, f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    body = {"role": "recruiter", "names": [ALLEGED], "words": "Took the passports."}
    assert town.post(lawyer, f"/cases/{case_id}/incident/offenders", body).status_code == 201
    return case_id


def test_nothing_but_an_assessment_makes_a_child_an_adult(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id = cases.open_case(town.house, worker, identity={})
    said = file(town, case_id, "circumstances", child=True, asylum_claim=None)
    assert said.status_code == 201 and cases.facts_of(town.house, case_id).child
    answer = file(town, case_id, "circumstances", child=False, asylum_claim=None)
    assert (answer.status_code, codes(answer)) == (409, ["adulthood_was_assessed"])
    assert {each["id"] for each in answer.json()["refusals"][0]["sources"]} == {"UNICEF-AGE", "CRC-GC6-31"}
    # Nor does taking back that somebody may be a child, as a correction.
    body = {
        "record": form(town.house, "circumstances", child=None, asylum_claim=None),
        "seen_version": cases.version_of(town.house, case_id), "corrects": said.json()["record"]["id"],
    }  # fmt: skip
    corrected = town.post(worker, f"/cases/{case_id}/records/circumstances", body)
    assert codes(corrected) == ["adulthood_was_assessed"]
    doubtful = file(town, case_id, "age_assessment", doubt_left=True, professions=["police"], consent=False)
    assert codes(doubtful) == ["age_assessment_is_agreed", "adult_is_beyond_doubt"]
    assert file(town, case_id, "age_assessment", finding="in_doubt", doubt_left=True).status_code == 201
    facts = cases.facts_of(town.house, case_id)
    assert (facts.child, facts.age_band) == (True, "unknown")
    assert file(town, case_id, "age_assessment").status_code == 201
    facts = cases.facts_of(town.house, case_id)
    assert (facts.child, facts.age_band) == (False, "18+")
    assert rebuild_facts(town.house) == []


def test_a_guardian_who_may_be_alleged_is_refused_and_nobody_is_named(town: Town, child: str) -> None:
    answer = file(town, child, "guardian_appointment", guardian_name="KAEWKLA Somchay")
    assert (answer.status_code, codes(answer)) == (409, ["guardian_is_free_of_suspects"])
    told = answer.text.casefold()
    assert "alleged to have taken part" in told
    assert "somchai" not in told and "recruiter" not in told and "passports" not in told
    assert "UNICEF-GUARDIAN" in answer.text
    # The comparison and the attempt are seen, though the record was refused.
    assert town.looks("suspects_compared")
    timeline = town.get(town.th["auditor"], f"/cases/{child}/timeline").json()["items"]
    assert ("attempt", "guardian_appointment") in {(each["kind"], each["step"]) for each in timeline}
    assert "Somchay" not in str(timeline)
    assert codes(file(town, child, "guardian_appointment", guardian_name=None)) == ["guardian_is_free_of_suspects"]
    assert file(town, child, "guardian_appointment").status_code == 201


def test_a_guardian_who_is_named_among_the_alleged_later_speaks_no_more(town: Town, child: str) -> None:
    assert file(town, child, "guardian_appointment").status_code == 201
    assert file(town, child, "best_interests").status_code == 201
    body = {"role": "relative", "names": ["Suda Chaiyo"], "words": "Was seen at the house."}
    assert town.post(town.th["legal_officer"], f"/cases/{child}/incident/offenders", body).status_code == 201
    refused = file(town, child, "best_interests")
    assert codes(refused) == ["guardian_is_appointed"] and "Suda" not in refused.text
    assert file(town, child, "guardian_appointment", guardian_name="Malee Srisai").status_code == 201
    assert file(town, child, "best_interests").status_code == 201


def test_a_corrected_name_of_an_earlier_guardian_hides_no_later_one(town: Town, child: str) -> None:
    first = file(town, child, "guardian_appointment", guardian_name="Malee Srisay").json()["record"]["id"]
    second = file(town, child, "guardian_appointment", guardian_name="Suda Chaiyo").json()["record"]["id"]
    spelled = correct(town, child, "guardian_appointment", first, guardian_name="Malee Srisai")
    assert spelled.status_code == 201, spelled.text
    body = {"role": "relative", "names": ["Suda Chaiyo"], "words": "Was seen at the house."}
    assert town.post(town.th["legal_officer"], f"/cases/{child}/incident/offenders", body).status_code == 201
    assert codes(file(town, child, "best_interests")) == ["guardian_is_appointed"]
    # The newest words of the one who was appointed last count, also where a correction is corrected.
    again = correct(town, child, "guardian_appointment", spelled.json()["record"]["id"], guardian_name="Suda Chaiyo")
    assert codes(again) == ["guardian_is_free_of_suspects"]
    third = correct(town, child, "guardian_appointment", second, guardian_name="Somsri Boonmee")
    assert third.status_code == 201 and file(town, child, "best_interests").status_code == 201


def test_a_relative_alleged_under_a_corrected_name_is_no_family_to_go_to(town: Town) -> None:
    worker, lawyer = town.th["social_worker"], town.th["legal_officer"]
    case_id = cases.bring_case(town.house, town.th, "recovering", child=True, age_band="15-17", nationality="TH")
    assert town.post(worker, f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    body = {"role": "recruiter", "names": [ALLEGED], "words": "Took the passports."}
    assert town.post(lawyer, f"/cases/{case_id}/incident/offenders", body).status_code == 201
    for kind, said in (("best_interests", {"outcome": "family_reunion"}), ("best_interests_assessment", CONTACT)):
        assert file(town, case_id, kind, **said).status_code == 201
    named = _named(town, case_id, worker, name="Noy Phommasan")
    assert _allow(town, case_id, worker, named).status_code == 200
    assert "family_was_checked" not in codes(_home(town, case_id, worker))
    assert correct(town, case_id, "relative", named[1], name=ALLEGED).status_code == 201
    refused = _home(town, case_id, worker)
    assert "family_was_checked" in codes(refused) and "Somchai" not in refused.text
    # Another relative in touch, who is free of the suspects, will do.
    assert _allow(town, case_id, worker, _named(town, case_id, worker, name="Malee Srisai")).status_code == 200
    assert "family_was_checked" not in codes(_home(town, case_id, worker))


def test_a_relative_is_compared_before_the_first_word(town: Town, child: str) -> None:
    worker = town.th["social_worker"]
    named = [_named(town, child, worker, name=name) for name in ("Uncle Somchai Kaewkla", "Noy Phommasan")]
    file(town, child, "best_interests_assessment", question="contact")
    alleged, free = (_allow(town, child, worker, each) for each in named)
    assert codes(alleged) == ["relative_is_free_of_suspects"]
    assert "Somchai" not in alleged.text and free.status_code == 200
    # Nobody has to name a relative; but who is not named is not called while somebody is alleged.
    silent = {"name": "no_wish_to_answer", "relation": "not_asked"}
    unnamed = _allow(town, child, worker, _named(town, child, worker, name=None, relation=None, silent=silent))
    assert codes(unnamed) == ["relative_is_free_of_suspects"] and "nobody said their name" in unnamed.text
    kept = _step(town, child, worker, named[0], "keep_apart", {"reason": "not_safe"})
    assert kept.json()["matter"]["state"] == "kept_apart"
    # A name that was corrected is compared in every spelling it ever had.
    again = _named(town, child, worker, name="Somchai Kaewkla")
    with desk_of(town.house, worker) as desk:
        seen = cases.version_of(town.house, child)
        add_record(desk, child, "relative", form(town.house, "relative", name="Noy"), seen, corrects=again[1])
    assert codes(_allow(town, child, worker, again)) == ["relative_is_free_of_suspects"]
    assert rebuild_facts(town.house) == []


def test_an_accused_family_and_a_child_who_does_not_want_it(town: Town, child: str) -> None:
    worker = town.th["social_worker"]
    named = _named(town, child, worker, wish="not_wanted")
    unwanted = _allow(town, child, worker, named, wish=None)
    assert codes(unwanted) == ["contact_is_not_refused", "contact_serves_the_child"]
    file(town, child, "best_interests_assessment", question="contact")
    file(town, child, "circumstances", family_complicity=True, asylum_claim=None)
    assert codes(_allow(town, child, worker, named)) == ["relative_is_free_of_suspects"]
    assert _allow(town, child, worker, named, had_no_part=True).status_code == 200


def _named(town: Town, case_id: str, worker: Worker, **changes: Any) -> tuple[str, str]:
    """Name a relative; the ids of the matter and of the record."""
    made = cases.take(town.house, worker, case_id, "name_relative", form(town.house, "relative", **changes))
    assert made.matter_id is not None and made.record_id is not None
    return made.matter_id, made.record_id


def _allow(town: Town, case_id: str, worker: Worker, named: tuple[str, str], **changes: Any) -> Any:
    return _step(town, case_id, worker, named, "allow_contact", {}, form(town.house, "contact_decision", **changes))


def _home(town: Town, case_id: str, worker: Worker) -> Any:
    """Try to let the child stay, at home with its family."""
    body = {"seen_version": cases.version_of(town.house, case_id)}
    return town.post(worker, f"/cases/{case_id}/steps/include_locally", body)


def _step(
    town: Town, case_id: str, worker: Worker, named: tuple[str, str], step: str, given: dict[str, str],
    record: dict[str, Any] | None = None,
) -> Any:
    body = {"seen_version": cases.version_of(town.house, case_id), "given": given, "record": record}
    return town.post(worker, f"/cases/{case_id}/matters/{named[0]}/steps/{step}", body)
