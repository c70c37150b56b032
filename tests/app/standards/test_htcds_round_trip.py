"""HTCDS: a full record through each kind of file, and exactly what a kind of file has no room for."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.kit import csv_text
from app.standards.htcds import csv_file, json_file, sheet_file
from app.standards.htcds.book import Book
from app.standards.htcds.checking import check, rows
from app.standards.htcds.faults import Fault
from app.standards.htcds.rows import Row, nested, rows_of
from policies.load import load_policies
from tests.factories import htcds

STANDARD = load_policies().standards["htcds-2.0"]
FULL = htcds.full(STANDARD)
BESIDE = ("x_clinic_room",)
AT = datetime(2026, 11, 27, tzinfo=UTC)
TEXTS = [name for name, each in STANDARD.fields.items() if each.type in ("text", "long_text", "link", "blank")]
IN_SHEET = {column.field for column in STANDARD.columns("template")}
IN_FORM = {column.field for column in STANDARD.columns("xlsform")}


def read(path: Path, target: str) -> tuple[list[Row], list[Fault]]:
    said: list[Fault] = []
    return [*rows(path, STANDARD, target, said.append)], said


def plain(found: list[Row] | tuple[Row, ...]) -> list[tuple[object, ...]]:
    return [(each.record, each.number, dict(each.values), dict(each.unknown), dict(each.beside)) for each in found]


def test_the_full_record_holds_all_83_fields_and_the_one_without_a_type() -> None:
    assert len(STANDARD.fields) == 84
    assert {name for row in FULL for name in row.values} == set(STANDARD.fields)
    assert len(FULL) == 2


def test_json_carries_everything(tmp_path: Path) -> None:
    path = tmp_path / "full.json"
    path.write_bytes(json_file.write(Book(STANDARD, "json"), FULL, {"note": "invented"}))
    found, said = read(path, "json")
    assert plain(found) == plain(FULL)
    assert [each.rule for each in said if not each.warning] == []


def test_a_spreadsheet_of_ours_carries_everything(tmp_path: Path) -> None:
    path = tmp_path / "full.xlsx"
    content, losses = sheet_file.write(Book(STANDARD, "csv"), FULL, ["invented"], BESIDE, made_at=AT)
    path.write_bytes(content)
    found, said = read(path, "csv")
    assert plain(found) == plain(FULL)
    assert not losses and [each.rule for each in said if not each.warning] == []


def test_csv_carries_everything_but_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "full.csv"
    content, losses = csv_file.write(Book(STANDARD, "csv"), FULL, "invented", BESIDE)
    path.write_bytes(content)
    found, said = read(path, "csv")
    broken = {
        (name, row.number)
        for row in FULL
        for name, value in row.values.items()
        if isinstance(value, str) and "\n" in value
    }
    assert dict(losses) == {("line_breaks", name): sum(n == name for n, _ in broken) for name, _ in broken}
    for wrote, came in zip(FULL, found, strict=True):
        flat = {
            name: value.replace("\n", " ") if isinstance(value, str) else value for name, value in wrote.values.items()
        }
        assert came.values == flat and came.unknown == wrote.unknown and came.beside == wrote.beside
    assert [each.rule for each in said if not each.warning] == []


@pytest.mark.parametrize("target", ["template", "template-single"])
def test_the_sheet_of_the_standard_loses_exactly_what_it_has_no_room_for(tmp_path: Path, target: str) -> None:
    path = tmp_path / "full.xlsx"
    content, losses = sheet_file.write(Book(STANDARD, target), FULL, ["invented"], made_at=AT)
    path.write_bytes(content)
    found, said = read(path, target)
    single = set(STANDARD.targets[target].single)
    expected = {
        name: value[:1] if name in single and isinstance(value, tuple) else value
        for name, value in FULL[0].values.items()
        if name in IN_SHEET
    }
    assert [row.values for row in found] == [expected]
    assert dict(losses) == {
        **{("no_column", name): 1 for name in FULL[0].values if name not in IN_SHEET},
        **{("further_values", name): 1 for name in single},
        ("further_rows", "comment+event+outgoing+plan"): 1,
        ("unknown", "vic_MethodsOfControl"): 1,
        ("unknown", "prs_Gender"): 1,
        ("beside", "x_clinic_room"): 1,
    }
    assert said == []


def test_the_form_of_the_standard_loses_exactly_what_it_has_no_room_for(tmp_path: Path) -> None:
    path = tmp_path / "full.xlsx"
    content, losses = sheet_file.write(Book(STANDARD, "xlsform"), FULL, ["invented"], made_at=AT)
    path.write_bytes(content)
    found, said = read(path, "xlsform")
    expected = {
        name: value[:1] if name == "prs_Citizenship" and isinstance(value, tuple) else value
        for name, value in FULL[0].values.items()
        if name in IN_FORM
    }
    assert [row.values for row in found] == [expected] and said == []
    assert len(IN_FORM) == 31
    assert {key for key in losses if key[0] == "no_column"} == {
        ("no_column", name) for name in STANDARD.fields if name not in IN_FORM
    }
    assert losses["further_values", "prs_Citizenship"] == 1
    assert ("further_values", "vic_ForcedLabourIndustry") not in losses


def test_headers_are_those_of_the_standard() -> None:
    names = csv_file.write(Book(STANDARD, "csv"), [], "s")[0].decode().splitlines()[0].replace('"', "").split(",")
    assert names[:84] == list(STANDARD.fields)
    assert {
        "vic_RelationshipToTrafficker",
        "vic_TraffickingStatusDecisionMakingOrg",
        "cas_ReferredOrganisation",
    } <= set(names)
    assert "Unaquainted" in STANDARD.lists["relationship"].codes
    form = Book(STANDARD, "xlsform").headers
    assert form["prs_FirstName"] == "prs_First_Name" and form["vic_MethodsOfControl"] == "vic_Methods_of_Control"
    sheet = Book(STANDARD, "template").headers
    # Trap 1 and 2: our own sheet says the same thing in both rows, and names the column that has no name.
    assert [sheet[c.field] for c in STANDARD.columns("template")] == [c.field for c in STANDARD.columns("template")]


def test_two_referrals_are_two_rows_and_nothing_else_is_said_twice() -> None:
    second = FULL[1]
    assert all(STANDARD.fields[name].repeats is not None for name in second.values)
    back = nested(STANDARD, FULL)
    assert rows_of(STANDARD, "r-1", back.once, back.several, back.unknown, FULL[0].beside) == FULL


def test_no_cell_of_any_file_is_a_formula() -> None:
    payload = '=HYPERLINK("https://evil.example/","open")'
    texts = {
        name: payload
        for name in TEXTS
        if STANDARD.fields[name].pattern is None and STANDARD.fields[name].repeats is None
    }
    texts |= {"prs_HomePhone": "+66812345678", "prs_MailingLongitude": -70.25}
    (row,) = rows_of(STANDARD, payload, texts, {}, {"prs_Gender": (payload,)}, {"x_note": payload})
    content, _ = csv_file.write(Book(STANDARD, "csv"), [row], payload, ("x_note",))
    for cell in content.decode().replace("\r\n", ",").split('","'):
        bare = cell.strip('"')
        assert bare[:1] not in csv_text.LIVE or bare == "-70.25"
    book, _ = sheet_file.write(Book(STANDARD, "csv"), [row], [payload], ("x_note",), made_at=AT)
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        for name in packed.namelist():
            if name.endswith(".xml"):
                text = packed.read(name).decode()
                assert "<f>" not in text and "<f " not in text and "hyperlink" not in text.replace("=HYPERLINK", ""), (
                    name
                )


def test_generated_records_are_read_back_and_nothing_is_wrong(tmp_path: Path) -> None:
    made = [row for each in htcds.records(STANDARD, 60, seed=7) for row in each]
    paths = {"json": tmp_path / "a.json", "csv": tmp_path / "a.csv"}
    paths["json"].write_bytes(json_file.write(Book(STANDARD, "json"), made, {}))
    paths["csv"].write_bytes(csv_file.write(Book(STANDARD, "csv"), made, "stamp")[0])
    for target, path in paths.items():
        report = check(path, STANDARD)
        assert (report.target, report.records, report.rows) == (target, 60, len(made))
        assert report.valid, report.faults[:3]
    found, _ = read(paths["json"], "json")
    assert plain(found) == plain(made)
