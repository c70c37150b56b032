"""The person's own copy on paper and as JSON: everything of theirs in both, and nothing of anybody else in either."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import select

from app.kit.reader import Reader, reading
from app.models.access_log import AccessEntry
from app.models.history import HistoryEntry
from app.oversight.verify import verify_all
from app.overview.papers import case_papers
from app.people import own_copy
from app.people.own_copy import OwnCopyOut
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.staff import desk_of
from tests.factories.towns import Town
from tests.gates.case_forms import INCIDENT
from tests.inspect import reading as looking

WHY = {"reason": "The person asked for their own copy."}
MINE = {
    "given_names": "Mya", "family_name": "Thandar", "other_names": ["Mi Mi"], "birth_year": 1998,
    "place_of_origin": "Hpa-An", "phone": "+95 9 111 111",
}  # fmt: skip
# What belongs to others, each told in another place.
THEIRS = {
    "family_contact": "Canary-Aunt in Hpa-An", "safe_contact": "Canary-Friend 0812",
}  # fmt: skip
NOTE = "Canary-Colleague thinks she hides something."
OFFENDER = "Canary-Skipper"


def written(town: Town) -> str:
    """A case in which relatives, an alleged offender, a colleague's note and a shelter are known; its id."""
    worker, manager = town.th["social_worker"], town.th["case_manager"]
    case_id = cases.bring_case(town.house, town.th, "screening", identity={**MINE, **THEIRS})
    shelter = worker.office
    cases.add(town.house, manager, case_id, "consent", purpose="assistance", recipient=shelter)
    cases.add(town.house, manager, case_id, "consent", purpose="notify_origin", recipient="MM")
    assert town.post(worker, f"/cases/{case_id}/notes", {"note": NOTE}).status_code == 201
    assert town.post(worker, f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    alleged = {"role": "recruiter", "names": [OFFENDER], "words": f"{OFFENDER} kept the papers."}
    added = town.post(town.th["legal_officer"], f"/cases/{case_id}/incident/offenders", alleged)
    assert added.status_code == 201, added.text
    return case_id


def json_copy(town: Town, case_id: str, language: str = "en") -> dict[str, Any]:
    manager = town.th["case_manager"]
    assert town.post(manager, f"/cases/{case_id}/identity/reveal", WHY).status_code == 200
    answer = town.get(manager, f"/cases/{case_id}/own-copy?language={language}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def on_paper(town: Town, copy: dict[str, Any]) -> str:
    """Every word of the paper that is made of the same copy."""
    with desk_of(town.house, town.th["case_manager"]) as desk, reading(Reader("en", "", UTC, desk.now)):
        said = OwnCopyOut(receipt=copy["receipt"], sections=copy["sections"])
        return json.dumps(case_papers.rendered(said).blocks, ensure_ascii=False)


def strangers(town: Town) -> list[str]:
    names = [each.login for each in town.th.values()]
    shelter = town.th["social_worker"].office
    offices = [one.name for one in town.house.policies.countries["TH"].offices if one.code == shelter]
    return [*THEIRS.values(), NOTE, OFFENDER, shelter, *offices, *names]


def test_everything_of_the_person_is_in_both_and_nobody_else_in_either(town: Town) -> None:
    case_id = written(town)
    copy = json_copy(town, case_id)
    paper, text = on_paper(town, copy), json.dumps(copy, ensure_ascii=False)
    for told in ("Mya", "Thandar", "Mi Mi", "1998", "Hpa-An", "+95 9 111 111"):
        assert told in paper and told in text, told
    for canary in strangers(town):
        assert canary not in paper, canary
        assert canary not in text, canary
    assert copy["schema"] == "waymark-own-copy/1"
    assert [each["section"] for each in copy["sections"]][:4] == ["person", "case", "consents", "records"]
    # Row by row: what the one says the other says.
    rows = [row for section in copy["sections"] for entry in section["entries"] for row in entry]
    assert {row["field"] for row in rows} >= {*MINE, "opened", "identification", "care", "purpose", "recipient", "kind"}
    for row in rows:
        assert json.dumps(row["value"], ensure_ascii=False)[1:-1] in paper, row
    assert copy["receipt"]["head"][:16] in paper and copy["receipt"]["made_by"] in paper
    assert "A shelter" in paper and "A shelter" in text


def test_both_doors_give_the_same_copy_and_the_history_tells_it(town: Town) -> None:
    case_id = written(town)
    manager = town.th["case_manager"]
    refused = town.get(manager, f"/cases/{case_id}/own-copy")
    assert (refused.status_code, refused.json()["code"]) == (403, "reveal_needed")
    first = json_copy(town, case_id, "my")
    assert first["receipt"]["language"] == "my" and first["receipt"]["made_by"] == manager.id
    reference = referrals.case_row(town.house, case_id).reference
    browser = browser_at(town, manager)
    assert browser.get(f"/cases/{reference}/papers/copy.json?lang=my").status_code == 403
    path = f"/cases/{reference}/identity"
    browser.get(path)
    assert browser.send(path, purpose="health").status_code == 303
    assert "copy.json?lang=my" in browser.get(f"/cases/{reference}/papers?lang=my").text
    answer = browser.get(f"/cases/{reference}/papers/copy.json?lang=my")
    assert answer.headers["content-type"].startswith("application/json")
    assert "no-store" in answer.headers["cache-control"]
    second = answer.json()
    assert second["sections"] == first["sections"]
    pdf = browser.get(f"/cases/{reference}/papers/copy?lang=my")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF-")
    with looking(town.house.db) as session:
        query = select(HistoryEntry).where(HistoryEntry.subject_id == case_id, HistoryEntry.step == "own_copy")
        told = [each[0] for each in session.execute(query.order_by(HistoryEntry.seq))]
        assert [json.loads(each.canonical)["details"]["form"] for each in told] == ["json", "json", "pdf"]
        assert (told[0].seq, told[0].hash.hex()) == (first["receipt"]["entry"], first["receipt"]["head"])
        looks = session.execute(select(AccessEntry.detail).where(AccessEntry.action == "printed")).scalars().all()
        assert len([each for each in looks if '"copy"' in str(each)]) == 3
        assert verify_all(session).sound


def test_with_the_rule_off_the_canaries_are_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: everything that is known counts as the person's own."""
    everything = dict(own_copy.OWN) | {name: name for name in THEIRS}
    monkeypatch.setattr(own_copy, "OWN", everything)
    with pytest.raises(AssertionError, match="Canary-(Aunt|Friend)"):
        test_everything_of_the_person_is_in_both_and_nobody_else_in_either(town)


@pytest.mark.parametrize("language", ["xx", "", "en'--", "MY"])
def test_a_language_that_is_none(town: Town, language: str) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    answer = town.get(town.th["case_manager"], f"/cases/{case_id}/own-copy?language={language}")
    assert answer.status_code == 422


def test_nobody_else_makes_it(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    for role in ("supervisor", "data_protection_officer", "auditor"):
        assert town.get(town.th[role], f"/cases/{case_id}/own-copy").status_code in (403, 404), role
    assert town.get(town.mm["case_manager"], f"/cases/{case_id}/own-copy").status_code == 404
