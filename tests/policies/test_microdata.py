"""Every fault in the declaration of synthetic records is told at its line; what is there is as it should be."""

from __future__ import annotations

import pytest

from policies.checks import Names
from policies.load import HERE, load_policies
from policies.microdata_checks import read_microdata
from policies.nodes import read_document

POLICIES = load_policies()
NAMES = Names(
    sources=frozenset(POLICIES.sources),
    permissions=frozenset(POLICIES.permissions),
    roles=frozenset(POLICIES.roles),
    corridors=frozenset(POLICIES.corridors),
    offices={code: frozenset(each.code for each in land.offices) for code, land in POLICIES.countries.items()},
    codes={name: frozenset(each.codes) for name, each in POLICIES.codes.items()},
)
TEXT = (HERE / "microdata.yaml").read_text(encoding="utf-8")

# What stands there, what is put in its place, and what is said of it.
FAULTS = {
    "a column of nobody": ("columns: [gender]", "columns: [gendre]", "no column 'gendre' (did you mean"),
    "a column twice": ("columns: [x_waymark_ageBand]", "columns: [gender]", "'gender' has two columns"),
    "a dimension of nobody": ("{dimension: sex,", "{dimension: sexes,", "no dimension 'sexes' (did you mean"),
    "a list of something else": ("list: gender", "list: recruiterRelation", "is a list of relationship_to_trafficker"),
    "a list of nobody": ("list: gender", "list: genders", "the view has no list 'genders' (did you mean"),
    "a code of nobody": ("codes: {0-14:", "codes: {0-13:", "'0-13' is not in the code list age_band"),
    "a country by its name": ("codes: {KH: KHM, LA", "codes: {Cambodia: KHM, LA", "'Cambodia' is no country of two"),
    "a word in two columns": ("columns: [gender], list", "columns: [gender, traffickMonths], list", "in one column"),
    "a flag of nobody": ("[isForcedLabour,", "[meansThreats,", "no code of 'exploitation' leads to 'meansThreats'"),
    "columns by nothing": ("columns: [gender], list: gender", "columns: [gender]", "either a list of the view"),
    "marginals that are no tree": ("- [sex, age_band]", "- [sex, nationality, age_band]", "records cannot be drawn"),
    "a marginal that adds nothing": ("- [exploitation, sex]", "- [exploitation, nationality]", "adds nothing"),
    "a dimension without a marginal": ("      - [nationality, exploited_in]\n", "", "'exploited_in' stands in no"),
    "a marginal of what has no column": ("- [exploitation, sex]", "- [exploitation, year]", "no column tells 'year'"),
    "a marginal that is noise": (
        "- [nationality, exploited_in]", "- [nationality, exploitation, sex, age_band, exploited_in]", "would be noise"
    ),
    "people who are cases": ("counts: identified", "counts: cases", "records are of persons"),
    "a day of nobody": ("date: decided_on", "date: opened_on", "have no date 'opened_on' (they have: decided_on)"),
    "more than a year has": ("budget: {epsilon: 2,", "budget: {epsilon: 5,", "one file spends more than a year has"),
    "no privacy at all": ("budget: {epsilon: 2,", "budget: {epsilon: 50,", "less than or equal to 20"),
    "a delta nobody spends": ("{epsilon: 2, delta: 0}", "{epsilon: 2, delta: 0.0001}", "laplace spends no delta"),
    "another mechanism": ("mechanism: laplace", "mechanism: dice", "should be 'laplace'"),
    "another view": ("view: synthetic", "view: sinthetic", "has no view 'sinthetic' (did you mean"),
    "another standard": ("standard: ctdc", "standard: ctcd", "there is no mapping standards/ctcd.yaml"),
    "a role of nobody": ("roles: [analyst,", "roles: [analist,", "there is no role 'analist' (did you mean"),
    "a source of nobody": ("source: CTDC-SYNTHETIC", "source: CTDC-SYNTHETICS", "CTDC-SYNTHETICS"),
    "the name of a table": ("  identified:\n", "  returns:\n", "there is a table of this name: reports/returns.yaml"),
}  # fmt: skip


def problems(text: str) -> list[tuple[int, str]]:
    document = read_document("microdata.yaml", text)
    found = read_microdata(document, NAMES, POLICIES.standard_maps, list(POLICIES.standard_maps), POLICIES.reports)
    assert (found is None) == bool(document.problems)
    return [(each.line, each.text) for each in document.problems]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_at_its_line(fault: tuple[str, str, str]) -> None:
    old, new, says = fault
    before, found, after = TEXT.partition(old)
    assert found, old
    told = problems(before + new + after)
    assert any(says in text for _, text in told), told
    if new:
        line = before.count("\n") + 1
        near = [at for at, text in told if says in text]
        assert any(abs(at - line) <= 12 for at in near), (line, told)


def test_what_is_there_has_no_fault() -> None:
    assert problems(TEXT) == []
    found = POLICIES.microdata
    assert found.budget.epsilon == 4 and found.files["identified"].budget.epsilon == 2
