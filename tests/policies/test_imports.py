"""Mappings for imports: every fault is told at its line, and the house's own are sound."""

from __future__ import annotations

import pytest

from policies.import_checks import read_mapping
from policies.load import load_policies

POLICIES = load_policies()
GOOD = """version: 1
title: A register
source_system: register
name: mine
record: id
constants: {source: ngo, channel: shelter}
columns:
  sex: {to: sex, codes: {f: F, m: M}}
"""


def problems(text: str) -> list[str]:
    return [f"{each.line}: {each.text}" for each in read_mapping("mine.yaml", text, POLICIES)[1]]


def test_the_houses_own_are_there() -> None:
    assert set(POLICIES.imports) >= {"example-table", "primero", "htcds"}
    assert POLICIES.imports["primero"].unmapped == "keep"


def test_a_sound_one_is_read() -> None:
    mapping, found = read_mapping("mine.yaml", GOOD, POLICIES)
    assert mapping is not None and not found
    assert mapping.columns["sex"].ours(" F ") == "F" and mapping.columns["sex"].ours("x") is None
    assert mapping.needed == {"id", "sex"}


@pytest.mark.parametrize(
    ("line", "by", "said"),
    [
        ("codes: {f: F, m: M}", "codes: {f: G}", "8: 'G' is not in the code list sex"),
        ("codes: {f: F, m: M}", "codes: {f: F, F : M}", "8: 'F' and 'f' are one value"),
        ("{to: sex, codes: {f: F, m: M}}", "{to: sexx}", "8: there is no field 'sexx' (did you mean 'sex'?)"),
        ("{to: sex, codes: {f: F, m: M}}", "{to: sex, told: x}", "8: 'sex' leads to a field of ours"),
        ("{to: sex, codes: {f: F, m: M}}", "{to: nationality, codes: {n: NO}}", "8: put this code in quotes"),
        ("{to: sex, codes: {f: F, m: M}}", "{to: sex, dates: dmy}", "8: 'sex' is no day"),
        ("{to: sex, codes: {f: F, m: M}}", "{to: child, codes: {y: sure}}", "8: a child is told by true or false"),
        ("{to: sex, codes: {f: F, m: M}}", "{to: note, codes: {a: b}}", "8: 'note' is no code"),
        ("source: ngo, ", "", "7: nothing leads to 'source'"),
        ("source: ngo, ", "source: ngo, sex: F, ", "6: 'sex' is told by a column as well"),
        ("source: ngo, ", "source: ngo, note: x, ", "6: 'note' cannot be the same for everybody"),
        ("record: id\n", "record: id\nignore: [sex]\n", "6: the column 'sex' is read above and ignored here"),
        ("record: id\n", "", "'record' is missing"),
        ("title: A register\n", "titel: A register\n", "2: 'titel' is not a known key"),
    ],
)
def test_each_fault_is_told_at_its_line(line: str, by: str, said: str) -> None:
    assert line in GOOD
    assert any(said in each for each in problems(GOOD.replace(line, by))), problems(GOOD.replace(line, by))


HTCDS = """version: 1
title: Records of a partner
source_system: partner
name: mine
standard: htcds-2.0
record: x_their_no
constants: {source: ngo, channel: other, exploited_in: TH}
columns:
  prs_Gender: {to: sex}
  con_Consent: {told: con_Consent, because: consent}
unmapped: keep
"""


def test_a_mapping_of_a_standard_needs_no_codes_and_no_columns_but_the_number() -> None:
    mapping, found = read_mapping("mine.yaml", HTCDS, POLICIES)
    assert mapping is not None and not found
    assert mapping.needed == {"x_their_no"} and mapping.base("prs_Gender (2, unknown)") == "prs_Gender"
    refuses, _ = read_mapping("mine.yaml", HTCDS.replace("unmapped: keep\n", ""), POLICIES)
    assert refuses is not None and refuses.needed == {"x_their_no"}


@pytest.mark.parametrize(
    ("line", "by", "said"),
    [
        ("htcds-2.0", "htcds-3.0", "5: there is no standards/htcds-3.0.yaml with fields"),
        ("htcds-2.0", "ctdc", "5: there is no standards/ctdc.yaml with fields"),
        ("standard: htcds-2.0\n", "", "'when' and 'because' belong to the mapping of a standard"),
        ("prs_Gender: {to: sex}", "prs_Sex: {to: sex}", "9: 'prs_Sex' is no field of htcds-2.0"),
        ("{to: sex}", "{to: sex, when: {hte_Typ: Transit}}", "9: there is no field 'hte_Typ' (did you mean"),
        ("record: x_their_no", "record: prs_IdentityNumber", "6: no field of a standard is the number of a record"),
        ("unmapped: keep", "table: {delimiter: ;}", "the standard says how its files are written"),
        ("exploited_in: TH", "exploited_in: Thailand", "7: 'Thailand' is no country"),
        ("exploited_in: TH", "returned_from: stateless", "7: 'stateless' is no country of two capital letters"),
    ],
)
def test_each_fault_of_a_mapping_of_a_standard_is_told(line: str, by: str, said: str) -> None:
    assert line in HTCDS
    assert any(said in each for each in problems(HTCDS.replace(line, by))), problems(HTCDS.replace(line, by))


def test_what_is_no_yaml_and_what_is_endless_is_refused() -> None:
    assert problems("a: [") and problems("- a") and problems("a: *b") and problems("x" * 300_000)
    assert problems("a: !!python/object/apply:os.system ['x']")
