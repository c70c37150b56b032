"""Rows fitted to what opening a case takes: whatever stands in them, nothing is invented, dropped or repeated."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.findings import CLASSES, NOTED, RULES
from app.imports.reading.letters import from_json
from app.imports.reading.terms import Limits, Rows, Unread
from app.imports.rows import Fitted, Ground, columns_fit, fitted, twice
from policies.import_mapping import Column
from policies.load import load_policies
from tests.app.imports.registers import COLUMNS, FIRST

POLICIES = load_policies()
GROUND = Ground(POLICIES.imports["example-table"], POLICIES, date(2026, 11, 27))


def fit(**cells: str) -> Fitted:
    row = tuple({"No.": "R-1", **cells}.get(name, "") for name in COLUMNS)
    return fitted(GROUND, COLUMNS, 7, row, frozenset())


def rules_of(found: Fitted) -> list[tuple[str, str]]:
    return [(each.column, each.rule) for each in found.findings]


def test_nothing_said_is_nothing_known_and_in_doubt_a_child() -> None:
    body = fit().body
    assert body == {
        "source": "social_service", "age_band": "unknown", "sex": "U", "nationality": "unknown", "language": "unknown",
        "exploitation": "unknown", "channel": "shelter", "child": True,
    }  # fmt: skip
    assert fit(Sex="n/a", Age="-").body == body and not fit(Sex="n/a").findings


@pytest.mark.parametrize(
    ("cells", "band", "child"),
    [
        ({"Age": "30"}, "18+", False), ({"Age": "16"}, "15-17", True), ({"Age": "3"}, "0-14", True),
        ({"Date of birth": "27/11/2551"}, "18+", False), ({"Date of birth": "28/11/2551"}, "15-17", True),
    ],
)  # fmt: skip
def test_the_age_is_told_by_birth_or_years(cells: dict[str, str], band: str, child: bool) -> None:
    assert (fit(**cells).body["age_band"], fit(**cells).body["child"]) == (band, child)


def test_a_birth_is_better_evidence_than_an_age_and_neither_is_lost() -> None:
    found = fit(**{"Date of birth": "9/3/2541", "Age": "16"})
    assert found.body["age_band"] == "18+" and ("Age", "16") in found.told


def test_what_nobody_knows_is_kept_and_never_defaulted() -> None:
    found = fit(Nationality="Atlantis", **{"Form of exploitation": "x"})
    assert found.body["nationality"] == found.body["exploitation"] == "unknown"
    assert found.told == [("Nationality", "Atlantis"), ("Form of exploitation", "x")]
    assert rules_of(found) == [("Nationality", "unknown_code"), ("Form of exploitation", "unknown_code")]
    assert not found.stops and fit(Nationality="mm").body["nationality"] == "MM"


def test_where_somebody_was_exploited_and_came_back_from_is_told_by_columns_or_for_all() -> None:
    theirs = GROUND.mapping
    columns = {
        **theirs.columns, "Worked in": Column(to="exploited_in", codes={"Thailand": "TH"}),
        "Came from": Column(to="returned_from"), "Came back on": Column(to="returned_on", dates="dmy"),
    }  # fmt: skip
    mapping = theirs.model_copy(update={"columns": columns})
    header = ("No.", "Worked in", "Came from", "Came back on")
    ground = Ground(mapping, POLICIES, date(2026, 11, 27))
    found = fitted(ground, header, 2, ("R-1", "thailand", "mm", "5/1/2569"), frozenset())
    told = {name: found.body[name] for name in ("exploited_in", "returned_from", "returned_on")}
    assert told == {"exploited_in": "TH", "returned_from": "MM", "returned_on": "2026-01-05"}
    open_ones = fitted(ground, header, 2, ("R-1", "Atlantis", "", ""), frozenset())
    assert "exploited_in" not in open_ones.body and rules_of(open_ones) == [("Worked in", "unknown_code")]
    for_all = mapping.model_copy(update={"columns": theirs.columns, "constants": {"exploited_in": "MY"}})
    found = fitted(Ground(for_all, POLICIES, date(2026, 11, 27)), ("No.",), 2, ("R-1",), frozenset())
    assert found.body["exploited_in"] == "MY"


def test_consent_and_state_are_told_and_set_nothing() -> None:
    found = fit(Consent="yes", Status="identified and returned")
    assert found.told == [("consent", "yes"), ("state", "identified and returned")]
    assert not {"identification", "care", "consents"} & set(found.body)


def test_rows_that_have_shifted_or_have_no_number_stop() -> None:
    assert rules_of(fitted(GROUND, COLUMNS, 2, ("R-1",), frozenset())) == [("", "too_few_cells")]
    assert rules_of(fitted(GROUND, COLUMNS, 2, ("x",) * 17, frozenset())) == [("", "too_many_cells")]
    assert rules_of(fit(**{"No.": " "})) == [("No.", "record_missing")]
    rows = tuple((n, (number, *("",) * 15)) for n, number in enumerate(("R-1", "r-1 ", "R-2"), 2))
    table = Rows(COLUMNS, rows)
    doubled = twice(GROUND.mapping, table)
    assert [fitted(GROUND, COLUMNS, line, row, doubled).stops for line, row in rows] == [True, True, False]


def test_a_number_that_only_looks_like_another_stands_twice_as_well() -> None:
    # A mark that shows nothing is left out of the number, so both would be the same record.
    rows = tuple((n, (number, *("",) * 15)) for n, number in enumerate(("R-1", "\u200eR-1", "\x00", "-", "-"), 2))
    assert twice(GROUND.mapping, Rows(COLUMNS, rows)) == {"r-1"}


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    found = fit(**{"Date of birth": "30/2/2540", "Age": "old", "Given names": "=cmd()", "Remarks": "a\x00b"})
    assert sorted(rules_of(found)) == [
        ("Age", "not_an_age"), ("Date of birth", "no_such_day"), ("Given names", "formula"), ("Remarks", "unreadable"),
    ]  # fmt: skip


def test_columns_are_named_only_once_the_header_is_known_to_be_one() -> None:
    with pytest.raises(Unread) as lacking:
        columns_fit(GROUND.mapping, Rows(("R-1", "Zaw Win"), ()))
    assert lacking.value.why == "lacks_columns" and "Zaw Win" not in lacking.value.columns
    with pytest.raises(Unread) as strange:
        columns_fit(GROUND.mapping, Rows((*COLUMNS, "Diary"), ()))
    assert (strange.value.why, strange.value.columns) == ("unmapped_columns", ("Diary",))


CELL = st.one_of(st.text(max_size=40), st.sampled_from([*FIRST.values(), "30/2/2567", "=1", "\u202ex", "a\x00", "16"]))


@given(st.tuples(*[CELL] * len(COLUMNS)))
def test_no_row_is_too_strange_and_no_report_repeats_a_cell(row: tuple[str, ...]) -> None:
    found = fitted(GROUND, COLUMNS, 2, row, frozenset())
    for each in found.findings:
        assert each.rule in RULES or each.rule in NOTED
        assert each.value_class in CLASSES and each.column in {*COLUMNS, ""} and each.said == ""
    if not found.stops:
        # Every cell that says something is in the case, told beside it, or ignored by the mapping.
        said = json.dumps([found.body, found.told], ensure_ascii=False)
        for name, text in found.cells.items():
            column = GROUND.mapping.columns.get(name)
            if column is not None and (column.to or "").startswith("identity.") and column.to not in (
                "identity.birth_date", "identity.other_names",
            ):  # fmt: skip
                assert json.dumps(text, ensure_ascii=False)[1:-1] in said


def primero(record: dict[str, Any]) -> Fitted:
    mapping = POLICIES.imports["primero"]
    table = from_json(json.dumps([record]).encode(), Limits(10, 100))
    kept = columns_fit(mapping, table)
    assert set(kept).isdisjoint(mapping.named)
    (line, row), = table.rows
    return fitted(Ground(mapping, POLICIES, date(2026, 11, 27)), table.header, line, row, frozenset())


def test_a_case_of_primero_is_read_and_what_is_not_known_is_kept() -> None:
    found = primero({
        "id": "b3222e84-a5d7-4692-a643-1ab3d41f17d6", "case_id_display": "f15a1a9", "name": "Nilar Oo",
        "name_first": "Nilar", "name_last": "Oo", "sex": "female", "age": 16, "date_of_birth": "2010-03-04",
        "estimated": True, "nationality": ["myanmar"], "registration_date": "2026-05-10", "status": "closed",
        "consent_for_services": True, "disclosure_other_orgs": True, "protection_concerns": ["trafficked", "separated"],
        "owned_by": "someone", "photos": ["/link"], "family_details": [{"relation": "aunt"}],
    })  # fmt: skip
    assert not found.stops and found.record == "b3222e84-a5d7-4692-a643-1ab3d41f17d6"
    assert found.body["identity"] == {
        "given_names": "Nilar", "family_name": "Oo", "other_names": ["Nilar Oo"], "birth_date": "2010-03-04",
        "sex": "F",
    }  # fmt: skip
    assert (found.body["nationality"], found.body["child"], found.body["age_band"]) == ("MM", True, "15-17")
    told = dict(found.told)
    assert told["consent: services"] == "true" and told["state"] == "closed"
    assert told["case_id_display"] == "f15a1a9" and told["protection concerns"] == "trafficked; separated"
    assert told["family_details"] == '[{"relation": "aunt"}]' and told["owned_by"] == "someone"
    assert "photos" not in told


def test_two_nationalities_are_no_code_of_ours() -> None:
    found = primero({"id": "x", "nationality": ["myanmar", "thailand"]})
    assert found.body["nationality"] == "unknown" and ("nationality", "myanmar; thailand") in found.told
