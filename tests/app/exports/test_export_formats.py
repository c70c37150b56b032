"""Exports as XLSX, JSON and HTCDS through the door: one rule for all, and who people are only where they agreed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.kit.workbook import MEDIA_TYPE
from app.standards.htcds.checking import check
from app.standards.htcds.rows import RECORD
from tests.factories import cases
from tests.factories.approvals import decide, step_up
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town

ASK = {"purpose": "ministry_report", "note": "Quarterly report to the national committee."}
SECRETS = ("Mya", "Aung", "+95", "95900")
POINTS = ["agrees", "purpose", "use", "research_use", "own_data", "storage", "withdrawal"]


def ask(town: Town, who: Worker, **more: Any) -> Any:
    return town.post(who, "/exports", {**ASK, **more})


def taken(town: Town, who: Worker, **more: Any) -> Any:
    asked = ask(town, who, **more)
    assert asked.status_code == 201, asked.text
    file = town.get(who, f"/exports/{asked.json()['id']}/file")
    assert file.status_code == 200, file.text
    return file


def stored(path: Path, answer: Any) -> Path:
    path.write_bytes(answer.content)
    return path


def test_the_plain_list_is_the_same_in_each_kind_of_file(town: Town, tmp_path: Path) -> None:
    who = town.th["supervisor"]
    cases.bring_case(town.house, town.th, "sheltered")
    cases.open_case(town.house, town.th["social_worker"])
    step_up(town, who)
    as_csv = list(csv.reader(io.StringIO(taken(town, who).text)))
    as_json = taken(town, who, format="json")
    as_xlsx = taken(town, who, format="xlsx")
    assert as_json.headers["content-type"] == "application/json"
    assert as_xlsx.headers["content-type"] == MEDIA_TYPE
    for answer, ending in ((as_json, "json"), (as_xlsx, "xlsx")):
        assert answer.headers["content-disposition"].endswith(f'.{ending}"')
        assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    book = CalamineWorkbook.from_path(str(stored(tmp_path / "a.xlsx", as_xlsx)))
    rows = [[str(cell) for cell in line] for line in book.get_sheet_by_name("Cases").to_python()]
    assert rows == as_csv[:-1]
    assert book.get_sheet_by_name("about").to_python()[0][0].startswith("Waymark export")
    body = as_json.json()
    assert [list(each.values()) for each in body["cases"]] == as_csv[1:-1] and "purpose ministry_report" in body[
        "about"
    ]["stamp"]
    looks = [json.loads(look.detail) for look in town.looks("export_taken")]
    digests = {look["format"]: look["sha256"] for look in looks}
    assert digests["xlsx"] == hashlib.sha256(as_xlsx.content).hexdigest()
    assert digests["json"] == hashlib.sha256(as_json.content).hexdigest()


def test_htcds_records_of_our_cases_are_valid_and_say_no_name(town: Town, tmp_path: Path) -> None:
    who = town.th["national_focal_point"]
    for stage in ("reported", "presumed", "sheltered", "recovering", "identified"):
        cases.bring_case(town.house, town.th, stage)
    step_up(town, who)
    standard = town.house.policies.standards["htcds-2.0"]
    for form_name, ending in (("htcds_json", "json"), ("htcds_csv", "csv"), ("htcds_xlsx", "xlsx")):
        answer = taken(town, who, format=form_name)
        report = check(stored(tmp_path / f"a.{ending}", answer), standard)
        assert report.valid and report.records == 5, (form_name, report.faults)
        assert not any(
            name.startswith("prs_") and standard.fields[name].group in ("identity", "contact") for name in report.filled
        )
        assert report.filled["vic_TraffickingStatus"] >= 4
        if ending != "xlsx":
            assert not any(secret in answer.text for secret in SECRETS)
            assert (
                "CC BY 4.0" in answer.text and "No IC-TIP codes: the mapping table ic-tip (0) is empty." in answer.text
            )
    body = json.loads((tmp_path / "a.json").read_text())
    listed = {item["reference"] for item in town.get(who, "/cases").json()["items"]}
    assert {row[RECORD] for row in body["records"]} == listed
    assert any(what.startswith("fact: ") for what in body["about"]["left_out"])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        for name in packed.namelist():
            text = packed.read(name).decode("utf-8", "replace")
            assert "<f>" not in text and not any(secret in text for secret in SECRETS), name


def named_case(
    town: Town, *, points: list[str] | None = None, purpose: str | None = "law_enforcement", **consent: Any
) -> str:
    """A sheltered person; which of the seven points were explained, and what they agreed to."""
    case = cases.bring_case(town.house, town.th, "reported")
    worker = town.th["social_worker"]
    cases.take(town.house, worker, case, "start_screening")
    said = POINTS if points is None else points
    cases.add(town.house, worker, case, "screening", points_explained=said)
    if purpose is not None:
        given = {"purpose": purpose, "recipient": "TH", "data_groups": ["identity", "contact"],
                 "valid_from": "2017-01-01",
                 "valid_until": None} | consent  # fmt: skip
        cases.add(town.house, worker, case, "consent", **given)
    return case


def test_who_people_are_leaves_only_with_seven_points_a_consent_and_a_second_person(town: Town) -> None:
    who = town.th["national_focal_point"]
    second = add_user(town.house, "th-datip", "national_focal_point")
    agreed = named_case(town)
    for more in ({"points": POINTS[1:]}, {"purpose": None}, {"purpose": "assistance"}, {"data_groups": ["contact"]},
                 {"valid_from": "2017-01-01", "valid_until": "2017-01-02"}):  # fmt: skip
        named_case(town, **more)
    step_up(town, who, second)
    wanted = {"format": "htcds_json", "identity": True, "purpose": "court_order"}
    asked = ask(town, who, **wanted)
    assert asked.status_code == 202, asked.text
    assert (asked.json()["identity"], asked.json()["format"], asked.json()["state"]) == (True, "htcds_json", "waiting")
    path = f"/exports/{asked.json()['id']}"
    assert town.get(who, f"{path}/file").json()["code"] == "export_waiting"
    approval = asked.json()["approval"]
    assert approval["payload"]["identity"] is True and approval["payload"]["format"] == "htcds_json"
    assert decide(town, second, approval["id"], "agree").status_code == 200
    file = town.get(who, f"{path}/file")
    assert file.status_code == 200, file.text
    first = [row for row in file.json()["records"] if row["x_waymark_row"] == 1]
    with_name = [row for row in first if "prs_FirstName" in row]
    assert len(first) == 6 and len(with_name) == 1 and with_name[0]["con_Consent"] is True
    assert with_name[0]["prs_SecondName"] == "Aung"
    (look,) = [each for each in town.looks("identity_exported")]
    assert (look.subject_id, json.loads(look.detail)["purpose"]) == (agreed, "court_order")
    assert json.loads(town.looks("export_taken")[-1].detail)["named"] == 1


@pytest.mark.parametrize(
    ("role", "more", "status", "code"),
    [
        ("national_focal_point", {"format": "csv", "purpose": "court_order"}, 422, None),
        ("national_focal_point", {"format": "htcds_csv", "purpose": "ministry_report"}, 422, None),
        ("national_focal_point", {"format": "htcds_csv", "purpose": "research"}, 422, None),
        # Whoever agreed to be helped has not agreed to that.
        ("national_focal_point", {"format": "htcds_csv", "purpose": "change_of_system"}, 422, None),
        ("supervisor", {"format": "htcds_csv", "purpose": "court_order"}, 403, "field_group_missing"),
        ("social_worker", {"format": "htcds_csv", "purpose": "court_order"}, 403, None),
    ],
)
def test_who_people_are_is_refused_where_it_can_never_leave(
    town: Town, role: str, more: dict[str, str], status: int, code: str | None
) -> None:
    who = town.th[role]
    step_up(town, who)
    answer = ask(town, who, identity=True, **more)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code


def test_a_kind_of_file_that_is_not_known_is_refused(town: Town) -> None:
    who = town.th["supervisor"]
    step_up(town, who)
    assert ask(town, who, format="exe").status_code == 422
