"""Files through the process that reads them: sound spreadsheets as they are, hostile ones refused, each with why."""

from __future__ import annotations

import json

import pytest

from app.imports.taking import Taken, take
from app.kit.errors import Invalid
from policies.import_mapping import ImportMapping
from policies.load import load_policies
from policies.safeguards import Imports
from tests.app.imports.registers import COLUMNS, FIRST, SECOND, table
from tests.app.imports.sheets import ods, packed, sheet_of, xlsx

MAPPING = load_policies().imports["example-table"]
RULES = Imports(rows_at_most=100, columns=50, kilobytes=4096, seconds=10)
ROWS = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in (FIRST, SECOND))]


def taken(content: bytes | None, mapping: ImportMapping = MAPPING, rules: Imports = RULES) -> Taken:
    return take(content, mapping, rules)


def why(content: bytes | None, mapping: ImportMapping = MAPPING, rules: Imports = RULES) -> str:
    with pytest.raises(Invalid) as refused:
        taken(content, mapping, rules)
    (error,) = refused.value.extra["errors"]
    assert refused.value.code == f"table_{error['rule']}" and error["sentence"]
    return str(error["rule"])


def test_the_same_table_in_each_form_is_the_same_rows() -> None:
    text = taken(table(FIRST, SECOND)).table
    assert [cells for _, cells in text.rows] == [tuple(row) for row in ROWS[1:]]
    for content in (xlsx(ROWS), ods(ROWS)):
        found = taken(content).table
        assert found.header == text.header
        assert [(line, cells) for line, cells in found.rows] == [(line, cells) for line, cells in text.rows]


def test_cells_of_a_sheet_that_are_no_text() -> None:
    cells = (
        '<row r="2"><c r="A2"><v>7</v></c><c r="B2" t="str"><f>HYPERLINK("http://x")</f><v>Zaw</v></c>'
        '<c r="E2" t="b"><v>1</v></c><c r="G2"><v>16</v></c></row>'
    )
    found = taken(xlsx([], sheet_of([COLUMNS], cells))).table
    assert found.rows[0][1][:7] == ("7", "Zaw", "", "", "true", "", "16"), "of a formula the value that was saved"


def test_hostile_files_are_refused() -> None:
    assert why(None) == "missing" and why(b"") == "empty" and why(b"%PDF-1.7") == "wrong_type"
    assert why(b"\x00" * (RULES.largest_bytes + 1)) == "too_large"
    assert why(b"PK\x03\x04 and no more") == "broken"
    assert why(packed({"a.txt": "x"})) == "broken"
    assert why(packed({"xl/workbook.xml": b"\x00" * 250_000_000})) == "bursts"
    wide = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
    assert why(xlsx([], sheet_of([COLUMNS], wide))) in ("too_many_columns", "bursts")
    tall = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert why(xlsx([], sheet_of([COLUMNS], tall))) in ("too_many_rows", "bursts")
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert why(xlsx([], sheet_of([COLUMNS], corner))) in ("too_many_rows", "too_many_columns", "bursts")
    assert why(table(*[{**FIRST, "No.": str(n)} for n in range(101)])) == "too_many_rows"
    assert why(b'[{"id": 1}]') == "lacks_columns"


def test_entities_of_xml_are_not_unfolded() -> None:
    head = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    cell = '<row r="2"><c r="A2" t="inlineStr"><is><t>&b;&c;1</t></is></c></row>'
    try:
        found = taken(xlsx([], head + sheet_of([COLUMNS], cell).partition("?>")[2])).table
    except Invalid as refused:
        assert refused.code in ("table_broken", "table_bursts")
    else:
        assert "bbb" not in found.rows[0][1][0] and len(found.rows[0][1][0]) < 12


def test_a_sheet_is_named_by_the_mapping() -> None:
    other = MAPPING.model_copy(update={"table": MAPPING.table.model_copy(update={"sheet": "Diary"})})
    assert why(xlsx(ROWS), other) == "no_such_sheet"
    there = MAPPING.model_copy(update={"table": MAPPING.table.model_copy(update={"sheet": "Register"})})
    assert len(taken(xlsx(ROWS), there).table.rows) == 2


def test_what_primero_gives_is_read_and_the_rest_kept() -> None:
    record = {"id": "b3222e84", "name_first": "Nilar", "sex": "female", "age": 16, "photos": ["/x"], "odd": {"a": 1}}
    told = {"data": [record]}
    found = taken(json.dumps(told).encode(), load_policies().imports["primero"])
    assert found.kept == ("odd.a",)
