"""G25, the part about files: more than 200 formula payloads in every file given out, and no cell that would run."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter

from app.kit import csv_text
from app.kit.workbook import MOST_TEXT, workbook
from app.standards.htcds import sheet_file
from app.standards.htcds.book import Book
from app.standards.htcds.rows import rows_of
from policies.load import load_policies
from tests.gates.formulas import FILES, holding, live, live_cells, payloads

FEWEST = 200


def unguarded(value: object) -> str:
    """The mutant: a cell as it came."""
    return str(value)


@pytest.mark.parametrize("name", FILES)
def test_no_file_that_is_given_out_holds_a_formula(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = FILES[name]()
    found, held = live_cells(content), holding(content)
    assert found == 0 and held >= FEWEST
    # The mutant: cells as they came.
    monkeypatch.setattr(csv_text, "cell", unguarded)
    monkeypatch.setattr(csv_text, "shielded", unguarded)
    mutant = live_cells(FILES[name]())
    assert mutant >= FEWEST, "a file without the guard would not be noticed"
    print(f"GATE g25 file={name} live_cells={found} limit=0 n={held} mutant={mutant}")


def test_a_shield_keeps_lines_and_letters_and_changes_nothing_else() -> None:
    assert csv_text.shielded("one\n=two\u200bthree") == "one\n=two\u200bthree"
    assert csv_text.shielded(" \u200b=1+1\nnext") == "'=1+1\nnext"
    assert csv_text.shielded("'=1") == "''=1" and csv_text.shielded("\uff1d1") == "'\uff1d1"
    assert csv_text.shielded("") == "" and csv_text.shielded("'") == "'"


def test_no_formula_leaves_in_a_file() -> None:
    attacks = payloads()
    assert len(set(attacks)) >= FEWEST and all(live(attack) for attack in attacks if not attack.startswith("'"))
    guarded = sum(live(csv_text.cell(attack)) for attack in attacks)
    file = csv_text.table(["text"], [[attack] for attack in attacks], "who and when")
    in_file = live_cells(file)
    mutant = sum(live(unguarded(attack)) for attack in attacks)
    assert guarded == 0 and in_file == 0
    assert mutant >= FEWEST
    print(f"GATE g25 live_cells={guarded + in_file} limit=0 n={len(attacks)} mutant={mutant}")


def test_a_line_break_or_a_quote_does_not_end_a_cell() -> None:
    content = csv_text.table(["a", "b"], [['x"\r\n"=1+1', "y,=2"], [None, 5]], "s")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    assert rows[0] == ["a", "b"] and rows[2] == ["", "5"] and rows[3] == ["# s"] and len(rows) == 4
    assert "\n" not in rows[1][0] and rows[1][1] == "y,=2"


def test_honest_text_stays_as_it_is() -> None:
    for text in ("TH-2017-7F3K2QXB", "นก ศรีสาย", "မြ သန္တာ", "18+", "0-14", "a=b", "2026-11-23", "ຄຳ", "5"):
        assert csv_text.cell(text) == text


def test_no_formula_leaves_in_a_workbook() -> None:
    attacks = payloads()
    at = datetime(2026, 11, 27, tzinfo=UTC)
    content = workbook({"Table": [["text"], *([attack] for attack in attacks)]}, at)
    found, texts = live_cells(content), holding(content)
    assert found == 0 and texts >= FEWEST
    assert content == workbook({"Table": [["text"], *([attack] for attack in attacks)]}, at), "the same bytes"
    # The mutant: a library that takes text for what it looks like.
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, attack in enumerate(attacks):
        sheet.write(row, 0, attack)
    book.close()
    mutant = live_cells(written.getvalue())
    assert mutant
    print(f"GATE g25 live_workbook_cells={found} limit=0 n={len(attacks)} mutant={mutant}")


def test_no_formula_leaves_in_a_workbook_of_a_standard() -> None:
    standard = load_policies().standards["htcds-2.0"]
    attacks = payloads()
    said = [{"prs_FirstName": attack, "prs_HomePhone": "+66812345678"} for attack in attacks]
    rows = [rows_of(standard, each["prs_FirstName"], each, {}, {}, {"x_a": each["prs_FirstName"]})[0] for each in said]
    at = datetime(2026, 11, 27, tzinfo=UTC)
    made = [sheet_file.write(Book(standard, "csv"), rows, attacks[:5], ("x_a",), made_at=at)[0] for _ in range(2)]
    found, texts = live_cells(made[0]), holding(made[0])
    assert found == 0 and texts >= FEWEST
    assert made[0] == made[1], "the same bytes"


def test_a_long_text_is_cut_and_not_left_out() -> None:
    content = workbook({"Table": [["text"], ["x" * (MOST_TEXT + 5)]]}, datetime(2026, 11, 27, tzinfo=UTC))
    shared = zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode()
    assert f">{'x' * MOST_TEXT}<" in shared
