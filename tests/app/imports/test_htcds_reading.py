"""Files of HTCDS as rows of an import: every kind of file, labels and names, and nothing of them dropped."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.imports.findings import CLASSES, NOTED, RULES, UNREAD
from app.imports.reading.standard import from_standard
from app.imports.reading.terms import CSV, JSON, SHEET, Limits, Rows, Unread
from app.imports.rows import Fitted, Ground, columns_fit, fitted, twice
from app.standards.htcds import csv_file, json_file, sheet_file
from app.standards.htcds.book import Book
from app.standards.htcds.rows import RECORD, Row, rows_of
from policies.import_mapping import part, part_name
from policies.load import load_policies
from tests.factories.htcds import full, records

POLICIES = load_policies()
STANDARD = POLICIES.standards["htcds-2.0"]
MAPPING = POLICIES.imports["htcds"]
GROUND = Ground(MAPPING, POLICIES, date(2026, 11, 27))
LIMITS = Limits(1000, 500)
AT = datetime(2026, 11, 27, tzinfo=UTC)
ONE: dict[str, Any] = {
    "prs_FirstName": "Chantha", "prs_Gender": "Feminine", "prs_Citizenship": ("KH", "TH"),
    "prs_PrimaryLanguage": "khm", "vic_TypeOfExploitation": ("ForcedLabour", "ForcedBegging"),
    "prs_MailingCity": "Poipet", "prs_MailingStreet": "Road 5", "con_Consent": True,
    "vic_TraffickingStatus": "ActualVictimOfTrafficking",
}  # fmt: skip


def read(content: bytes, kind: str, limits: Limits = LIMITS) -> Rows:
    return from_standard(content, kind, STANDARD, MAPPING.record, limits)


def fits(table: Rows) -> list[Fitted]:
    columns_fit(MAPPING, table)
    doubled = twice(MAPPING, table)
    return [fitted(GROUND, table.header, line, row, doubled, table.notes.get(line, ())) for line, row in table.rows]


def why(content: bytes, kind: str, limits: Limits = LIMITS) -> Unread:
    with pytest.raises(Unread) as refused:
        read(content, kind, limits)
    assert refused.value.why in UNREAD
    return refused.value


def rules_of(found: Fitted) -> set[tuple[str, str]]:
    return {(each.column, each.rule) for each in found.findings}


def bodies(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    contents = [
        (json_file.write(Book(STANDARD, "json"), rows, {}), JSON),
        (csv_file.write(Book(STANDARD, "csv"), rows, "# a stamp")[0], CSV),
        (sheet_file.write(Book(STANDARD, "csv"), rows, ["about"], made_at=AT)[0], SHEET),
        (csv_file.write(Book(STANDARD, "template"), rows, "# a stamp")[0], CSV),
        (sheet_file.write(Book(STANDARD, "template"), rows, ["about"], made_at=AT)[0], SHEET),
    ]
    return [fits(read(*each))[0].body for each in contents]


def test_names_and_labels_of_every_kind_of_file_are_the_same_case() -> None:
    first, *others = bodies(rows_of(STANDARD, "r", ONE, {}))
    assert first == {
        "source": "unknown", "age_band": "unknown", "sex": "F", "nationality": "KH", "language": "km",
        "exploitation": "ForcedLabour", "channel": "other", "child": True,
        "identity": {"given_names": "Chantha", "sex": "F"},
    }  # fmt: skip
    for body in others:
        # The published sheet has no column for the language.
        assert body == first | {"language": body["language"]} and body["language"] in ("km", "unknown")


def test_what_does_not_arrive_is_named_with_its_reason() -> None:
    (found,) = fits(read(json_file.write(Book(STANDARD, "json"), rows_of(STANDARD, "r", ONE, {}), {}), JSON))
    assert rules_of(found) == {
        ("prs_Citizenship", "further_values"), ("vic_TypeOfExploitation", "further_values"),
        ("prs_MailingCity", "no_place"), ("prs_MailingStreet", "no_place"), ("con_Consent", "consent_not_taken"),
        ("vic_TraffickingStatus", "course_not_taken"),
    }  # fmt: skip
    assert ("prs_Citizenship", "TH") in found.told and ("vic_TypeOfExploitation", "ForcedBegging") in found.told
    assert {group.value: dict(told) for group, told in found.apart.items()} == {
        "contact": {"prs_MailingCity": "Poipet", "prs_MailingStreet": "Road 5"}
    }


def test_only_where_somebody_was_exploited_is_the_country_of_exploitation() -> None:
    events = [
        {"hte_Type": "Transit", "hte_Country": "LA"}, {"hte_Type": "Exploitation", "hte_Country": "TH"},
        {"hte_Type": "Exploitation", "hte_Country": "TH"}, {"hte_Type": "Exploitation", "hte_Country": "MY"},
    ]  # fmt: skip
    rows = rows_of(STANDARD, "r", {"prs_Gender": "Masculine"}, {"event": events})
    (found,) = fits(read(csv_file.write(Book(STANDARD, "csv"), rows, "# a stamp")[0], CSV))
    assert found.body["exploited_in"] == "TH" and found.line == 2
    assert {("hte_Country", "LA"), ("hte_Country (4)", "MY")} <= set(found.told)
    assert {("hte_Country", "no_place"), ("hte_Country (4)", "further_values")} <= rules_of(found)


def test_nothing_that_a_record_says_is_dropped() -> None:
    for made in [full(STANDARD), *records(STANDARD, 60, seed=7)]:
        (found,) = fits(read(json_file.write(Book(STANDARD, "json"), made, {}), JSON))
        kept = [*found.told, *(pair for told in found.apart.values() for pair in told)]
        told, arrived = dict(kept), json.dumps(found.body, ensure_ascii=False)
        for row in made:
            for name, value in row.values.items():
                column, base = part_name(name, row.number), MAPPING.columns.get(name)
                leads = base is not None and base.to is not None
                assert leads or column in told, column
                if isinstance(value, str) and leads and column not in told and base is not None:
                    assert base.to not in ("note",) or json.dumps(value, ensure_ascii=False)[1:-1].strip() in arrived
        for each in found.findings:
            assert (each.rule in RULES or each.rule in NOTED) and each.value_class in CLASSES
            assert part(each.column).base in STANDARD.fields or each.column[:2] in ("x_", "")


def test_a_fault_stops_the_whole_record_and_names_line_column_and_field() -> None:
    head = f"{RECORD},x_waymark_row,prs_Gender,prs_Birthdate,hte_Date,prs_MobilePhone\n"
    body = "a,1,Feminine,1990-01-02,,\na,2,,,31/12/2019,\nb,1,Martian,,,\nc,1,,,,none\nc,2,Feminine,,,\n"
    found = {each.record: each for each in fits(read((head + body).encode(), CSV))}
    assert found["a"].stops and found["c"].stops and not found["b"].stops
    (fault,) = [each for each in found["a"].findings if each.stops]
    assert (fault.column, fault.rule, fault.value_class) == ("hte_Date (2)", "not_the_standard", "day")
    assert fault.said.startswith("line 3, column E, not_a_day: Write the day")
    assert rules_of(found["b"]) == {("prs_Gender (unknown)", "unknown_code")} and found["b"].body["sex"] == "U"
    assert {each.said.partition(":")[0] for each in found["c"].findings if each.stops} == {
        "column F, wrong_pattern", "line 6, stands_in_first_row",
    }  # fmt: skip


def test_columns_of_others_come_along_each_under_its_own_name() -> None:
    content = b"prs_Gender,x_room,x_room,Diary,our_no,x_waymark_age_band\nFeminine,1,2,long,9,18+\n"
    (found,) = fits(read(content, CSV))
    assert {("x_room", "1"), ("x_room [C]", "2"), ("column D", "Diary: long"), ("our_no", "9")} <= set(found.told)
    assert "Diary" not in str(found.findings), "what stands over a column may be somebody's name"
    assert (found.body["age_band"], found.body["child"]) == ("18+", False)


def test_a_record_without_a_number_gets_one_that_is_the_same_each_time() -> None:
    content = b"prs_Gender,prs_Citizenship\nFeminine,MM\nFeminine,MM\nMasculine,MM\n"
    first, second, third = fits(read(content, CSV))
    assert len({first.record, second.record, third.record}) == 3 and first.record[:-2] == second.record[:-2]
    assert (RECORD, "record_made") in rules_of(first)
    turned = b"prs_Citizenship,prs_Gender\nMM,Masculine\nMM,Feminine\n"
    assert [each.record for each in fits(read(turned, CSV))] == [third.record, first.record]
    mixed = fits(read(b"x_waymark_record,prs_Gender\nr-1,Feminine\n,Masculine\n", CSV))
    assert mixed[0].record == "r-1" and (RECORD, "record_made") in rules_of(mixed[1])


def test_a_column_of_the_sender_may_be_the_number() -> None:
    own = MAPPING.model_copy(update={"record": "x_their_no"})
    with pytest.raises(Unread) as lacks:
        columns_fit(own, from_standard(b"prs_Gender\nFeminine\n", CSV, STANDARD, own.record, LIMITS))
    assert (lacks.value.why, lacks.value.columns) == ("lacks_columns", ("x_their_no",))
    table = from_standard(b"x_their_no,prs_Gender\n7,Feminine\n", CSV, STANDARD, own.record, LIMITS)
    (line, row) = table.rows[0]
    assert fitted(Ground(own, POLICIES, date(2026, 11, 27)), table.header, line, row, frozenset()).record == "7"


def test_what_is_no_file_of_the_standard_is_refused_with_why() -> None:
    assert why(b"a,b\n1,2\n", CSV).why == "not_the_standard"
    assert why(b"prs_Gender,prs_Gender\nFeminine,Feminine\n", CSV).columns == ("prs_Gender",)
    assert why(b'prs_Gender\n"Feminine\n', CSV).why == "open_quotes"
    assert (why(b'[{"prs_Gender": ]', JSON).why, why(b"\xff\xfeA", CSV).why) == ("not_json", "not_utf8")
    assert why(b"PK\x03\x04 and no more", SHEET).why == "broken"
    assert why(b"prs_Gender\nFeminine\nFeminine\n", CSV, Limits(1, 500)).why == "too_many_rows"
    assert why(b"prs_Gender,x_a,x_b\nFeminine,1,2\n", CSV, Limits(10, 3)).why == "too_many_columns"


def test_a_list_that_holds_something_else_keeps_its_records() -> None:
    first, second, third = fits(read(b'[{"prs_Gender": "Feminine"}, 7, {"prs_Gender": "Masculine", "odd": 1}]', JSON))
    assert [each.line for each in (first, second, third)] == [1, 2, 3]
    assert second.stops and ("", "not_the_standard") in rules_of(second)
    assert not first.stops and not third.stops and ("odd", "1") in third.told
