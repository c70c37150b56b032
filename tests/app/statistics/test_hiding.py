"""Hidden figures cannot be worked out: small tables by hand, and what a later release may tell. Pure, no database.

tests/gates/test_disclosure.py attacks random tables.
"""

from __future__ import annotations

import pytest

from app.statistics.hiding import TellsTooMuch, figures, hidden, hidden_apart
from app.statistics.later import Release, hidden_later

# Two nations, three ages: one small cell, as a shelter of a small town has it.
TABLE = {("MM", "0-14"): 40, ("MM", "15-17"): 3, ("MM", "18+"): 60, ("LA", "0-14"): 20, ("LA", "15-17"): 30}


def released(cells: dict[tuple[str, ...], int], limit: int = 11) -> Release:
    """What the first release of a table told."""
    hide = hidden(cells, limit)
    return Release({name: n for name, n in figures(cells).items() if name not in hide}, hide)


def test_a_table_without_small_figures_is_told_whole() -> None:
    assert hidden({("a",): 11, ("b",): 40}, 11) == frozenset()
    assert hidden({}, 11) == frozenset() and figures({}) == {}


def test_figures_are_cells_margins_and_the_total() -> None:
    assert figures({("a", "x"): 2, ("b", "x"): 5}) == {
        ("a", "x"): 2, ("b", "x"): 5, ("a", None): 2, ("b", None): 5, (None, "x"): 7, (None, None): 7,
    }  # fmt: skip
    assert figures({("a",): 2, ("b",): 5}) == {("a",): 2, ("b",): 5, (None,): 7}


def test_one_small_cell_takes_others_with_it() -> None:
    hide = hidden(TABLE, 11)
    assert ("MM", "15-17") in hide and len([name for name in hide if None not in name]) == 4
    # Every sum can still be told, and so can the largest cell.
    assert not any(None in name for name in hide) and ("MM", "18+") not in hide


def test_of_one_dimension_a_second_cell_or_the_total_is_hidden() -> None:
    assert hidden({("a",): 3, ("b",): 20, ("c",): 30}, 11) == {("a",), ("b",)}
    # 12 could go down by no more than 11: three could not be eleven.
    assert hidden({("a",): 3, ("b",): 12}, 11) == {("a",), ("b",)}
    assert hidden({("a",): 1, ("b",): 2}, 11) == {("a",), ("b",), (None,)}
    assert hidden({("a",): 4}, 11) == {("a",), (None,)}


def test_a_table_of_too_few_people_tells_nothing() -> None:
    cells = {("a", "x"): 5, ("b", "y"): 5}
    assert hidden(cells, 11) == set(figures(cells))
    # Two hidden cells whose sum lies below the limit would each lie below it.
    cells = {("a", "x"): 5, ("a", "y"): 4, ("b", "x"): 90, ("b", "y"): 90}
    assert {("a", None), ("a", "x"), ("a", "y")} < hidden(cells, 11)


def test_what_stays_hidden_and_what_is_known_protects_nothing() -> None:
    cells = {("a",): 3, ("b",): 20, ("c",): 30}
    assert hidden(cells, 11, stay={("c",)}) >= {("a",), ("c",)}
    assert hidden(cells, 11, known={("b",)}) == {("a",), ("c",)}
    with pytest.raises(TellsTooMuch):
        hidden(cells, 11, known={("b",), ("c",), (None,)})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        # Somebody was added to a figure that was told: the difference would be that person.
        ({("MM", "18+"): 61}, "tells"),
        # One more in a hidden cell shows in the sums.
        ({("MM", "15-17"): 4}, "tells"),
        # Twelve told cells and one hidden one: what is left over for the hidden cells differs by one.
        ({("MM", "18+"): 72, ("MM", "15-17"): 4}, "tells"),
        # A hidden figure that has become nothing is told by that.
        ({("MM", "15-17"): 0}, "tells"),
        # Many came late: every figure that changed did so by the limit or more.
        ({("MM", "18+"): 85}, "follows"),
        ({}, "follows"),
    ],
)
def test_a_later_release_follows_only_where_nobody_shows(changes: dict[tuple[str, ...], int], says: str) -> None:
    before = released(TABLE)
    after = {key: n for key, n in {**TABLE, **changes}.items() if n}
    if says == "tells":
        with pytest.raises(TellsTooMuch):
            hidden_later(after, 11, before)
    else:
        assert hidden_later(after, 11, before) >= before.hid


def test_the_mutant_that_forgets_the_earlier_release_tells_one_person() -> None:
    after = {**TABLE, ("MM", "18+"): 61}
    told = {name: n for name, n in figures(after).items() if name not in hidden(after, 11)}
    before = released(TABLE).told
    assert {told[name] - before[name] for name in told.keys() & before.keys()} == {0, 1}


def test_a_third_release_is_compared_with_the_first_as_well() -> None:
    cells = {("a",): 40, ("b",): 60}
    first, second = released(cells), released({**cells, ("a",): 80})
    third = {**cells, ("a",): 42}
    assert hidden_later(third, 11, second) == frozenset(), "the one before alone would let it pass"
    with pytest.raises(TellsTooMuch):
        hidden_later(third, 11, first, second)
    assert hidden_later({**cells, ("a",): 55}, 11, first, second) == frozenset()


def test_years_side_by_side_tell_no_more_than_each_year_alone() -> None:
    years = {
        "2016": {("MM", "F"): 4, ("MM", "M"): 40, ("LA", "F"): 3, ("LA", "M"): 12},
        "2017": {("MM", "F"): 30, ("MM", "M"): 2, ("LA", "F"): 1, ("LA", "M"): 30},
    }
    whole = {(year, *key): n for year, cells in years.items() for key, n in cells.items()}
    apart = hidden_apart(whole, 5, 0)
    for year in years:
        alone = hidden({key: n for key, n in whole.items() if key[0] == year}, 5)
        # Whatever one year hides is hidden among all, and the other way round.
        assert {name for name in alone if name[0] == year} == {name for name in apart if name[0] == year}
        assert {name for name in alone if name[0] is None} <= apart
    # The mutant: protected as one table, what is hidden beside a small figure is another, and the sum of its year tells
    # the rest: 44 of MM in 2016 less 40 men.
    together, alone = hidden(whole, 5), hidden({key: n for key, n in whole.items() if key[0] == "2016"}, 5)
    small = ("2016", "MM", "F")
    assert small in together and (None, "MM", None) not in alone and ("2016", "MM", "M") not in together
