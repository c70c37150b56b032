"""Synthetic records without a database: columns from the policies, noise by OpenDP, records drawn down a tree."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from dataclasses import replace
from secrets import SystemRandom
from typing import Any

import pytest
from babel.core import get_global

from app.kit import csv_text
from app.kit.errors import Conflict
from app.statistics.microdata import drawing, files, noise
from app.statistics.microdata.columns import attributes, encoded, header, unfilled
from app.statistics.microdata.errors import measured_errors
from app.statistics.microdata.noise import Counted, measured, planned
from policies.load import load_policies
from policies.microdata_checks import parents

POLICIES = load_policies()
FILE = POLICIES.microdata.files["identified"]
FOUND = attributes(POLICIES, FILE)
PLAN = planned([each.dimension for each in FOUND], [len(each.domain) for each in FOUND], FILE.marginals)
# Two dimensions of two values: quick enough to be made hundreds of times.
SMALL = planned(["one", "two"], [2, 2], [["one", "two"]])
DICE = SystemRandom()


def exact(plan: noise.Plan, records: list[tuple[int, ...]]) -> Counted:
    """The counts as they would be without noise."""
    told = []
    for at, places in enumerate(plan.marginals):
        really = Counter(tuple(record[place] for place in places) for record in records)
        told.append(tuple(really[cell] for cell in plan.cells(at)))
    return Counted(tuple(told), 0.0, 0.0, "none")


def test_every_value_a_file_can_have_stands_in_the_policies() -> None:
    assert header(FOUND) == [
        "yearOfRegistration", "gender", "x_waymark_ageBand", "citizenship", "CountryOfExploitation",
        "isForcedLabour", "isSexualExploit", "isOtherExploit",
    ]  # fmt: skip
    known = dict(zip((each.dimension for each in FOUND), FOUND, strict=True))
    assert known["sex"].domain == (("",), ("Man",), ("NonConforming",), ("Woman",))
    assert known["exploitation"].domain == (("", "", ""), ("0", "0", "1"), ("0", "1", "0"), ("1", "0", "0"))
    assert known["exploitation"].cells["ForcedBegging"] == ("1", "0", "0")
    assert known["age_band"].domain == (("",), ("0--14",), ("15--17",), ("18+",))
    # Somebody from a country that is not listed looks like somebody of whom it is not known.
    for code in ("NP", "unknown", "stateless", "not a code"):
        assert encoded(FOUND, ("F", "18+", code, "TH", "ForcedLabour"))[2] == 0, code
    assert {"traffickMonths", "meansThreats", "recruiterRelationFamily"} <= set(unfilled(POLICIES, FILE))


def test_countries_are_written_with_three_letters() -> None:
    shorter = {three: two for three, (two, *_) in get_global("territory_aliases").items() if len(three) == 3}
    for column in FILE.columns:
        if column.dimension in ("nationality", "exploited_in"):
            assert {shorter[three]: three for three in column.codes.values()} == dict(column.codes)


def test_the_nearest_table_has_no_negative_numbers_and_the_right_sum() -> None:
    assert drawing.nearest([5, 3, 2], 10) == [5, 3, 2]
    assert drawing.nearest([9, -4, 3], 10) == [8, 0, 2]
    assert drawing.nearest([0, 0], 4) == [2, 2] and drawing.nearest([-3, -9], 0) == [0, 0]
    assert drawing.nearest([1, 1], 10) == [5, 5] and drawing.nearest([], 0) == []
    found = drawing.nearest([7, -3, 4, 1, 0, -8, 2], 11.0)
    assert min(found) >= 0 and math.isclose(sum(found), 11)


def test_records_follow_the_tables_they_are_drawn_from() -> None:
    people = [(1, 2, 3, 1, 3)] * 60 + [(3, 3, 1, 4, 2)] * 40
    drawn = drawing.drawn(PLAN, drawing.tables(PLAN, exact(PLAN, people)), 100, DICE)
    # Every marginal has two cells, and what they share tells them apart: nothing else can be drawn.
    assert set(drawn) == {(1, 2, 3, 1, 3), (3, 3, 1, 4, 2)} and drawn.total() == 100
    nobody = drawing.tables(PLAN, exact(PLAN, []))
    assert drawing.drawn(PLAN, nobody, 0, DICE) == Counter()
    assert drawing.drawn(PLAN, nobody, 5, DICE).total() == 5, "noise alone may say five"


def test_what_a_marginal_cannot_say_is_drawn_from_what_it_can() -> None:
    plan = planned(["one", "two", "three"], [2, 2, 2], [["one", "two"], ["two", "three"]])
    # The second marginal knows nobody with the second value that the first one has.
    odd = Counted(((10,), (0, 10, 0, 0), (4, 6, 0, 0)), 0.0, 0.0, "none")
    drawn = drawing.drawn(plan, drawing.tables(plan, odd), 200, DICE)
    assert {record[:2] for record in drawn} == {(0, 1)} and {record[2] for record in drawn} == {0, 1}


def test_marginals_share_what_stands_together_before() -> None:
    assert parents(FILE.marginals) == [(), ("exploitation",), ("sex",), ("nationality",)]


def test_what_is_counted_does_not_depend_on_who_is_there() -> None:
    one = encoded(FOUND, ("X", "0-14", "NP", "unknown", "OrganRemoval"))
    shapes = []
    for people in ([], [one], [one] * 50):
        found = measured(PLAN, people, FILE.budget.epsilon)
        shapes.append(([len(each) for each in found.counts], found.scale, found.epsilon))
    assert shapes[0] == shapes[1] == shapes[2]
    lengths, scale, epsilon = shapes[0]
    assert lengths == [1, 28, 16, 16, 56]
    assert epsilon == pytest.approx(2) and scale == pytest.approx(2.5)


def test_the_number_of_records_is_noisy() -> None:
    found = {drawing.people(measured(SMALL, [(0, 0)] * 30, 0.5)) for _ in range(20)}
    assert len(found) > 3 and all(0 <= each < 200 for each in found)


def test_one_person_with_a_combination_of_their_own_is_within_chance() -> None:
    """The canary: how often a file shows the combination at all, with that person and without."""
    crowd, canary, times, epsilon = [(0, 0)] * 20, (1, 1), 250, 1.0
    shown = []
    for people in (crowd, [*crowd, canary]):
        hits = 0
        for _ in range(times):
            found = measured(SMALL, people, epsilon)
            drawn = drawing.drawn(SMALL, drawing.tables(SMALL, found), drawing.people(found), DICE)
            hits += drawn[canary] > 0
        shown.append(hits / times)
    without, with_them = shown
    # Four standard deviations of the two frequencies, beside what the promise allows.
    slack = 4 * math.sqrt(0.25 / times)
    assert with_them <= math.exp(epsilon) * (without + slack) + slack
    assert 1 - without <= math.exp(epsilon) * (1 - with_them + slack) + slack
    assert without > 0.05, "it is seen without anybody, so seeing it shows nobody"


def test_a_file_explains_itself_and_holds_no_formula() -> None:
    people = [encoded(FOUND, ("F", "18+", "MM", "TH", "ForcedLabour"))] * 7
    drawn = Counter(people)
    counted = replace(exact(PLAN, people), scale=2.5, epsilon=2.0, library="opendp 0.16.0")
    told = files.Told(FILE, "TH", 2025, 1, counted, "2026-01-05T08:00:00Z", (2.0, 0.0), "")
    content = files.packed(POLICIES, told, FOUND, drawn)
    assert files.packed(POLICIES, told, FOUND, drawn) == content, "the same records are the same bytes"
    rows = list(csv.reader(io.StringIO(files.member(content, files.RECORDS).decode())))
    assert rows == [header(FOUND), *[["2025", "Woman", "18+", "MMR", "THA", "1", "0", "0"]] * 7]
    for each in FOUND:
        for cells in each.domain:
            assert all(csv_text.cell(cell) == cell for cell in cells), "no value there can be looks like a formula"
    about = json.loads(files.member(content, files.ABOUT))
    assert about["synthetic"] is True and about["records"] == 7
    assert about["marginals"][0] == ["nationality", "exploitation"]
    assert about["privacy"]["epsilon"] == 2.0 and about["privacy"]["year_budget"] == {"epsilon": 4.0, "delta": 0.0}
    assert "true" not in json.dumps(about).replace('"synthetic": true', ""), "what is true stays inside"
    readme = files.member(content, files.README).decode()
    for said in ("No row is a person", "opendp 0.16.0", "epsilon 2", "nationality x exploitation", "Waymark's own"):
        assert said in readme, said


def test_errors_are_measured_against_the_truth() -> None:
    true = [(0, 0)] * 8 + [(1, 1)] * 2
    counted = Counted(((12,), (9, 0, 1, 2)), 1.0, 1.0, "none")
    total, both = measured_errors([["one", "two"]], SMALL, true, counted, Counter({(0, 0): 9, (1, 1): 3}))
    assert (total["marginal"], total["true_people"], total["file_records"], total["mean"]) == ([], 10, 12, 2)
    assert (both["mean"], both["most"], both["misplaced"], both["noise"]) == (0.5, 1, 0.1, 0.5)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> Any:
        raise noise.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(noise.metadata, "version", gone)
    assert not noise.installed()
    with pytest.raises(Conflict) as refused:
        measured(SMALL, [], 1.0)
    assert refused.value.code == "microdata_library_missing" and refused.value.extra["install"] == noise.EXTRA
