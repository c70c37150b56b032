"""Records of HTCDS come in through the doors: what has a place arrives, everything else is named and kept, once."""

from __future__ import annotations

import json
from typing import Any

from app.imports.findings import NOT_CARRIED
from app.standards.htcds import json_file
from app.standards.htcds.book import Book
from app.standards.htcds.rows import RECORD, ROW
from tests.app.imports.registers import come_in, report, worked
from tests.app.imports.test_imports import how_many, timeline_of
from tests.factories import cases
from tests.factories.approvals import decide, step_up
from tests.factories.forms import form
from tests.factories.htcds import full
from tests.factories.pages import browser_at
from tests.factories.staff import Staff, add_user
from tests.factories.towns import Town

POINTS = ["agrees", "purpose", "use", "research_use", "own_data", "storage", "withdrawal"]
WHO = {
    "given_names": "Mya Thandar", "family_name": "Aung", "other_names": ["Noi", "Nid"], "birth_date": "1991-02-03",
    "sex": "F", "phone": "+95 9 000 000",
}  # fmt: skip
PERSON: dict[str, Any] = {
    RECORD: "P-1", "prs_FirstName": "Chantha", "prs_SecondName": "Keo", "prs_Gender": "Feminine",
    "prs_Birthdate": "1994-05-06", "prs_Citizenship": ["KH"], "prs_PrimaryLanguage": "khm",
    "vic_TypeOfExploitation": ["ForcedLabour"], "con_Consent": True, "cas_Status": "Closed",
}  # fmt: skip


def file_of(*records: dict[str, Any]) -> bytes:
    return json.dumps({"standard": "HTCDS", "version": "2.0", "records": records}).encode()


def explained(town: Town, staff: Staff, case: str) -> None:
    """A screening in which all seven points were gone through, and a consent to be named to a court."""
    said = form(town.house, "screening", points_explained=POINTS)
    cases.take(town.house, staff["social_worker"], case, "start_screening")
    cases.take(town.house, staff["social_worker"], case, "presume", said)
    given = {"purpose": "law_enforcement", "recipient": staff["social_worker"].country, "valid_from": "2017-01-01",
             "data_groups": ["identity", "contact"], "valid_until": None}  # fmt: skip
    cases.add(town.house, staff["social_worker"], case, "consent", **given)


def exported(town: Town, staff: Staff, office: str) -> list[dict[str, Any]]:
    """Every record of an office's country as its focal point takes them out, with names where that may be."""
    who, second = staff["national_focal_point"], add_user(town.house, office, "national_focal_point")
    step_up(town, who, second)
    wanted = {"purpose": "court_order", "note": "For the court in this matter.", "format": "htcds_json",
              "identity": True}  # fmt: skip
    asked = town.post(who, "/exports", wanted)
    assert asked.status_code == 202, asked.text
    assert decide(town, second, asked.json()["approval"]["id"]).status_code == 200
    file = town.get(who, f"/exports/{asked.json()['id']}/file")
    assert file.status_code == 200, file.text
    found: list[dict[str, Any]] = file.json()["records"]
    return found


def test_what_leaves_one_office_comes_in_at_another_and_leaves_it_as_the_same(town: Town) -> None:
    case = cases.bring_case(town.house, town.th, "reported", identity=WHO, exploited_in="TH")
    explained(town, town.th, case)
    for point in ("sheltered", "recovering", "deciding", "identified"):
        cases.POINTS[point](town.house, town.th, case)
    rows = exported(town, town.th, "th-datip")
    first = rows[0]
    assert first["prs_MiddleName"] == "Noi, Nid" and first["hte_Country"] == "TH" and first["con_Consent"] is True

    who = town.mm["case_manager"]
    done = come_in(town, who, file_of(*rows), mapping="htcds")
    assert (done["state"], done["bring"]["counts"]["opened"]) == ("done", 1), done
    (line,) = report(town, who, done["id"], "bring").values()
    findings = {each["column"]: each["rule"] for each in line["findings"]}
    assert set(findings.values()) <= set(NOT_CARRIED), findings
    assert done["bring"]["counts"]["not_carried"] == len(findings)

    new = line["case_id"]
    found = town.get(who, f"/cases/{new}").json()
    assert (found["identification"], found["care"]) == ("reported", "intake")
    assert found["facts"].get("consents", []) in ([], ()), "what a file says of a consent gives none"
    cases.join(town.house, new, town.mm["social_worker"])
    explained(town, town.mm, new)
    (again,) = exported(town, town.mm, "mm-dor")
    for row in rows:
        for name, value in row.items():
            column = name if row[ROW] == 1 else f"{name} ({row[ROW]})"
            if column not in findings and name not in (RECORD, ROW):
                assert row[ROW] == 1 and again.get(name) == value, (column, value, again.get(name))
    arrived = {name for name in first if name not in findings}
    assert arrived >= {
        "prs_FirstName", "prs_SecondName", "prs_MiddleName", "prs_Birthdate", "prs_Gender", "prs_Citizenship",
        "prs_PrimaryLanguage", "prs_MobilePhone", "vic_TypeOfExploitation", "hte_Country", "x_waymark_age_band",
    }  # fmt: skip
    assert findings["con_Consent"] == "consent_not_taken" and findings["vic_TraffickingStatus"] == "course_not_taken"
    assert findings["cas_CaseOwner"] == "no_place"


def test_a_broken_record_names_its_field_and_brings_in_nothing(town: Town) -> None:
    who = town.th["case_manager"]
    broken = {**PERSON, RECORD: "P-2", "prs_Birthdate": "30/2/2540", "prs_FirstName": "Somsri"}
    strange = {**PERSON, RECORD: "P-3", "vic_TypeOfExploitation": ["BondedFishing"], "prs_FirstName": "Zaw",
               "prs_SecondName": "Htun"}  # fmt: skip
    done = come_in(town, who, file_of(PERSON, broken, strange), mapping="htcds")
    counts = done["bring"]["counts"]
    assert (counts["opened"], counts["refused"], counts["unknown_code"], how_many(town)) == (2, 1, 1, 2)
    lines = report(town, who, done["id"], "bring")
    (fault,) = [each for each in lines[2]["findings"] if each["rule"] not in NOT_CARRIED]
    assert (fault["column"], fault["rule"], fault["value_class"]) == ("prs_Birthdate", "not_the_standard", "day")
    assert fault["said"].startswith("not_a_day: ")
    (odd,) = [each for each in lines[3]["findings"] if each["rule"] not in NOT_CARRIED]
    assert (odd["column"], odd["rule"]) == ("vic_TypeOfExploitation (unknown)", "unknown_code")
    assert town.get(who, f"/cases/{lines[3]['case_id']}").json()["facts"]["exploitation"] == "unknown"
    csv = town.get(who, f"/imports/{done['id']}/report.csv?stage=bring").text
    for text in (json.dumps(lines), csv):
        assert not any(word in text for word in ("Chantha", "Somsri", "2540", "Bonded", "1994"))
    came = [each for each in timeline_of(town, who, lines[3]["case_id"]) if each["kind"] == "imported"]
    assert any("vic_TypeOfExploitation (unknown): BondedFishing" in (each["note"] or "") for each in came)


def test_a_second_run_brings_in_nothing_new_and_a_record_without_a_number_gets_one(town: Town) -> None:
    who = town.th["case_manager"]
    bare = {name: value for name, value in PERSON.items() if name != RECORD}
    nameless = {"prs_Gender": "Masculine", "prs_Citizenship": ["MM"]}
    content = file_of(PERSON, bare | {"prs_FirstName": "Dara", "prs_SecondName": "Sok"}, nameless, nameless)
    assert come_in(town, who, content, mapping="htcds")["bring"]["counts"]["opened"] == 4
    again = come_in(town, who, content, mapping="htcds")
    assert again["bring"]["counts"]["known"] == 4 and "opened" not in again["bring"]["counts"]
    changed = file_of({**PERSON, "prs_Gender": "Masculine"}, nameless, nameless, nameless)
    counts = come_in(town, who, changed, mapping="htcds")["bring"]["counts"]
    assert (counts["changed"], counts["known"], counts["opened"], how_many(town)) == (1, 2, 1, 5)


def test_what_is_of_another_group_is_kept_for_those_who_hold_it(town: Town) -> None:
    who = town.th["case_manager"]
    standard = town.house.policies.standards["htcds-2.0"]
    content = json_file.write(Book(standard, "json"), full(standard), {}).replace(b'"=1+1"', b'"noon"')
    done = come_in(town, who, content, mapping="htcds")
    (line,) = report(town, who, done["id"], "bring").values()
    assert line["outcome"] == "opened", line
    told = {each["column"] for each in line["findings"]}
    assert {"per_RoleDetails", "prs_Email", "x_clinic_room", "spl_Objectives (2)", "prs_Gender (unknown)"} <= told
    entries = {each["details"].get("group", ""): each for each in timeline_of(town, who, line["case_id"])
               if each["kind"] == "imported"}  # fmt: skip
    assert set(entries) == {"", "contact", "identity", "legal", "offenders", "risk"}
    assert "x_clinic_room: 7" in entries[""]["note"] and "prs_Email" in entries["contact"]["note"]
    assert "prs_Email" not in entries[""]["note"] and "per_" not in entries[""]["note"]
    assert entries["offenders"]["note"] is None and entries["offenders"]["has_note"], "an allegation is no finding"
    lawyer = town.th["legal_officer"]
    cases.join(town.house, line["case_id"], lawyer)
    for each in timeline_of(town, lawyer, line["case_id"]):
        if each["kind"] == "imported" and each["details"].get("group") == "offenders":
            assert "per_RoleDetails: " in each["note"]
        if each["kind"] == "imported" and each["details"].get("group") == "contact":
            assert each["note"] is None


def test_the_page_takes_a_file_of_the_standard(town: Town) -> None:
    browser = browser_at(town, town.th["case_manager"], fresh=True)
    browser.get("/reports/imports")
    fields = browser.form("/reports/imports").fields
    sent = browser.post("/reports/imports", fields | {"mapping": "htcds", "file": file_of(PERSON)})
    assert sent.status_code == 303, sent.text
    worked(town)
    path = sent.headers["location"]
    assert "A case comes in: 1" in browser.get(path).text
    lines = browser.get(f"{path}/report?stage=check").text
    assert "A consent that was given elsewhere is none here." in lines and "Chantha" not in lines
    browser.get("/reports/imports")
    fields = browser.form("/reports/imports").fields
    other = browser.post("/reports/imports", fields | {"mapping": "htcds", "file": b"a,b\n1,2\n"})
    assert other.status_code == 422 and "field of the standard that the mapping names" in other.text
