"""Notes through both doors: for whom they are, who reads them, and corrections that leave the old one readable."""

from __future__ import annotations

from typing import Any

from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.gates.case_forms import path_of


def notes(town: Town, who: Any, case_id: str) -> dict[int, Any]:
    items = town.get(who, f"/cases/{case_id}/timeline?limit=100").json()["items"]
    return {item["seq"]: item for item in items if item["kind"] == "note"}


def test_a_note_is_read_by_its_audience_that_sees_what_people_tell(town: Town) -> None:
    case_id, author = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    # Writes and reads in the whole country, and belongs to neither team nor office.
    outsider = town.th["national_focal_point"]
    path, seqs = f"/cases/{case_id}/notes", {}
    for audience in ("everybody", "team", "office", "health", "legal", "risk"):
        answer = town.post(author, path, {"note": f"For {audience}.", "audience": audience})
        if answer.status_code == 201:
            seqs[audience] = answer.json()["seq"]
        else:
            assert answer.json()["errors"][0]["field"] == "audience", answer.text
    assert {"everybody", "team", "office"} <= set(seqs)
    policies = town.house.policies
    for name, who in town.th.items():
        groups = policies.groups_for(who.roles)
        if town.get(who, f"/cases/{case_id}/timeline").status_code != 200:
            continue
        read = {item["note"] for item in notes(town, who, case_id).values() if item["note"]}
        expected = {"For everybody."}
        expected |= {"For team."} if name in cases.TEAM else set()
        expected |= {"For office."} if who.office == author.office else set()
        expected |= {f"For {group}." for group in groups & set(seqs)}
        if who.id == author.id:
            expected = {f"For {audience}." for audience in seqs}
        assert read == (expected if "narrative" in groups else set()), name
    assert notes(town, outsider, case_id)[seqs["team"]]["details"] == {"audience": "team"}
    refused = town.post(outsider, path, {"note": "x", "audience": "team"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "audience")
    assert town.post(author, path, {"note": "x", "audience": "village"}).status_code == 422
    assert town.post(author, path, {"note": "  "}).status_code == 422
    assert town.post(town.th["auditor"], path, {"note": "x"}).status_code == 403
    assert town.post(town.mm["social_worker"], path, {"note": "x"}).status_code == 404


def test_a_correction_is_a_new_note_and_both_stay_readable(town: Town) -> None:
    case_id, author = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    path = path_of(town, case_id)
    first = town.post(author, f"/cases/{case_id}/notes", {"note": "She is 14.", "audience": "team"}).json()["seq"]
    browser = browser_at(town, author)
    assert f"/notes/new?corrects={first}" in browser.get(f"{path}/timeline").text
    assert "She is 14." in browser.get(f"{path}/notes/new?corrects={first}").text
    assert browser.send(f"{path}/notes/new", note="She is 16.").status_code == 303
    found = notes(town, author, case_id)
    second = max(found)
    assert found[second]["details"] == {"audience": "team", "corrects_note": first}
    assert [found[seq]["note"] for seq in (first, second)] == ["She is 14.", "She is 16."]
    page = browser.get(f"{path}/timeline").text
    assert "Corrected later: see the new entry" in page and "Corrects an earlier entry" in page
    assert "The team of this case only" in page
    outsider = browser_at(town, town.th["national_focal_point"])
    assert outsider.get(f"{path}/notes/new?corrects={first}").status_code == 403
    for wrong in (1, 999):
        answer = town.post(author, f"/cases/{case_id}/notes", {"note": "x", "corrects": wrong})
        assert answer.json()["errors"][0]["field"] == "corrects"
    assert "Entry" not in town.get(author, f"/cases/{case_id}/timeline").text
