"""Hostile tables: each is read whole, or refused as a whole with why and where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.reading.letters import from_csv, from_json
from app.imports.reading.terms import LONGEST_CELL, Limits, Rows, Shape, Unread
from app.imports.taking import kind_of

LIMITS = Limits(rows=50, columns=20)
KNOWN = Shape(known=("id", "name", "sex"))
GOOD = "id,name,sex\n1,Zaw,M\n2,Mya,F\n"


def read(content: bytes, shape: Shape = KNOWN, limits: Limits = LIMITS) -> Rows:
    return from_csv(content, shape, limits)


def refusal(content: bytes, shape: Shape = KNOWN, limits: Limits = LIMITS) -> tuple[str, int, tuple[str, ...]]:
    with pytest.raises(Unread) as refused:
        read(content, shape, limits)
    return refused.value.why, refused.value.line, refused.value.columns


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_letters_are_told_by_their_mark(encoding: str) -> None:
    assert read(GOOD.replace("Zaw", "ဇော်").encode(encoding)).rows[0] == (2, ("1", "ဇော်", "M"))


def test_letters_are_never_guessed() -> None:
    thai = GOOD.replace("Mya", "สมศรี").encode("cp874")
    assert refusal(thai)[:2] == ("not_utf8", 3)
    assert read(thai, Shape("cp874", known=KNOWN.known)).rows[1][1][1] == "สมศรี"
    assert refusal("id,name\n1,a\n2,é".encode("latin-1"), Shape("utf-8", known=("id",)))[0] == "not_this_encoding"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_sign_between_cells_is_found_by_the_header(sign: str) -> None:
    for name in ("a", "a, b; c" if sign == "|" else "b"):
        assert read(sign.join(("id", "name", "sex\n1", name, "M\n")).encode()).rows == ((2, ("1", name, "M")),)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way_and_keep_their_numbers(ends: str) -> None:
    mixed = f'id,name,sex\r\n1,"two{ends}lines",M\n\r\n2,Mya,F{ends}3,Aye,F'
    assert [(line, cells[0]) for line, cells in read(mixed.encode()).rows] == [(2, "1"), (5, "2"), (6, "3")]


def test_quotes_that_stay_open_name_the_line_they_open_on() -> None:
    assert refusal(b'id,name,sex\n1,Zaw,M\n2,"Mya,F\n3,Aye,F\n')[:2] == ("open_quotes", 3)
    assert refusal(b'id,name,sex\n1,"Zaw"x,M\n')[:2] == ("open_quotes", 2)
    assert refusal(b'id,name,sex\n1,"' + b"x" * (LONGEST_CELL + 10) + b'",M\n')[:2] == ("cell_without_end", 2)


def test_what_is_no_table_is_refused() -> None:
    assert refusal(b"\n\n")[0] == "no_header"
    assert refusal(b"id,name,id\n1,2,3\n") == ("doubled_column", 0, ("1", "3"))
    assert refusal(b"id,,sex\n1,2,M\n") == ("unnamed_column", 0, ("2",))
    assert read(b"id,,sex\n1,,M\n").rows == ((2, ("1", "M")),)
    assert read(b"id" + b"," * 1_000_000 + b"\n1,,\n").rows == ((2, ("1",)),), "a million empty columns are none"
    assert refusal(b"id,name,sex\n" + b"x," * 1_000_000 + b"\n")[:2] == ("too_many_columns", 2)
    assert refusal(("," .join(f"c{n}" for n in range(1000)) + "\n").encode())[0] == "too_many_columns"
    assert refusal(b"id,name,sex\n" + b"1,a,M\n" * 51)[0] == "too_many_rows"


def test_a_nul_is_kept_for_the_row_to_be_refused() -> None:
    assert read(b"id,name,sex\n1,a\x00b,M\n").rows[0][1][1] == "a\x00b"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=20))
def test_what_was_written_is_read(rows: list[tuple[str, ...]]) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(("id", "name", "sex"))
    writer.writerows(rows)
    found = read(out.getvalue().encode("utf-8"), Shape("utf-8", ",", known=KNOWN.known))
    assert [cells for _, cells in found.rows] == [row for row in rows if any(cell.strip() for cell in row)]


def test_records_of_json_become_rows() -> None:
    told = {"data": [{"id": "a", "age": 16, "ok": True, "none": None, "tags": ["x", "y"], "deep": {"er": 1.5}},
                     {"id": "b", "more": [{"k": "v"}]}], "metadata": {"total": 2}}  # fmt: skip
    found = from_json(json.dumps(told).encode(), LIMITS)
    assert found.header == ("id", "age", "ok", "none", "tags", "deep.er", "more")
    assert found.rows[0] == (1, ("a", "16", "true", "", "x; y", "1.5", ""))
    assert found.rows[1] == (2, ("b", "", "", "", "", "", '[{"k": "v"}]'))


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "not_json"), ("[]", "no_records"), ("{}", "no_records"), ("[1]", "not_a_record"), ("[NaN]", "not_json"),
     ("[" * 100_000, "not_json"), (json.dumps([{f"c{n}": 1 for n in range(30)}]), "too_many_columns")],
)  # fmt: skip
def test_json_that_is_no_list_of_records(text: str, why: str) -> None:
    with pytest.raises(Unread) as refused:
        from_json(text.encode(), LIMITS)
    assert refused.value.why == why


def test_a_file_is_what_its_first_bytes_say() -> None:
    kinds = {
        b"PK\x03\x04..": "sheet", b"\xef\xbb\xbf [": "json", b"{}": "json", b"id,x": "csv", b"%PDF-1": None,
        b"\xd0\xcf\x11\xe0": None,
    }  # fmt: skip
    assert {content: kind_of(content) for content in kinds} == kinds


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'[{"id": "1", "name": "Zaw", "name": "Mya"}]', "not_json"),
        (b'[{"id": "1", "a.b": "x", "a": {"b": "y"}}]', "doubled_column"),
    ],
)
def test_of_two_values_with_one_name_none_is_dropped_without_a_word(content: bytes, why: str) -> None:
    with pytest.raises(Unread) as refused:
        from_json(content, LIMITS)
    assert refused.value.why == why and "Zaw" not in str(refused.value)
